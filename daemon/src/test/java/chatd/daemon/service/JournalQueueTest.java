package chatd.daemon.service;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.audit.AuditEvent;
import chatd.daemon.store.Committed;
import chatd.daemon.store.Entry;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What waits for the journal is bounded, in number and in bytes. */
class JournalQueueTest {
    private final JournalQueue queue = new JournalQueue();

    private static JournalQueue.Pending<Entry.Message> work(long bytes) {
        return new JournalQueue.Pending<>(new Journal.Work<>() {
            @Override
            public long bytes() {
                return bytes;
            }

            @Override
            public Entry.Message entry(Numbers numbers, Instant now) {
                throw new IllegalStateException("it only waits");
            }

            @Override
            public List<AuditEvent> events(Entry.Message entry) {
                return List.of();
            }

            @Override
            public void committed(Committed<Entry.Message> committed) {}
        });
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
