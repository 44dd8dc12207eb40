package chatd.audit.write;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.audit.event.LogEvent;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TroubleTest {
    private static final Path FILE = Path.of("audit.part");
    private final IOException full = new FileSystemException("audit.part", null, "No space left on device");
    private static final Instant WHEN = Instant.parse("2026-05-01T12:00:00Z");

    private long now;
    private final Trouble trouble = new Trouble(() -> now);
    private final List<String> notifications = new ArrayList<>();

    private final AuditLog.Observer observer = new AuditLog.Observer() {
        @Override
        public void logFailed(String why) {
            notifications.add("troubled: " + why);
        }

        @Override
        public void logRecovered() {
            notifications.add("well");
        }

        @Override
        public void broken(Exception why) {
            notifications.add("broken: " + why.getMessage());
        }
    };

    private void advance(Duration time) {
        now += time.toNanos();
    }

    @Test
    void aFailedFsyncIsRetriedOnlyAfterTheBackOff() {
        assertThat(trouble.mayRetry()).isTrue();
        trouble.backOff();
        assertThat(trouble.mayRetry()).isFalse();
        advance(Trouble.RETRY_DELAY.minusNanos(1));
        assertThat(trouble.mayRetry()).isFalse();
        advance(Duration.ofNanos(1));
        assertThat(trouble.mayRetry()).isTrue();
        trouble.backOff();
        assertThat(trouble.mayRetry()).isFalse();
    }

    @Test
    void itBeginsOnceAndKeepsItsFirstReason() {
        assertThat(trouble.why()).isNull();
        assertThat(trouble.begin(full, FILE, WHEN)).isTrue();
        String why = String.valueOf(trouble.why());
        assertThat(why).contains("No space left on device");
        assertThat(trouble.begin(new IOException("another"), FILE, WHEN.plusSeconds(1)))
                .isFalse();
        assertThat(trouble.why()).isEqualTo(why);
        assertThat(trouble.endEvent())
                .isEqualTo(new LogEvent.LogTroubled(
                        true, "can be written again; could not be since 2026-05-01T12:00:00.000000Z: " + why));
        trouble.end();
        assertThat(trouble.why()).isNull();
        assertThat(trouble.begin(new IOException("another"), FILE, WHEN)).isTrue();
    }

    @Test
    void theObserverIsNotifiedOnceOfEachChange() {
        trouble.notifyObserver();
        trouble.observe(observer);
        trouble.notifyObserver();
        assertThat(notifications).isEmpty();
        trouble.begin(full, FILE, WHEN);
        trouble.notifyObserver();
        trouble.notifyObserver();
        assertThat(notifications).containsExactly("troubled: " + trouble.why());
        trouble.end();
        trouble.notifyObserver();
        trouble.notifyObserver();
        assertThat(notifications).hasSize(2).endsWith("well");
    }

    @Test
    void aLostPartIsReportedEvenDuringEarlierTrouble() {
        trouble.observe(observer);
        trouble.begin(full, FILE, WHEN);
        assertThat(trouble.begin(new SegmentFile.Lost(), FILE, WHEN)).isFalse();
        trouble.notifyObserver();
        assertThat(notifications)
                .containsExactly("troubled: " + trouble.why(), "broken: " + new SegmentFile.Lost().getMessage());
    }
}
