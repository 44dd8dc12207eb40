package chatd.daemon.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chatd.audit.write.AuditLog;
import chatd.certs.Authority;
import chatd.certs.Pem;
import chatd.certs.ServerNames;
import chatd.daemon.TestServices;
import chatd.daemon.config.Config;
import chatd.daemon.trail.AuditTrail;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration OFTEN = Duration.ofMillis(20);

    @TempDir
    private Path directory;

    private volatile Instant now = Instant.now();
    private final InstantSource source = () -> now;
    private final Clock clock = source.withZone(ZoneOffset.UTC);
    private AuditLog log;
    private AuditTrail audit;

    @BeforeEach
    void open() throws IOException {
        Path there = Files.createDirectory(directory.resolve("log"));
        log = TestServices.openLog(there, Clock.systemUTC());
        audit = new AuditTrail(log, false, true);
    }

    @AfterEach
    void close() throws IOException {
        audit.close();
        log.close();
    }

    private static Config.Tls in(Path there) {
        return new Config.Tls(
                there.resolve("server.pem"),
                there.resolve("server.key"),
                Optional.empty(),
                Optional.empty(),
                false,
                "auto");
    }

    private Path create(String name) throws IOException {
        return create(name, now);
    }

    private Path create(String name, Instant at) throws IOException {
        Path there = Files.createDirectory(directory.resolve(name));
        Authority.writeDevelopmentFiles(there, List.of(name), RANDOM, at);
        return there;
    }

    private static void put(Path from, Path to, String... files) throws IOException {
        for (String file : files) {
            Path fresh = to.resolve(file + ".new");
            Files.copy(from.resolve(file), fresh);
            Files.move(fresh, to.resolve(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private Certificates watching(Path there) throws IOException {
        Config.Tls config = in(there);
        return new Certificates(
                Certificates.load(config, "chat.example.org", RANDOM, clock), config, audit, clock, OFTEN);
    }

    private static String name(Certificates certificates) {
        return ServerNames.of(certificates.get().certificate()).getFirst();
    }

    private List<String> logged(String what) throws IOException {
        return Files.readAllLines(log.files().part()).stream()
                .filter(line -> line.contains("type=\"certificate\"") && line.contains(what))
                .toList();
    }

    @Test
    void aNewCertificateIsUsedWhenItsFilesChange() throws IOException {
        Path live = create("one.example");
        try (Certificates certificates = watching(live)) {
            put(create("two.example"), live, "server.key", "server.pem");
            await().until(() -> name(certificates).equals("two.example"));
            // It is in use a moment before it is logged.
            await().until(() -> logged("outcome=\"ok\"").size() == 2);
            assertThat(logged("outcome=\"refused\"")).hasSizeLessThanOrEqualTo(1);
        }
    }

    /** As with certbot: symbolic links to numbered files. */
    @Test
    void aLinkThatPointsElsewhereIsAChange() throws IOException {
        Path one = create("one.example");
        Path two = create("two.example");
        Path live = Files.createDirectory(directory.resolve("live"));
        for (String file : List.of("server.pem", "server.key")) {
            Files.createSymbolicLink(live.resolve(file), one.resolve(file));
        }
        try (Certificates certificates = watching(live)) {
            for (String file : List.of("server.pem", "server.key")) {
                Files.delete(live.resolve(file));
                Files.createSymbolicLink(live.resolve(file), two.resolve(file));
            }
            await().until(() -> name(certificates).equals("two.example"));
        }
    }

    @Test
    void anUnusableCertificateIsRefusedOnceAndThePreviousOneStays() throws Exception {
        Path live = create("one.example");
        try (Certificates certificates = watching(live)) {
            Files.writeString(live.resolve("server.key"), "nothing");
            await().until(() -> logged("outcome=\"refused\"").size() == 1);
            assertThatThrownBy(() -> certificates.reload(in(live))).hasMessageContaining("no private key in it");
            assertThat(name(certificates)).isEqualTo("one.example");
            // The explicit request was refused again; the watch itself refuses it only once, however often it checks.
            await().during(OFTEN.multipliedBy(10))
                    .until(() -> logged("outcome=\"refused\"").size() == 2);
            put(create("two.example"), live, "server.key", "server.pem");
            await().until(() -> name(certificates).equals("two.example"));
        }
    }

    @Test
    void aMissingFileIsNamed() throws Exception {
        Path live = create("one.example");
        try (Certificates certificates = watching(live)) {
            Path nowhere = directory.resolve("nowhere");
            assertThatThrownBy(() -> certificates.reload(in(nowhere)))
                    .hasMessage("tls.certificate: there is no file " + nowhere.resolve("server.pem"));
            assertThat(certificates.reload(in(live))).isFalse();
            assertThat(certificates.reload(in(create("two.example")))).isTrue();
        }
    }

    @Test
    void anExpiredCertificateDoesNotReplaceAValidOne() throws Exception {
        Path live = create("one.example");
        Path old = create("old.example", now.minus(Duration.ofDays(1_000)));
        try (Certificates certificates = watching(live)) {
            assertThatThrownBy(() -> certificates.reload(in(old))).hasMessageContaining("expired at");
            assertThat(name(certificates)).isEqualTo("one.example");
        }
    }

    @Test
    void itWarnsOnceAtEachThresholdAndAtExpiry() throws IOException {
        Path live = create("one.example");
        try (Certificates certificates = watching(live)) {
            Instant end = certificates.get().end();
            int warnings = 0;
            for (double left : new double[] {30, 21.5, 20.9, 15, 8, 6.9, 2, 0.9, 0.1, -0.1, -5}) {
                now = end.minusSeconds((long) (left * 86_400));
                if (left == 20.9 || left == 6.9 || left == 0.9 || left == -0.1) {
                    warnings++;
                }
                int expected = warnings;
                await().until(() -> logged("to be renewed").size() >= expected);
                await().during(OFTEN.multipliedBy(5))
                        .until(() -> logged("to be renewed").size() == expected);
            }
            // A new certificate has warnings of its own.
            put(create("two.example"), live, "server.key", "server.pem");
            await().until(() -> name(certificates).equals("two.example"));
            assertThat(logged("to be renewed")).hasSize(4);
        }
    }

    /** The watch survives any content of the files. */
    @Test
    void garbledKeysAndTruncatedCertificatesAreRefusedAndTheNextOneIsUsed() throws IOException {
        Path live = create("one.example");
        String key = Files.readString(live.resolve("server.key"));
        try (Certificates certificates = watching(live)) {
            for (String garbled : List.of(
                    key.replace("BEGIN PRIVATE KEY-----\n", "BEGIN PRIVATE KEY-----\n*"),
                    key.substring(0, key.length() / 2) + key.substring(key.length() / 2 + 1),
                    key.substring(0, key.length() / 2))) {
                int before = logged("outcome=\"refused\"").size();
                Files.writeString(live.resolve("server.key"), garbled);
                await().until(() -> logged("outcome=\"refused\"").size() > before);
            }
            String chain = Files.readString(live.resolve("server.pem"));
            Files.writeString(live.resolve("server.key"), key);
            Files.writeString(live.resolve("server.pem"), chain.substring(0, chain.length() - 60));
            await().until(() -> !logged("is truncated").isEmpty());
            put(create("two.example"), live, "server.key", "server.pem");
            await().until(() -> name(certificates).equals("two.example"));
        }
    }

    /** For example, when only the group of a key was wrong and has been corrected. */
    @Test
    void changedPermissionsAreAChange() throws IOException {
        Path live = create("one.example");
        TlsFiles before = TlsFiles.of(in(live));
        assertThat(TlsFiles.of(in(live))).isEqualTo(before);
        Files.setPosixFilePermissions(live.resolve("server.key"), PosixFilePermissions.fromString("rw-r-----"));
        assertThat(TlsFiles.of(in(live))).isNotEqualTo(before);
    }

    @Test
    void aCertificateThatIsNotYetValidDoesNotReplaceAValidOne() throws Exception {
        Path live = create("one.example");
        Path early = create("early.example", now.plus(Duration.ofDays(2)));
        try (Certificates certificates = watching(live)) {
            assertThatThrownBy(() -> certificates.reload(in(early))).hasMessageContaining("is not valid before");
            assertThat(name(certificates)).isEqualTo("one.example");
        }
    }

    @Test
    void withoutAConfiguredCertificateOneIsCreatedAndKept() throws IOException {
        Path own = directory.resolve("state/tls");
        Config.Tls config = new Config.Tls(
                own.resolve("server.pem"),
                own.resolve("server.key"),
                Optional.of(own),
                Optional.empty(),
                false,
                "auto");
        Tls first = Certificates.load(config, "chat.example.org", RANDOM, clock);
        assertThat(ServerNames.of(first.certificate()))
                .containsExactly("chat.example.org", "localhost", "::1", "127.0.0.1");
        assertThat(Files.getPosixFilePermissions(own.resolve("server.key"))).hasSize(2);
        assertThat(Pem.certificates(own.resolve("ca.pem"))).hasSize(1);
        assertThat(Certificates.load(config, "chat.example.org", RANDOM, clock).fingerprint())
                .isEqualTo(first.fingerprint());
    }
}
