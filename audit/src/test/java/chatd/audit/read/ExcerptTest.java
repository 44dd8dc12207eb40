package chatd.audit.read;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.audit.LogBytes;
import chatd.audit.LogFiles;
import chatd.audit.Logs;
import chatd.audit.form.VerificationListener;
import chatd.audit.seal.SealPublicKey;
import chatd.audit.write.AuditLog;
import chatd.fixtures.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An excerpt is a span of the log that verifies on its own. */
class ExcerptTest {
    private static final Instant START = Logs.START;

    @TempDir
    private Path directory;

    @TempDir
    private Path elsewhere;

    @TempDir
    private Path out;

    private final TestClock clock = Logs.clock();
    private SealPublicKey key;

    /** Writes an event an hour, sealed every third hour, in three segments of ten hours, the last one open. */
    @BeforeEach
    void write() throws IOException {
        AuditLog.Options options = new AuditLog.Options(
                AuditLog.Fsync.INTERVAL,
                AuditLog.Rotation.at(64 << 20, Duration.ofDays(365)),
                "host",
                elsewhere.resolve("seal.key"),
                "Ed25519",
                true,
                Duration.ZERO,
                0);
        try (AuditLog log = AuditLog.open(directory, options, clock)) {
            key = log.key();
            for (int i = 0; i < 30; i++) {
                if (i == 10 || i == 20) {
                    log.rotate();
                }
                log.append(Logs.event(i + 1));
                if (i % 3 == 2) {
                    log.anchor();
                }
                clock.advance(Duration.ofHours(1));
            }
        }
    }

    private Excerpt.Result export(@Nullable Integer since, @Nullable Integer until) throws IOException {
        return Excerpt.write(directory, out, hour(since), hour(until));
    }

    private static @Nullable Instant hour(@Nullable Integer n) {
        return n == null ? null : START.plus(Duration.ofHours(n));
    }

    private Verifier.Report verify(boolean excerpt) throws IOException {
        return Verifier.verify(out, new AuditorTerms(List.of(key), List.of(), excerpt), VerificationListener.NOTHING);
    }

    private List<Path> files() throws IOException {
        return new LogFiles(out).closed();
    }

    /** A span runs from its first event to the first seal after its last; segments in between are complete. */
    @ParameterizedTest
    @CsvSource({
        "4, 6, 5, 6, 1",
        "4, 7, 5, 9, 1",
        "8, 12, 9, 12, 2",
        "8, 22, 9, 24, 3",
        "10, 20, 11, 20, 1",
        "12, , 13, 30, 2",
        ", 5, 1, 6, 1",
        ", , 1, 30, 3",
    })
    void aSpanVerifiesByItself(@Nullable Integer since, @Nullable Integer until, int first, int last, int files)
            throws IOException {
        Excerpt.Result result = export(since, until);
        assertThat(result.firstError()).isNull();
        assertThat(files()).hasSize(files);
        StringBuilder text = new StringBuilder();
        for (Path file : files()) {
            text.append(Files.readString(file));
        }
        assertThat(text)
                .contains(" message=\"" + first + "\" user", " message=\"" + last + "\" user")
                .doesNotContain(" message=\"" + (first - 1) + "\" user", " message=\"" + (last + 1) + "\" user");
        Verifier.Report report = verify(true);
        assertThat(report.firstError()).isNull();
        assertThat(report.isAuthentic()).isTrue();
        assertThat(report.events()).isEqualTo(result.events());
    }

    @Test
    void anExcerptIsNotAuthenticAsAWholeLog() throws IOException {
        export(4, 12);
        Verifier.Report report = verify(false);
        assertThat(report.firstError()).isNull();
        assertThat(report.isAuthentic()).isFalse();
        assertThat(report.notes()).anyMatch(note -> note.startsWith("it is an excerpt: what was logged up to seq 6"));
    }

    @Test
    void everyChangedByteBelowItsHeadIsFound() throws IOException {
        export(4, 7);
        Path file = files().getFirst();
        byte[] bytes = Files.readAllBytes(file);
        for (int i : LogBytes.chosen(bytes)) {
            byte was = bytes[i];
            bytes[i] ^= 1;
            Files.write(file, bytes);
            Verifier.Report report = verify(true);
            // Changes in the head need not be found: no chain in the excerpt covers its first three lines, nor the time
            // of the line that stands for what was left out.
            assertThat(report.firstError() != null || !report.isAuthentic() || isInHead(bytes, i))
                    .as("byte %d", i)
                    .isTrue();
            bytes[i] = was;
        }
    }

    private static boolean isInHead(byte[] bytes, int at) {
        int lines = 0;
        for (int i = 0; i < at; i++) {
            lines += bytes[i] == '\n' ? 1 : 0;
        }
        return lines < 4;
    }

    @Test
    void somethingLeftOutInTheMiddleIsFound() throws IOException {
        export(8, 22);
        Path second = files().get(1);
        List<String> lines = Files.readAllLines(second);
        String left = lines.get(4)
                .replaceFirst("<\\w+ (seq=\"\\d+\" time=\"[^\"]+\").*( chain=\"[^\"]+\").*", "<skipped $1$2/>");
        lines.subList(3, 5).clear();
        lines.add(3, left);
        Files.writeString(second, String.join("\n", lines) + "\n");
        assertThat(verify(true).firstError())
                .contains("something is left out, which is allowed only in an excerpt's first segment");
    }

    @Test
    void aSpanWithoutEventsWritesNothing() throws IOException {
        assertThat(export(100, 200).events()).isZero();
        try (Stream<Path> all = Files.list(out)) {
            assertThat(all).isEmpty();
        }
    }

    @Test
    void anErrorInTheLogIsReported() throws IOException {
        Path first = new LogFiles(directory).closed().getFirst();
        Files.writeString(first, Files.readString(first).replace("message=\"5\"", "message=\"6\""));
        assertThat(export(1, null).firstError()).contains("the chain is broken");
    }
}
