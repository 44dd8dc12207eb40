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
 * Makes queries for words in what a user may see, and for other facts of messages. {@code words}
 * returns the query for the words in any of several scopes ({@link IndexEntry.Scope}): no scope is
 * queried that the user may not read.
 */
final class Visible {
    private Visible() {}

    /** Returns the query for words in all that a user may see. */
    static Query to(Reader reader, Function<List<String>, Query> words) {
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        any.add(longTexts(reader, words), BooleanClause.Occur.SHOULD);
        // Most scopes are visible as a whole: these are queried together.
        List<String> whole = new ArrayList<>();
        whole.add(IndexEntry.Scope.seenBy(reader.number()));
        if (reader.account().everyoneAfter() == 0) {
            whole.add(IndexEntry.Scope.EVERYONE);
        } else {
            any.add(toEveryone(reader, words), BooleanClause.Occur.SHOULD);
        }
        reader.groups().forEach((group, found) -> {
            if (isWhole(found)) {
                whole.add(IndexEntry.Scope.group(group));
            } else {
                any.add(ofGroup(group, found, words), BooleanClause.Occur.SHOULD);
            }
        });
        any.add(words.apply(whole), BooleanClause.Occur.SHOULD);
        return any.build();
    }

    /** Returns the query for words in what a user may see of a conversation; {@code with} is an {@link Addressee}. */
    static Query to(Reader reader, long with, Function<List<String>, Query> words) {
        if (with == Message.EVERYONE) {
            return toEveryone(reader, words);
        }
        if (Addressee.isGroup(with)) {
            long group = Addressee.groupNumber(with);
            return ofGroup(group, reader.groups().getOrDefault(group, new Reader.Group(0, List.of())), words);
        }
        Query own = words.apply(List.of(IndexEntry.Scope.seenBy(reader.number())));
        return both(
                tagged(IndexEntry.Tags.pair(reader.number(), with)),
                new BooleanQuery.Builder()
                        .add(own, BooleanClause.Occur.SHOULD)
                        .add(longTexts(reader, words), BooleanClause.Occur.SHOULD)
                        .build());
    }

    /**
     * Returns the query for long texts to many. Their words are looked up only where the user sees
     * one, since the tag is matched first.
     */
    private static Query longTexts(Reader reader, Function<List<String>, Query> words) {
        return both(
                tagged(IndexEntry.Tags.in(IndexEntry.Scope.seenBy(reader.number()))),
                words.apply(List.of(IndexEntry.Scope.MANY)));
    }

    private static Query toEveryone(Reader reader, Function<List<String>, Query> words) {
        Query toEveryone = words.apply(List.of(IndexEntry.Scope.EVERYONE));
        long after = reader.account().everyoneAfter();
        return after == 0 ? toEveryone : both(toEveryone, numbered(after + 1, Long.MAX_VALUE));
    }

    private static boolean isWhole(Reader.Group group) {
        return group.periods().size() == 1
                && group.periods().getFirst().from() == 0
                && group.periods().getFirst().isOpen();
    }

    private static Query ofGroup(long group, Reader.Group found, Function<List<String>, Query> words) {
        List<MembershipPeriod> stretches = found.periods();
        if (stretches.isEmpty()) {
            return new MatchNoDocsQuery("not in the group");
        }
        boolean hasLeft = stretches.stream().anyMatch(stretch -> !stretch.isOpen());
        Query texts = words.apply(
                hasLeft
                        ? List.of(IndexEntry.Scope.group(group), IndexEntry.Scope.earlier(group))
                        : List.of(IndexEntry.Scope.group(group)));
        if (isWhole(found)) {
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

    /**
     * Returns the query for what was sent at or after one time, and before another; null for no
     * bound.
     */
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
