package chatd.daemon.search;

import chatd.daemon.model.Message;
import chatd.daemon.model.Reader;
import chatd.daemon.model.Stretch;
import chatd.protocol.value.Addressee;
import java.time.Instant;
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
 * words in a scope ({@link Indexed.Scope}): none is asked for that the user may not read.
 */
final class Visible {
    private Visible() {}

    /** Returns the query for words in all that a user may see. */
    static Query to(Reader reader, Function<String, Query> words) {
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        any.add(own(reader, words), BooleanClause.Occur.SHOULD);
        any.add(everyones(reader, words), BooleanClause.Occur.SHOULD);
        reader.groups().forEach((group, its) -> any.add(ofGroup(group, its, words), BooleanClause.Occur.SHOULD));
        return any.build();
    }

    /** Returns the query for words in what a user may see of a conversation; {@code with} is an {@link Addressee}. */
    static Query to(Reader reader, long with, Function<String, Query> words) {
        if (with == Message.EVERYONE) {
            return everyones(reader, words);
        }
        if (Addressee.isGroup(with)) {
            long group = Addressee.groupNumber(with);
            return ofGroup(group, reader.groups().getOrDefault(group, new Reader.Group(0, List.of())), words);
        }
        return both(own(reader, words), tagged(Indexed.Tags.pair(reader.number(), with)));
    }

    /** Of what was not sent to everyone or to a group. */
    private static Query own(Reader reader, Function<String, Query> words) {
        String scope = Indexed.Scope.seenBy(reader.number());
        return either(words.apply(scope), both(words.apply(Indexed.Scope.MANY), tagged(Indexed.Tags.in(scope))));
    }

    private static Query everyones(Reader reader, Function<String, Query> words) {
        Query everyones = words.apply(Indexed.Scope.EVERYONE);
        long after = reader.account().everyoneAfter();
        return after == 0 ? everyones : both(everyones, numbered(after + 1, Long.MAX_VALUE));
    }

    private static Query ofGroup(long group, Reader.Group its, Function<String, Query> words) {
        List<Stretch> stretches = its.stretches();
        if (stretches.isEmpty()) {
            return new MatchNoDocsQuery("not in the group");
        }
        Query texts = words.apply(Indexed.Scope.group(group));
        // Of most groups a user sees all.
        if (stretches.size() == 1
                && stretches.getFirst().from() == 0
                && stretches.getFirst().isOpen()) {
            return texts;
        }
        boolean hasLeft = stretches.stream().anyMatch(stretch -> !stretch.isOpen());
        BooleanQuery.Builder within = new BooleanQuery.Builder();
        stretches.forEach(stretch -> within.add(numbered(stretch.from(), stretch.until()), BooleanClause.Occur.SHOULD));
        return both(hasLeft ? either(texts, words.apply(Indexed.Scope.earlier(group))) : texts, within.build());
    }

    private static Query both(Query one, Query other) {
        return new BooleanQuery.Builder()
                .add(one, BooleanClause.Occur.FILTER)
                .add(other, BooleanClause.Occur.FILTER)
                .build();
    }

    private static Query either(Query one, Query other) {
        return new BooleanQuery.Builder()
                .add(one, BooleanClause.Occur.SHOULD)
                .add(other, BooleanClause.Occur.SHOULD)
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
