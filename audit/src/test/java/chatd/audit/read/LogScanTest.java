package chatd.audit.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.audit.LogFiles;
import chatd.audit.Logs;
import chatd.audit.write.AuditLog;
import chatd.fixtures.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scan returns every event of a log once, even while the log is written to and rotated. */
class LogScanTest {
    @TempDir
    private Path directory;

    private final TestClock clock = Logs.clock();

    private AuditLog open() throws IOException {
        return AuditLog.open(directory, Logs.options(AuditLog.Fsync.NEVER, 64 << 20, Duration.ofDays(365)), clock);
    }

    private static List<Long> scan(Path log, @Nullable Instant since) throws IOException {
        List<Long> seqs = new ArrayList<>();
        LogScan.scan(log, since, line -> seqs.add(seq(line)));
        return seqs;
    }

    private static long seq(String line) {
        return Long.parseLong(line.replaceFirst(".* seq=\"(\\d+)\".*", "$1"));
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    @Test
    void allSegmentsAreReadInOrder() throws IOException {
        try (AuditLog log = open()) {
            for (int i = 0; i < 12; i++) {
                log.append(Logs.event(i));
                if (i % 3 == 2) {
                    log.rotate();
                }
            }
            log.append(Logs.event(99));
            log.publish();
            assertThat(scan(directory, null)).isEqualTo(upTo(log.lastSeq()));
            assertThat(scan(new LogFiles(directory).closed().get(1), null)).hasSize(5);
        }
        assertThat(scan(directory, null)).isEqualTo(upTo(23));
    }

    @Test
    void oldSegmentsAreSkippedAndTheScanStopsOnRequest() throws IOException {
        try (AuditLog log = open()) {
            for (int i = 0; i < 4; i++) {
                log.append(Logs.event(i));
                clock.advance(Duration.ofDays(1));
                log.rotate();
            }
            log.publish();
        }
        List<Long> since = scan(directory, clock.instant().minus(Duration.ofHours(25)));
        assertThat(since.getFirst())
                .as("the first of the segment in which the span begins")
                .isEqualTo(7);
        assertThat(since.getLast()).isEqualTo(14);
        List<Long> taken = new ArrayList<>();
        LogScan.scan(directory, null, line -> {
            taken.add(seq(line));
            return taken.size() < 3;
        });
        assertThat(taken).containsExactly(1L, 2L, 3L);
    }

    /** Rotations may happen at any moment of a scan; everything that was there when it began is read exactly once. */
    @Test
    void aLogThatIsBeingRotatedIsReadWithoutGaps() throws Exception {
        try (AuditLog log = open()) {
            log.append(Logs.event(0));
            Thread writing = Thread.startVirtualThread(() -> {
                try {
                    for (int i = 1; i <= 400 && !Thread.currentThread().isInterrupted(); i++) {
                        log.append(Logs.event(i));
                        if (i % 5 == 0) {
                            log.rotate();
                        }
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            int scans = 0;
            while (writing.isAlive() || scans == 0) {
                List<Long> seqs = scan(directory, null);
                assertThat(seqs).isEqualTo(upTo(seqs.size()));
                scans++;
            }
            writing.join();
            log.publish();
            assertThat(scan(directory, null)).isEqualTo(upTo(log.lastSeq()));
        }
    }

    @Test
    void nonLogsAndTruncatedSegmentsAreReported(@TempDir Path other) throws IOException {
        assertThatThrownBy(() -> scan(other, null)).hasMessageContaining("There is no log in");
        Path text = Files.writeString(other.resolve("text"), "one\ntwo\nthree\n");
        assertThatThrownBy(() -> scan(text, null)).hasMessageContaining("is not an audit log file");
        try (AuditLog log = open()) {
            log.append(Logs.event(1), Logs.event(2));
            log.publish();
            assertThat(scan(directory.resolve("audit.part"), null)).containsExactly(1L, 2L, 3L);
        }
        String whole = Files.readString(directory.resolve("audit.xml"));
        Path torn = Files.writeString(other.resolve("torn.xml"), whole.substring(0, whole.length() - 30));
        List<Long> seqs = new ArrayList<>();
        assertThatThrownBy(() -> LogScan.scan(torn, null, line -> seqs.add(seq(line))))
                .hasMessageContaining("torn.xml is truncated after");
        assertThat(seqs).containsExactly(1L, 2L, 3L);
    }
}
