package chatd.audit.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.audit.LogFiles;
import chatd.audit.LogPosition;
import chatd.audit.Logs;
import chatd.audit.write.AuditLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
    @TempDir
    private Path directory;

    private AuditLog open() throws IOException {
        return AuditLog.open(directory, Logs.OPTIONS, Logs.clock());
    }

    private static List<String> rest(LogTail tail) throws IOException {
        List<String> lines = new ArrayList<>();
        for (byte[] line = tail.next(); line != null; line = tail.next()) {
            lines.add(new String(line, StandardCharsets.UTF_8));
        }
        return lines;
    }

    /** Returns all lines of a log that a tail gives: those of its files, without what every segment has. */
    private List<String> expected(LogFiles files) throws IOException {
        List<String> all = new ArrayList<>();
        for (Path file : files.closed()) {
            all.addAll(Files.readAllLines(file));
        }
        all.addAll(Files.readAllLines(files.part()));
        all.removeIf(line -> line.startsWith("<?xml") || line.equals("</audit>"));
        return all;
    }

    @Test
    void itContinuesAcrossRotations() throws Exception {
        try (AuditLog log = open()) {
            log.append(Logs.event(1), Logs.event(2), Logs.event(3));
            try (LogTail tail = LogTail.ofLast(log.files(), log::appended, 2)) {
                assertThat(rest(tail))
                        .satisfiesExactly(
                                line -> assertThat(line).contains("message=\"2\""),
                                line -> assertThat(line).contains("message=\"3\""));
                log.append(Logs.event(4));
                log.rotate();
                log.append(Logs.event(5));
                assertThat(rest(tail))
                        .satisfiesExactly(
                                line -> assertThat(line).contains("message=\"4\""),
                                line -> assertThat(line).startsWith("<seal "),
                                line -> assertThat(line).startsWith("<audit "),
                                line -> assertThat(line).contains("rotation"),
                                line -> assertThat(line).contains("message=\"5\""));
                log.rotate();
                log.append(Logs.event(6));
                log.rotate();
                log.append(Logs.event(7));
                assertThat(rest(tail))
                        .satisfiesExactly(
                                line -> assertThat(line).startsWith("<seal "),
                                line -> assertThat(line).startsWith("<audit "),
                                line -> assertThat(line).contains("rotation"),
                                line -> assertThat(line).contains("message=\"6\""),
                                line -> assertThat(line).startsWith("<seal "),
                                line -> assertThat(line).startsWith("<audit "),
                                line -> assertThat(line).contains("rotation"),
                                line -> assertThat(line).contains("message=\"7\""));
            }
            try (LogTail all = LogTail.ofLast(log.files(), log::appended, 100)) {
                assertThat(rest(all))
                        .satisfiesExactly(
                                line -> assertThat(line).startsWith("<audit "),
                                line -> assertThat(line).contains("rotation"),
                                line -> assertThat(line).contains("message=\"7\""));
            }
        }
    }

    /** Whoever continues after any line gets all that follow it, and nothing twice. */
    @Test
    void itContinuesFromAnyPosition() throws Exception {
        try (AuditLog log = open()) {
            for (int i = 1; i <= 12; i++) {
                log.append(Logs.event(i));
                if (i % 4 == 0) {
                    log.rotate();
                }
            }
            List<String> all = expected(log.files());
            List<LogPosition> positions = new ArrayList<>(List.of(LogPosition.ORIGIN));
            try (LogTail tail = new LogTail(log.files(), log::appended, LogPosition.ORIGIN)) {
                while (tail.next() != null) {
                    positions.add(tail.position());
                }
            }
            assertThat(positions).hasSize(all.size() + 1);
            for (int i = 0; i < positions.size(); i++) {
                try (LogTail tail = new LogTail(log.files(), log::appended, positions.get(i))) {
                    assertThat(rest(tail)).isEqualTo(all.subList(i, all.size()));
                }
            }
        }
    }

    /** What a loss of power may still take is told to nobody. */
    @Test
    void itGivesNothingThatIsNotOnDiskYet() throws Exception {
        try (AuditLog log = open()) {
            log.publish();
            try (LogTail tail = new LogTail(log.files(), log::forced, log.forced())) {
                log.append(Logs.event(1));
                assertThat(rest(tail)).isEmpty();
                log.publish();
                assertThat(rest(tail)).hasSize(1);
                assertThat(tail.position()).isEqualTo(log.forced()).isEqualTo(log.appended());
            }
        }
    }

    @Test
    void withFsyncAlwaysAllIsOnDisk() throws Exception {
        AuditLog.Options always = Logs.options(AuditLog.Fsync.ALWAYS, 64 << 20, Duration.ofDays(1));
        try (AuditLog log = AuditLog.open(directory, always, Logs.clock())) {
            log.append(Logs.event(1));
            assertThat(log.forced()).isEqualTo(log.appended());
        }
    }

    @Test
    void segmentsThatAreGoneAreLeftOut() throws Exception {
        try (AuditLog log = open()) {
            for (int i = 1; i <= 4; i++) {
                log.append(Logs.event(i));
                log.rotate();
            }
            Files.delete(log.files().closed().get(0));
            Files.delete(log.files().closed().get(0));
            try (LogTail tail = new LogTail(log.files(), log::appended, new LogPosition(1, 200))) {
                assertThat(rest(tail)).isEqualTo(expected(log.files()));
            }
        }
    }

    @Test
    void aClosedSegmentThatWasCutOffIsReported() throws Exception {
        try (AuditLog log = open()) {
            log.append(Logs.event(1));
            log.rotate();
            log.append(Logs.event(2));
            Path closed = log.files().closed().getFirst();
            byte[] whole = Files.readAllBytes(closed);
            Files.write(closed, java.util.Arrays.copyOf(whole, whole.length - 20));
            try (LogTail tail = new LogTail(log.files(), log::appended, LogPosition.ORIGIN)) {
                assertThatThrownBy(() -> rest(tail)).hasMessageContaining("segment 1 of the log ends after");
            }
        }
    }
}
