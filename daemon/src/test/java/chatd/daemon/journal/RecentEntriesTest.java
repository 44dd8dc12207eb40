package chatd.daemon.journal;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.model.entry.Entry;
import chatd.daemon.model.entry.Message;
import chatd.protocol.value.References;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * A reader gets each entry after its position, once, or learns that it must continue from the
 * database.
 */
class RecentEntriesTest {
    private final RecentEntries recent = new RecentEntries();

    private static Entry message(long number, String text) {
        return new Message(
                number,
                Instant.EPOCH,
                1,
                List.of(2L),
                List.of(),
                text,
                null,
                new byte[16],
                References.NONE,
                null,
                null);
    }

    private void add(long from, long to) {
        recent.add(LongStream.rangeClosed(from, to)
                .mapToObj(number -> message(number, "hello"))
                .toList());
    }

    private List<Long> after(long position, int limit) {
        return Objects.requireNonNull(recent.after(position, limit)).stream()
                .map(Entry::position)
                .toList();
    }

    @Test
    void nothingIsHeldUntilAReaderIsClose() {
        recent.begin(100);
        add(101, 102);
        assertThat(recent.after(102, 10)).isNull();
        recent.hold(102 - 5_000);
        add(103, 103);
        assertThat(recent.after(102, 10)).as("it is too far behind").isNull();
        recent.hold(50);
        add(104, 105);
        assertThat(recent.after(102, 10)).as("103 is not held").isNull();
        assertThat(after(103, 10)).containsExactly(104L, 105L);
    }

    @Test
    void entriesThatWereReadAreForgotten() {
        recent.begin(1);
        recent.hold(1);
        add(2, 9);
        assertThat(after(1, 3)).containsExactly(2L, 3L, 4L);
        assertThat(after(1, 1)).as("the same again, until it goes on").containsExactly(2L);
        assertThat(after(4, 2)).containsExactly(5L, 6L);
        assertThat(recent.after(3, 2)).as("4 is forgotten").isNull();
        assertThat(after(9, 2)).isEmpty();
    }

    @Test
    void tooManyEntriesAreAllForgotten() {
        recent.hold(0);
        add(1, 10_000);
        assertThat(recent.after(0, 1)).hasSize(1);
        add(10_001, 10_001);
        assertThat(recent.after(0, 1)).isNull();
        recent.hold(10_000);
        add(10_002, 10_002);
        assertThat(after(10_001, 9)).containsExactly(10_002L);
    }

    @Test
    void tooManyBytesAreAllForgotten() {
        recent.hold(0);
        recent.add(List.of(message(1, "a".repeat(1 << 20))));
        assertThat(recent.after(0, 1)).hasSize(1);
        recent.add(List.of(message(2, "a".repeat(1 << 20))));
        assertThat(recent.after(0, 1)).isNull();
        recent.hold(2);
        recent.add(List.of(message(3, "a".repeat(1 << 20))));
        assertThat(after(2, 1)).as("room is given back").containsExactly(3L);
    }
}
