package chatd.daemon.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.group.MembershipPeriod;
import chatd.daemon.model.message.Reader;
import chatd.daemon.store.read.Rows;
import chatd.protocol.value.Addressee;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import org.apache.lucene.search.Query;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who sees what, at the edges: the first message, the last one, and one to either side. */
class VisibleTest {
    private static final long ANN = 1;
    private static final long GROUP = 7;
    private static final ParsedSearch WORD = ParsedSearch.of("word");
    private static final Instant BEGIN = Instant.parse("2026-11-28T00:00:00Z");

    @TempDir
    private Path directory;

    private Index index;

    @BeforeEach
    void open() throws IOException {
        index = Index.open(directory.resolve("index"), BEGIN);
    }

    @AfterEach
    void close() throws IOException {
        index.close();
    }

    /** Adds messages, one a second, numbered from 1 on, in the same scope. */
    private void add(int count, String scope) throws IOException {
        for (int i = 1; i <= count; i++) {
            index.add(List.of(new IndexEntry(i, BEGIN.plusSeconds(i), "word", List.of(scope), List.of())));
        }
        index.setPosition(count);
        await().until(() -> {
            index.refreshIfDue();
            return index.searchableUpTo() == count;
        });
    }

    private static Query visible(Reader reader) {
        return Visible.to(reader, WORD::toQuery);
    }

    private static Query visible(Reader reader, long with) {
        return Visible.to(reader, with, WORD::toQuery);
    }

    private List<Long> found(Query query) throws IOException {
        try {
            return index.search(query, 100, () -> false);
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Account account(long everyoneAfter) {
        return ((Effect.AccountMade) Rows.account(ANN, "ann", everyoneAfter).effect()).account();
    }

    private static Reader reader(long everyoneAfter, MembershipPeriod... stretches) {
        return new Reader(
                account(everyoneAfter),
                new TreeMap<>(
                        stretches.length == 0 ? Map.of() : Map.of(GROUP, new Reader.Group(9, List.of(stretches)))),
                false);
    }

    @Test
    void messagesToEveryoneAreVisibleFromTheCreationOfTheAccountOn() throws IOException {
        add(4, IndexEntry.Scope.EVERYONE);
        for (Query query : List.of(visible(reader(2)), visible(reader(2), Message.EVERYONE))) {
            assertThat(found(query)).containsExactly(4L, 3L);
        }
        assertThat(found(visible(reader(0)))).containsExactly(4L, 3L, 2L, 1L);
        assertThat(found(visible(reader(4)))).isEmpty();
    }

    @Test
    void aNewMemberFindsNothingFromBefore() throws IOException {
        add(4, IndexEntry.Scope.group(GROUP));
        Reader newcomer = reader(0, new MembershipPeriod(3, 3, Long.MAX_VALUE));
        for (Query query : List.of(visible(newcomer), visible(newcomer, Addressee.group(GROUP)))) {
            assertThat(found(query)).containsExactly(4L, 3L);
        }
        Reader withAll = reader(0, new MembershipPeriod(3, 0, Long.MAX_VALUE));
        assertThat(found(visible(withAll))).containsExactly(4L, 3L, 2L, 1L);
    }

    @Test
    void aFormerMemberFindsNothingFromAfterwards() throws IOException {
        add(6, IndexEntry.Scope.group(GROUP));
        Reader leaver = reader(0, new MembershipPeriod(2, 2, 3));
        for (Query query : List.of(visible(leaver), visible(leaver, Addressee.group(GROUP)))) {
            assertThat(found(query)).containsExactly(3L, 2L);
        }
        Reader back = reader(0, new MembershipPeriod(2, 2, 3), new MembershipPeriod(5, 5, Long.MAX_VALUE));
        assertThat(found(visible(back))).containsExactly(6L, 5L, 3L, 2L);
    }

    @Test
    void anEarlierTextIsFoundOnlyByFormerMembers() throws IOException {
        add(4, IndexEntry.Scope.earlier(GROUP));
        assertThat(found(visible(reader(0, new MembershipPeriod(1, 1, 2))))).containsExactly(2L, 1L);
        assertThat(found(visible(reader(0, new MembershipPeriod(1, 1, Long.MAX_VALUE)))))
                .isEmpty();
        assertThat(found(visible(reader(0)))).isEmpty();
    }

    @Test
    void aUserWhoWasNeverInAGroupFindsNothingOfIt() throws IOException {
        add(2, IndexEntry.Scope.group(GROUP));
        assertThat(found(visible(reader(0)))).isEmpty();
        assertThat(found(visible(reader(0), Addressee.group(GROUP)))).isEmpty();
    }

    @Test
    void timeRangesIncludeTheirStartAndExcludeTheirEnd() throws IOException {
        add(4, IndexEntry.Scope.EVERYONE);
        Instant second = BEGIN.plusSeconds(2);
        Instant fourth = BEGIN.plusSeconds(4);
        assertThat(found(Visible.sent(second, fourth))).containsExactly(3L, 2L);
        // Messages are indexed by the millisecond; a bound within one is rounded up.
        assertThat(found(Visible.sent(second.plusNanos(1), fourth.plusNanos(1))))
                .containsExactly(4L, 3L);
        assertThat(found(Visible.sent(second.plusNanos(1_000_000), null))).containsExactly(4L, 3L);
        assertThat(found(Visible.sent(null, second))).containsExactly(1L);
        assertThat(found(Visible.sent(Instant.MIN, Instant.MAX))).hasSize(4);
        assertThat(found(Visible.sent(Instant.MAX, null))).isEmpty();
        assertThat(found(Visible.sent(null, Instant.MIN))).isEmpty();
    }
}
