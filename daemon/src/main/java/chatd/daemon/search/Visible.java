package chatd.daemon.search;

import chatd.daemon.model.entry.Message;
import chatd.daemon.model.group.MembershipPeriod;
import chatd.daemon.model.message.Reader;
import chatd.protocol.value.Addressee;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.jspecify.annotations.Nullable;

/**
 * Makes queries for words in what a user may see, and for other facts of messages. {@code words} returns the query for the
 * words in any of several scopes ({@link Indexed.Scope}): none is asked for that the user may not read.
 */
final class Visible {
    private Visible() {}

    /** Returns the query for words in all that a user may see. */
    static Query to(Reader reader, Function<List<String>, Query> words) {
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        any.add(longTexts(reader, words), BooleanClause.Occur.SHOULD);
        // Of most scopes a user sees all: these are asked together.
        List<String> whole = new ArrayList<>();
        whole.add(Indexed.Scope.seenBy(reader.number()));
        if (reader.account().everyoneAfter() == 0) {
            whole.add(Indexed.Scope.EVERYONE);
        } else {
            any.add(everyones(reader, words), BooleanClause.Occur.SHOULD);
        }
        reader.groups().forEach((group, its) -> {
            if (isWhole(its)) {
                whole.add(Indexed.Scope.group(group));
            } else {
                any.add(ofGroup(group, its, words), BooleanClause.Occur.SHOULD);
            }
        });
        any.add(words.apply(whole), BooleanClause.Occur.SHOULD);
        return any.build();
    }

    /** Returns the query for words in what a user may see of a conversation; {@code with} is an {@link Addressee}. */
    static Query to(Reader reader, long with, Function<List<String>, Query> words) {
        if (with == Message.EVERYONE) {
            return everyones(reader, words);
        }
        if (Addressee.isGroup(with)) {
            long group = Addressee.groupNumber(with);
            return ofGroup(group, reader.groups().getOrDefault(group, new Reader.Group(0, List.of())), words);
        }
        Query own = words.apply(List.of(Indexed.Scope.seenBy(reader.number())));
        return both(
                tagged(Indexed.Tags.pair(reader.number(), with)),
                new BooleanQuery.Builder()
                        .add(own, BooleanClause.Occur.SHOULD)
                        .add(longTexts(reader, words), BooleanClause.Occur.SHOULD)
                        .build());
    }

    /** Of long texts to many. Their words are asked for only where the user sees one, since the tag comes first. */
    private static Query longTexts(Reader reader, Function<List<String>, Query> words) {
        return both(
                tagged(Indexed.Tags.in(Indexed.Scope.seenBy(reader.number()))),
                words.apply(List.of(Indexed.Scope.MANY)));
    }

    private static Query everyones(Reader reader, Function<List<String>, Query> words) {
        Query everyones = words.apply(List.of(Indexed.Scope.EVERYONE));
        long after = reader.account().everyoneAfter();
        return after == 0 ? everyones : both(everyones, numbered(after + 1, Long.MAX_VALUE));
    }

    private static boolean isWhole(Reader.Group its) {
        return its.stretches().size() == 1
                && its.stretches().getFirst().from() == 0
                && its.stretches().getFirst().isOpen();
    }

    private static Query ofGroup(long group, Reader.Group its, Function<List<String>, Query> words) {
        List<MembershipPeriod> stretches = its.stretches();
        if (stretches.isEmpty()) {
            return new MatchNoDocsQuery("not in the group");
        }
        boolean hasLeft = stretches.stream().anyMatch(stretch -> !stretch.isOpen());
        Query texts = words.apply(
                hasLeft
                        ? List.of(Indexed.Scope.group(group), Indexed.Scope.earlier(group))
                        : List.of(Indexed.Scope.group(group)));
        if (isWhole(its)) {
            return texts;
        }
        BooleanQuery.Builder within = new BooleanQuery.Builder();
        stretches.forEach(stretch -> within.add(numbered(stretch.from(), stretch.until()), BooleanClause.Occur.SHOULD));
        return both(texts, within.build());
    }

    private static Query both(Query one, Query other) {
        return new BooleanQuery.Builder()
                .add(one, BooleanClause.Occur.FILTER)
                .add(other, BooleanClause.Occur.FILTER)
                .build();
    }

    static Query tagged(String tag) {
        return new TermQuery(new Term(Index.TAG, tag));
    }

    /** Returns the query for messages with a number between two, both inclusive: the index is in their order. */
    static Query numbered(long first, long last) {
        return NumericDocValuesField.newSlowRangeQuery(Index.NUMBER, first, last);
    }

    /** Returns the query for what was sent from one time on, before another; null is no bound. */
    static Query sent(@Nullable Instant since, @Nullable Instant until) {
        return NumericDocValuesField.newSlowRangeQuery(
                Index.TIME,
                since == null ? Long.MIN_VALUE : millis(since),
                until == null ? Long.MAX_VALUE : millis(until) - 1);
    }

    /** Returns the time in milliseconds, rounded up, as far as a long can have it. */
    private static long millis(Instant time) {
        Instant most = Instant.ofEpochMilli(1L << 53);
        Instant least = Instant.ofEpochMilli(-(1L << 53));
        Instant bounded = time.isAfter(most) ? most : time.isBefore(least) ? least : time;
        long whole = bounded.toEpochMilli();
        return bounded.isAfter(Instant.ofEpochMilli(whole)) ? whole + 1 : whole;
    }
}
