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
    private final List<String> told = new ArrayList<>();

    private final AuditLog.Observer observer = new AuditLog.Observer() {
        @Override
        public void logFailed(String why) {
            told.add("troubled: " + why);
        }

        @Override
        public void logRecovered() {
            told.add("well");
        }

        @Override
        public void broken(Exception why) {
            told.add("broken: " + why.getMessage());
        }
    };

    private void passes(Duration time) {
        now += time.toNanos();
    }

    @Test
    void aFailedForceIsPutOffForItsTime() {
        assertThat(trouble.mayRetry()).isTrue();
        trouble.backOff();
        assertThat(trouble.mayRetry()).isFalse();
        passes(Trouble.CALM.minusNanos(1));
        assertThat(trouble.mayRetry()).isFalse();
        passes(Duration.ofNanos(1));
        assertThat(trouble.mayRetry()).isTrue();
        trouble.backOff();
        assertThat(trouble.mayRetry()).isFalse();
    }

    @Test
    void itBeginsOnceAndKeepsItsFirstReason() {
        assertThat(trouble.why()).isNull();
        assertThat(trouble.begins(full, FILE, WHEN)).isTrue();
        String why = String.valueOf(trouble.why());
        assertThat(why).contains("No space left on device");
        assertThat(trouble.begins(new IOException("another"), FILE, WHEN.plusSeconds(1)))
                .isFalse();
        assertThat(trouble.why()).isEqualTo(why);
        assertThat(trouble.endEvent())
                .isEqualTo(new LogEvent.LogTroubled(
                        true, "can be written again; could not be since 2026-05-01T12:00:00.000000Z: " + why));
        trouble.ends();
        assertThat(trouble.why()).isNull();
        assertThat(trouble.begins(new IOException("another"), FILE, WHEN)).isTrue();
    }

    @Test
    void whoObservesIsToldOfEachChangeOnce() {
        trouble.tell();
        trouble.observe(observer);
        trouble.tell();
        assertThat(told).isEmpty();
        trouble.begins(full, FILE, WHEN);
        trouble.tell();
        trouble.tell();
        assertThat(told).containsExactly("troubled: " + trouble.why());
        trouble.ends();
        trouble.tell();
        trouble.tell();
        assertThat(told).hasSize(2).endsWith("well");
    }

    @Test
    void aPartThatIsLostIsToldOfEvenInTroubleThatHasBegunBefore() {
        trouble.observe(observer);
        trouble.begins(full, FILE, WHEN);
        assertThat(trouble.begins(new SegmentFile.Lost(), FILE, WHEN)).isFalse();
        trouble.tell();
        assertThat(told)
                .containsExactly("troubled: " + trouble.why(), "broken: " + new SegmentFile.Lost().getMessage());
    }
}
