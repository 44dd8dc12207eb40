package chatd.audit.write;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.audit.LogFiles;
import chatd.audit.Logs;
import chatd.audit.read.Verifier;
import chatd.audit.seal.SealPublicKey;
import chatd.fixtures.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Segments deleted by retention, and segments deleted by somebody else. */
class RetentionTest {
    private static final Duration MONTH = Duration.ofDays(30);

    @TempDir
    private Path directory;

    @TempDir
    private Path elsewhere;

    private final TestClock clock = Logs.clock();
    private SealPublicKey key;

    /** Writes three closed segments a day apart, and an open one. */
    @BeforeEach
    void write() throws IOException {
        try (AuditLog log = open(Duration.ZERO)) {
            for (int i = 1; i <= 3; i++) {
                log.append(Logs.event(i));
                clock.advance(Duration.ofDays(1));
                log.rotate();
            }
            log.append(Logs.event(4));
            log.writer().retryAndSeal();
            key = log.key();
        }
        assertThat(segments()).hasSize(3);
    }

    private AuditLog open(Duration retention) throws IOException {
        return AuditLog.open(
                directory,
                new AuditLog.Options(
                        AuditLog.Fsync.INTERVAL,
                        AuditLog.Rotation.at(64 << 20, Duration.ofDays(365)),
                        "host",
                        elsewhere.resolve("seal.key"),
                        "Ed25519",
                        true,
                        retention,
                        0),
                clock);
    }

    private List<Path> segments() throws IOException {
        return new LogFiles(directory).closed();
    }

    private Verifier.Report verify() throws IOException {
        return Logs.verify(directory, List.of(key), List.of());
    }

    @Test
    void oldSegmentsAreDeletedAndLoggedAndTheLogStaysAuthentic() throws IOException {
        clock.advance(MONTH.minus(Duration.ofHours(36)));
        try (AuditLog log = open(MONTH)) {
            log.maintenance().applyRetention();
            assertThat(segments()).extracting(LogFiles::segmentNumber).containsExactly(2L, 3L);
            // A moment later there is nothing more to do.
            log.maintenance().applyRetention();
            clock.advance(Duration.ofHours(24));
            log.maintenance().applyRetention();
            assertThat(segments()).extracting(LogFiles::segmentNumber).containsExactly(3L);
        }
        Verifier.Report report = verify();
        assertThat(report.firstError()).isNull();
        assertThat(report.isAuthentic()).isTrue();
        assertThat(report.notes()).singleElement().asString().contains("deleted by its retention, as seq ");
        assertThat(Files.readString(directory.resolve("audit.xml")))
                .contains("segment=\"audit-000001-", "segment=\"audit-000002-");
    }

    @Test
    void theOpenSegmentIsKept() throws IOException {
        clock.advance(MONTH.multipliedBy(10));
        try (AuditLog log = open(MONTH)) {
            log.maintenance().applyRetention();
            assertThat(segments()).isEmpty();
        }
        Verifier.Report report = verify();
        assertThat(report.firstError()).isNull();
        assertThat(report.isAuthentic()).isTrue();
    }

    @Test
    void deletionBySomeoneElseIsNotMistakenForRetention() throws IOException {
        Files.delete(segments().getFirst());
        Verifier.Report report = verify();
        assertThat(report.isAuthentic()).isFalse();
        assertThat(report.notes()).anyMatch(note -> note.contains("nothing in it says who removed it"));
    }

    @Test
    void deletingMoreThanRetentionDidIsFound() throws IOException {
        clock.advance(MONTH.minus(Duration.ofHours(36)));
        try (AuditLog log = open(MONTH)) {
            log.maintenance().applyRetention();
        }
        Files.delete(segments().getFirst());
        assertThat(verify().isAuthentic()).isFalse();
    }

    @Test
    void withoutRetentionEverythingIsKept() throws IOException {
        clock.advance(MONTH.multipliedBy(100));
        try (AuditLog log = open(Duration.ZERO)) {
            log.maintenance().applyRetention();
        }
        assertThat(segments()).hasSize(3);
    }

    /** Only segments that really are old are deleted, whatever somebody wrote into their headers. */
    @Test
    void aSegmentThatOnlyClaimsToBeOldIsKept() throws IOException {
        for (Path file : segments()) {
            Files.writeString(file, Files.readString(file).replaceFirst(" started=\"2026-11", " started=\"2001-11"));
        }
        try (AuditLog log = open(MONTH)) {
            log.maintenance().applyRetention();
        }
        assertThat(segments()).hasSize(3);
    }

    @Test
    void aChangedSegmentIsNotDeleted() throws IOException {
        clock.advance(MONTH.multipliedBy(2));
        Path first = segments().getFirst();
        Files.writeString(first, Files.readString(first).replace("message=\"1\"", "message=\"9\""));
        try (AuditLog log = open(MONTH)) {
            log.maintenance().applyRetention();
        }
        assertThat(segments()).hasSize(3);
    }

    /** Anyone who has the key could write a log that begins after every anchor. */
    @Test
    void anchorsOlderThanTheRemainingLogProveNothing() throws IOException {
        List<String> anchors = Verifier.anchors(segments().getFirst());
        assertThat(anchors).isNotEmpty();
        clock.advance(MONTH.multipliedBy(2));
        try (AuditLog log = open(MONTH)) {
            log.maintenance().applyRetention();
        }
        Verifier.Report report = Logs.verify(directory, List.of(key), anchors);
        assertThat(report.firstError()).isNull();
        assertThat(report.isAuthentic()).isFalse();
        assertThat(report.notes()).anyMatch(note -> note.startsWith("none of the anchors is in what is left"));
    }
}
