package chatd.daemon.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.audit.LogFiles;
import chatd.audit.event.LogEvent;
import chatd.audit.write.AuditLog;
import chatd.certs.Authority;
import chatd.certs.Pem;
import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigException;
import chatd.daemon.config.ConfigReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForwarderTest {
    private static final Duration SOON = Duration.ofMillis(10);

    /** Connections last until the end of the test, unless something happens to them. */
    private static final Forwarder.Timing LONG = new Forwarder.Timing(Duration.ofHours(1), 1 << 30, SOON, SOON);

    @TempDir
    private Path directory;

    private final SecureRandom random = new SecureRandom();
    private final Map<String, String> options = new HashMap<>();
    private Path certificates;
    private AuditLog log;
    private TestCollector collector;

    @BeforeEach
    void begin() throws Exception {
        certificates = Files.createDirectory(directory.resolve("certificates"));
        Authority.writeDevelopmentFiles(certificates, Authority.THIS_MACHINE, random, Instant.now());
        collector = new TestCollector(certificates, false);
        options.put("CHATD_AUDIT_FORWARD_CA", certificates.resolve("ca.pem").toString());
        options.put("CHATD_AUDIT_FORWARD_TO", "[::1]:" + collector.port());
        log = openLog("log");
    }

    @AfterEach
    void end() throws Exception {
        collector.close();
        log.close();
    }

    private AuditLog openLog(String name) throws IOException {
        return AuditLog.open(
                        Files.createDirectories(directory.resolve(name)),
                        new AuditLog.Options(
                                AuditLog.Fsync.INTERVAL,
                                AuditLog.Rotation.at(64 << 20, Duration.ofDays(1)),
                                "host",
                                directory.resolve("seal.key"),
                                "Ed25519",
                                true,
                                Duration.ZERO,
                                0),
                        Clock.systemUTC())
                .startPublishing();
    }

    private Config config() {
        try {
            return ConfigReader.read(null, options);
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    private Forwarder start(Forwarder.Timing timing) {
        Config read = config();
        Forwarder forwarder = new Forwarder(log, () -> read, "box", timing, Clock.systemUTC());
        forwarder.start();
        return forwarder;
    }

    private void append(int events) throws IOException {
        for (int i = 0; i < events; i++) {
            log.append(new LogEvent.ClockAhead(Duration.ofSeconds(i + 1)));
        }
    }

    /** Returns the log's lines that are on disk: all but those that every segment has. */
    private List<String> logged() throws IOException {
        log.publish();
        LogFiles files = log.files();
        List<String> all = new ArrayList<>();
        for (Path file : files.closed()) {
            all.addAll(Files.readAllLines(file));
        }
        all.addAll(Files.readAllLines(files.part()));
        all.removeIf(line -> line.startsWith("<?xml") || line.equals("</audit>"));
        return all;
    }

    private void awaitAll() throws IOException {
        List<String> all = logged();
        await().until(() -> new LinkedHashSet<>(collector.lines()).size() >= all.size());
        assertThat(new LinkedHashSet<>(collector.lines())).containsExactlyElementsOf(all);
    }

    @Test
    void eachLineIsSentOnceAndInOrderOverRotationsToo() throws Exception {
        append(3);
        try (Forwarder forwarder = start(LONG)) {
            awaitAll();
            append(2);
            log.rotate();
            append(2);
            awaitAll();
            assertThat(collector.lines()).doesNotHaveDuplicates();
            assertThat(forwarder.status().isConnected()).isTrue();
            assertThat(forwarder.status().failure()).isEmpty();
            await().until(() -> forwarder.status().sent() == log.lastSeq());
        }
    }

    /** What the collector had read by the end of a connection may still have been in its memory alone. */
    @Test
    void whatWasReadByTheEndBeforeCountsAsReceived() throws Exception {
        Forwarder.Timing each = new Forwarder.Timing(Duration.ofHours(1), 1, SOON, SOON);
        append(10);
        List<String> all = logged();
        try (Forwarder forwarder = start(each)) {
            awaitAll();
            await().until(() -> forwarder.status().sent() == log.lastSeq());
        }
        assertThat(collector.lines()).doesNotHaveDuplicates();
        Confirmed kept = Confirmed.read(log.files());
        assertThat(kept).isNotNull();
        // One line a connection: the last one is not certain yet.
        assertThat(kept.line()).isEqualTo(Confirmed.hash(all.get(all.size() - 2).getBytes(StandardCharsets.UTF_8)));
        try (Forwarder _ = start(each)) {
            await().until(() -> collector.lines().size() > all.size());
        }
        assertThat(collector.lines().subList(0, all.size() + 1))
                .isEqualTo(Stream.concat(all.stream(), Stream.of(all.getLast())).toList());
    }

    @Test
    void aCollectorThatWasKilledGetsAgainWhatItMayHaveLost() throws Exception {
        append(20);
        try (Forwarder forwarder = start(LONG)) {
            awaitAll();
            collector.kill();
            append(20);
            await().until(() -> !forwarder.status().failure().isEmpty());
            collector.restart();
            List<String> all = logged();
            await().until(() -> collector.messages().getLast().size() >= all.size());
            awaitAll();
            assertThat(collector.messages()).hasSize(2);
        }
    }

    /** The log, and so everybody, goes on meanwhile; nothing is kept in memory. */
    @Test
    void aCollectorThatDoesNotReadStopsNobody() throws Exception {
        collector.setReading(false);
        try (Forwarder forwarder = start(LONG)) {
            await().until(() -> forwarder.status().isConnected());
            append(60_000);
            log.publish();
            assertThat(forwarder.status().sent()).isLessThan(log.lastSeq());
            collector.setReading(true);
            awaitAll();
            assertThat(collector.lines()).doesNotHaveDuplicates();
        }
    }

    /** A stop does not wait for a collector that does not read: the next start sends what it lacks. */
    @Test
    void aStopWaitsOnlyForAMoment() throws Exception {
        collector.setReading(false);
        append(60_000);
        try (Forwarder forwarder = start(LONG)) {
            await().until(() -> forwarder.status().isConnected());
        }
        collector.setReading(true);
        try (Forwarder _ = start(LONG)) {
            awaitAll();
        }
    }

    @Test
    void anotherCollectorGetsAllAndSoDoesOneWhoseLogWasReplaced() throws Exception {
        append(5);
        Forwarder.Timing each = new Forwarder.Timing(Duration.ofHours(1), 1, SOON, SOON);
        try (Forwarder _ = start(each)) {
            awaitAll();
        }
        try (TestCollector other = new TestCollector(certificates, false)) {
            options.put("CHATD_AUDIT_FORWARD_TO", "[::1]:" + other.port());
            List<String> all = logged();
            try (Forwarder _ = start(LONG)) {
                await().until(() -> other.lines().size() >= all.size());
            }
            assertThat(other.lines()).isEqualTo(all);
        }
        options.put("CHATD_AUDIT_FORWARD_TO", "[::1]:" + collector.port());
        Path kept = Confirmed.file(log.files());
        byte[] known = Files.readAllBytes(kept);
        log.close();
        log = openLog("restored");
        append(2);
        Files.write(Confirmed.file(log.files()), known);
        int before = collector.lines().size();
        List<String> fresh = logged();
        try (Forwarder _ = start(LONG)) {
            await().until(() -> collector.lines().size() >= before + fresh.size());
        }
        assertThat(collector.lines().subList(before, before + fresh.size())).isEqualTo(fresh);
    }

    @Test
    void aCollectorWithAnotherNameIsToldNothing() throws Exception {
        options.put("CHATD_AUDIT_FORWARD_NAME", "logs.example.org");
        append(1);
        try (Forwarder forwarder = start(LONG)) {
            await().until(() -> !forwarder.status().failure().isEmpty());
            assertThat(forwarder.status().failure())
                    .startsWith("TLS with logs.example.org failed: ")
                    .contains("logs.example.org");
            assertThat(forwarder.status().isConnected()).isFalse();
        }
        assertThat(collector.lines()).isEmpty();
    }

    @Test
    void aCollectorOfAnotherAuthorityIsToldNothing() throws Exception {
        Path other = Files.createDirectory(directory.resolve("other"));
        Authority.writeDevelopmentFiles(other, Authority.THIS_MACHINE, random, Instant.now());
        options.put("CHATD_AUDIT_FORWARD_CA", other.resolve("ca.pem").toString());
        append(1);
        try (Forwarder forwarder = start(LONG)) {
            await().until(() -> !forwarder.status().failure().isEmpty());
            assertThat(forwarder.status().failure()).contains("TLS with ::1 failed");
        }
        options.put("CHATD_AUDIT_FORWARD_CA", directory.resolve("none.pem").toString());
        try (Forwarder forwarder = start(LONG)) {
            await().until(() -> !forwarder.status().failure().isEmpty());
            assertThat(forwarder.status().failure())
                    .isEqualTo("its certificates can't be read: No such file or directory ("
                            + directory.resolve("none.pem") + ")");
        }
        assertThat(collector.lines()).isEmpty();
    }

    @Test
    void theDaemonsOwnCertificateIsPresented() throws Exception {
        Authority authority = Authority.create("clients", random, Instant.now());
        Authority.Identity server = authority.server(Authority.THIS_MACHINE, Authority.KeyKind.EC);
        Authority.Identity own = authority.client("chatd", Authority.KeyKind.EC);
        Files.writeString(certificates.resolve("ca.pem"), Pem.of(authority.certificate()));
        Files.writeString(certificates.resolve("server.pem"), Pem.of(server.certificate()));
        Files.writeString(
                certificates.resolve("server.key"), Pem.of(server.keys().getPrivate()));
        Path certificate = Files.writeString(directory.resolve("own.pem"), Pem.of(own.certificate()));
        Path key = Files.writeString(
                directory.resolve("own.key"), Pem.of(own.keys().getPrivate()));
        append(1);
        try (TestCollector strict = new TestCollector(certificates, true)) {
            options.put("CHATD_AUDIT_FORWARD_TO", "[::1]:" + strict.port());
            try (Forwarder forwarder = start(LONG)) {
                await().until(() -> !forwarder.status().failure().isEmpty());
            }
            assertThat(strict.lines()).isEmpty();
            options.put("CHATD_AUDIT_FORWARD_CERTIFICATE", certificate.toString());
            options.put("CHATD_AUDIT_FORWARD_KEY", key.toString());
            List<String> all = logged();
            try (Forwarder _ = start(LONG)) {
                await().until(() -> strict.lines().size() >= all.size());
            }
            assertThat(strict.clients()).isNotEmpty().allMatch(name -> name.contains("CN=chatd"));
        }
    }
}
