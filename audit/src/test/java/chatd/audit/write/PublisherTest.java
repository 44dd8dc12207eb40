package chatd.audit.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.audit.Logs;
import chatd.audit.event.AuditEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublisherTest {
    @TempDir
    private Path directory;

    private Object published() throws IOException {
        return Files.getAttribute(directory.resolve("audit.xml"), "unix:ino");
    }

    /** A large segment is published rarely: a liveness check does not wait for the next publication. */
    @Test
    void itAnswersLivenessChecksBetweenPublications() throws Exception {
        AuditLog.Options large = Logs.options(AuditLog.Fsync.NEVER, 512 << 20, Duration.ofDays(1));
        try (AuditLog log = AuditLog.open(directory, large, Clock.systemUTC())) {
            int n = 0;
            while (Files.size(directory.resolve("audit.part")) < 48 << 20) {
                int first = n;
                log.append(IntStream.rangeClosed(first + 1, first + 2_000)
                        .mapToObj(Logs::event)
                        .toArray(AuditEvent[]::new));
                n += 2_000;
            }
            Object before = published();
            log.startPublishing();
            await().until(() -> !published().equals(before));
            Set<Object> seen = new HashSet<>();
            for (int i = 0; i < 40; i++) {
                log.append(Logs.event(++n));
                log.awaitLiveness();
                seen.add(published());
            }
            assertThat(seen).as("publications meanwhile").hasSizeLessThan(10);
        }
    }
}
