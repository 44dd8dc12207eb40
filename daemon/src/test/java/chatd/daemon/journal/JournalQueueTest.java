package chatd.daemon.journal;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.model.Message;
import chatd.daemon.model.Refusal;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The journal's queue is bounded, in entries and in bytes. */
class JournalQueueTest {
    private final JournalQueue queue = new JournalQueue();

    private static JournalQueue.Pending<Message> work(long bytes) {
        return new JournalQueue.Pending<>(
                new Decision<>() {
                    @Override
                    public long bytes() {
                        return bytes;
                    }

                    @Override
                    public Message decide(Numbers numbers, Instant now) {
                        throw new IllegalStateException("it only waits");
                    }
                },
                entry -> {});
    }

    private int offered(long bytes) {
        int taken = 0;
        while (queue.offer(work(bytes))) {
            taken++;
        }
        return taken;
    }

    @Test
    void inBytes() {
        assertThat(offered(1 << 20)).isEqualTo(31);
        queue.refuse(Refusal.databaseAway());
        assertThat(offered(1 << 20)).isEqualTo(31);
    }

    @Test
    void inNumber() {
        assertThat(offered(1)).isEqualTo(10_000);
    }
}
