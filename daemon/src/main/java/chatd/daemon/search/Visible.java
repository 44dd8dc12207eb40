package chatd.daemon.search;

import chatd.daemon.model.Message;
import chatd.daemon.model.Reader;
import chatd.daemon.model.Stretch;
import chatd.protocol.value.Addressee;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** Makes queries for what a user may see, and for other facts of messages. */
final class Visible {
    private Visible() {}

    /** Returns the query for all that a user may see. */
    static Query to(Reader reader) {
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        any.add(tagged(Indexed.Tags.seenBy(reader.number())), BooleanClause.Occur.SHOULD);
        any.add(everyones(reader), BooleanClause.Occur.SHOULD);
        // Of most groups a user sees all, or all since it came.
        List<BytesRef> whole = new ArrayList<>();
        reader.groups().forEach((group, its) -> {
            if (its.stretches().size() == 1 && isWhole(its.stretches().getFirst())) {
                whole.add(new BytesRef(Indexed.Tags.group(group)));
            } else {
                any.add(ofGroup(group, its), BooleanClause.Occur.SHOULD);
            }
        });
        any.add(new TermInSetQuery(Index.TAG, whole), BooleanClause.Occur.SHOULD);
        return any.build();
    }

    /** Returns the query for what a user may see of a conversation; {@code with} is an {@link Addressee}. */
    static Query to(Reader reader, long with) {
        if (with == Message.EVERYONE) {
            return everyones(reader);
        }
        if (Addressee.isGroup(with)) {
            long group = Addressee.groupNumber(with);
            return ofGroup(group, reader.groups().getOrDefault(group, new Reader.Group(0, List.of())));
        }
        return both(tagged(Indexed.Tags.seenBy(reader.number())), tagged(Indexed.Tags.pair(reader.number(), with)));
    }

    private static boolean isWhole(Stretch stretch) {
        return stretch.from() == 0 && stretch.isOpen();
    }

    private static Query everyones(Reader reader) {
        Query everyones = tagged(Indexed.Tags.EVERYONE);
        long after = reader.account().everyoneAfter();
        return after == 0 ? everyones : both(everyones, numbered(after + 1, Long.MAX_VALUE));
    }

    private static Query ofGroup(long group, Reader.Group its) {
        boolean hasLeft = its.stretches().stream().anyMatch(stretch -> !stretch.isOpen());
        Query texts = hasLeft
                ? new TermInSetQuery(
                        Index.TAG,
                        List.of(new BytesRef(Indexed.Tags.group(group)), new BytesRef(Indexed.Tags.earlier(group))))
                : tagged(Indexed.Tags.group(group));
        BooleanQuery.Builder within = new BooleanQuery.Builder();
        its.stretches()
                .forEach(stretch -> within.add(numbered(stretch.from(), stretch.until()), BooleanClause.Occur.SHOULD));
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
