package chatd.audit;

import chatd.audit.event.AuditEvent;
import chatd.audit.event.LoggedIdentity;
import chatd.audit.form.Line;
import chatd.audit.form.VerificationListener;
import chatd.audit.read.AuditorTerms;
import chatd.audit.read.SecondVerifier;
import chatd.audit.read.Verifier;
import chatd.audit.seal.SealPublicKey;
import chatd.audit.write.AuditLog;
import chatd.fixtures.TestClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Logs for tests, and a second implementation of the chain, written from its description. */
public final class Logs {
    /** The initial time of these tests' clocks. */
    public static final Instant START = Instant.parse("2026-11-20T06:15:00Z");

    /** File of the sealing key for logs whose key does not matter. */
    public static final Path KEY = key();

    public static final AuditLog.Options OPTIONS = options(AuditLog.Fsync.INTERVAL, 64 << 20, Duration.ofDays(1));

    private Logs() {}

    private static Path key() {
        try {
            Path directory = Files.createTempDirectory("chatd-seal");
            directory.toFile().deleteOnExit();
            Path key = directory.resolve("seal.key");
            key.toFile().deleteOnExit();
            return key;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Returns options without retention or reserve. */
    public static AuditLog.Options options(AuditLog.Fsync fsync, long segmentSize, Duration segmentAge) {
        return new AuditLog.Options(
                fsync, AuditLog.Rotation.at(segmentSize, segmentAge), "host", KEY, "Ed25519", true, Duration.ZERO, 0);
    }

    /** Returns the usual options, with a sealing key of the test's own. */
    public static AuditLog.Options sealedBy(Path key, String algorithm) {
        return new AuditLog.Options(
                AuditLog.Fsync.INTERVAL,
                AuditLog.Rotation.at(64 << 20, Duration.ofDays(1)),
                "host",
                key,
                algorithm,
                true,
                Duration.ZERO,
                0);
    }

    /** Returns a clock that a test advances. */
    public static TestClock clock() {
        return TestClock.standingAt(START);
    }

    public static AuditEvent event(int n) {
        return new AuditEvent.MessageSent(n, LoggedIdentity.of(1, "alice"), null, null, n, null, "d".repeat(43));
    }

    /** Writes a log with {@code n} messages and closes it properly. */
    public static void write(Path directory, int n) throws IOException {
        try (AuditLog log = AuditLog.open(directory, OPTIONS, clock())) {
            for (int i = 1; i <= n; i++) {
                log.append(event(i));
            }
        }
    }

    public static Verifier.Report verify(Path directory) throws IOException {
        return verify(directory, List.of(), List.of());
    }

    /** Verifies a log with both verifiers. */
    public static Verifier.Report verify(Path directory, List<SealPublicKey> keys, List<String> anchors)
            throws IOException {
        Verifier.Report report =
                Verifier.verify(directory, new AuditorTerms(keys, anchors, false), VerificationListener.NOTHING);
        SecondVerifier.assertAgrees(directory, keys, anchors, report);
        return report;
    }

    public static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file);
    }

    /** Returns the chains of a document's lines from line 4 on, computed as the page says. */
    public static List<String> chains(List<String> lines, String previous) throws NoSuchAlgorithmException {
        String chain = hash(previous, String.join("\n", lines.subList(0, 3)));
        List<String> chains = new ArrayList<>();
        for (String line : lines.subList(3, lines.size() - 1)) {
            chain = hash(chain, line.replaceFirst(" chain=\"[^\"]{43}\"", ""));
            chains.add(chain);
        }
        return chains;
    }

    /** Rewrites a file as a forger without the key would, with every chain recomputed. */
    public static void rewrite(Path file, List<String> lines) throws IOException, NoSuchAlgorithmException {
        String previous = lines.get(2).replaceFirst(".* previous=\"([^\"]*)\".*", "$1");
        List<String> chains = chains(lines, previous);
        List<String> whole = new ArrayList<>(lines.subList(0, 3));
        for (int i = 0; i < chains.size(); i++) {
            whole.add(lines.get(i + 3).replaceFirst(" chain=\"[^\"]*\"", " chain=\"" + chains.get(i) + "\""));
        }
        whole.add(Line.END);
        Files.write(file, whole);
    }

    private static String hash(String chain, String body) throws NoSuchAlgorithmException {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(sha256.digest((chain + "\n" + body).getBytes(StandardCharsets.UTF_8)));
    }
}
