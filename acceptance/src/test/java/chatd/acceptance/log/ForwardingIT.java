package chatd.acceptance.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SyslogServer;
import chatd.acceptance.kit.Wire;
import chatd.certs.Authority;
import chatd.certs.Pem;
import chatd.fixtures.Campaign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The audit log on another machine: Debian's collectors receive it over TLS, and an auditor makes a copy that verifies. */
@Tag("processes")
class ForwardingIT {
    /** A minute in full. */
    private static final int FROZEN_MILLIS = Campaign.times(2_000, 60_000);

    @TempDir
    private Path directory;

    private Path certificates;
    private Path copy;
    private Path key;

    @BeforeEach
    void prepare() throws IOException {
        certificates = Files.createDirectory(directory.resolve("certificates"));
        Authority authority = Authority.create("collectors", new SecureRandom(), Instant.now());
        Authority.Identity server = authority.server(Authority.THIS_MACHINE, Authority.KeyKind.RSA);
        Files.writeString(certificates.resolve("ca.pem"), Pem.of(authority.certificate()));
        Files.writeString(certificates.resolve("server.pem"), Pem.of(server.certificate()));
        Files.writeString(
                certificates.resolve("server.key"), Pem.of(server.keys().getPrivate()));
        copy = directory.resolve("copy");
        key = directory.resolve("seal.pem");
    }

    private SyslogServer collector(SyslogServer.Kind kind) throws IOException {
        return SyslogServer.start(kind, Files.createDirectory(directory.resolve("collector")), certificates);
    }

    private LocalDaemon daemon(SyslogServer collector, String... more) {
        List<String> environment = new ArrayList<>(List.of(more));
        environment.addAll(List.of(
                "CHATD_RATES_TEXTS",
                "0",
                "CHATD_RATES_TEXT_BYTES",
                "0",
                "CHATD_AUDIT_FORWARD_TO",
                "[::1]:" + collector.port(),
                "CHATD_AUDIT_FORWARD_CA",
                certificates.resolve("ca.pem").toString()));
        return LocalDaemon.start(environment.toArray(String[]::new));
    }

    private static void talk(Chatd daemon, int texts) throws IOException {
        Chatd.Person carol = daemon.person();
        try (Chat1Socket alice = daemon.logIn(daemon.alice());
                Chat1Socket there = daemon.logIn(carol)) {
            for (int i = 0; i < texts; i++) {
                alice.send(Wire.text("number " + i, carol.name()));
                there.expectText(alice.name(), "number " + i);
            }
        }
    }

    /** Seals the log, and returns the seal once it is on disk. */
    private static String anchor(Chatd daemon) {
        return daemon.admin("", "log", "anchor").exits(0).out().strip();
    }

    private void writeKey(Chatd daemon) throws IOException {
        Files.writeString(key, daemon.admin("", "log", "key").exits(0).out());
    }

    private ProcessResult follow(SyslogServer collector) {
        return ProcessResult.admin(
                "",
                "log",
                "follow",
                "--once",
                "--key",
                key.toString(),
                "--input",
                collector.file().toString(),
                copy.toString());
    }

    private void assertCopyIs(Path log) throws IOException {
        ProcessResult verified = ProcessResult.admin(
                "", "log", "verify", "--key", key.toString(), "--anchor", copy + "/anchors", copy.toString());
        assertThat(verified.exit()).as(verified.out()).isZero();
        try (var files = Files.list(copy)) {
            for (Path file : files.filter(each -> each.toString().matches(".*/audit-.*\\.xml"))
                    .toList()) {
                assertThat(file).hasSameBinaryContentAs(log.resolve(file.getFileName()));
            }
        }
    }

    /** With seals of 4.4 kB, and a collector that takes 2 KiB, for which they are sent in pieces. */
    @ParameterizedTest
    @EnumSource(SyslogServer.Kind.class)
    void whatTheCollectorWroteIsTheLog(SyslogServer.Kind kind) throws Exception {
        try (SyslogServer collector = collector(kind);
                LocalDaemon daemon = daemon(
                        collector,
                        "CHATD_AUDIT_SEAL_ALGORITHM",
                        "ML-DSA-65",
                        "CHATD_AUDIT_FORWARD_MESSAGE_SIZE",
                        "2 KiB")) {
            writeKey(daemon);
            talk(daemon, 50);
            daemon.admin("", "log", "rotate").exits(0);
            talk(daemon, 50);
            String seal = anchor(daemon);
            String end = seal.substring(seal.length() - 60);
            await().until(() -> collector.hasLineWith(end));
            assertThat(daemon.admin("", "stats").exits(0).out()).contains("; forwarded to [::1]:" + collector.port());
            assertThat(follow(collector).exits(0).out()).contains("genuine up to the seal ");
            assertCopyIs(daemon.auditLog());
            // Once more, with what came since.
            talk(daemon, 10);
            String next = anchor(daemon);
            await().until(() -> collector.hasLineWith(next.substring(next.length() - 60)));
            assertThat(follow(collector).exits(0).out()).startsWith("continues after seq ");
            assertCopyIs(daemon.auditLog());
            // Nothing came twice over one connection.
            assertThat(lines(collector)).doesNotHaveDuplicates();
        }
    }

    private static List<String> lines(SyslogServer collector) throws IOException {
        return Files.readAllLines(collector.file()).stream()
                .filter(line -> line.contains(" chatd "))
                .toList();
    }

    /** It is frozen under load and killed: what it had read, and what its kernel had, comes again. */
    @ParameterizedTest
    @EnumSource(SyslogServer.Kind.class)
    void aCollectorThatWasFrozenAndKilledLacksNothing(SyslogServer.Kind kind) throws Exception {
        try (SyslogServer collector = collector(kind);
                LocalDaemon daemon = daemon(collector)) {
            writeKey(daemon);
            talk(daemon, 200);
            collector.freeze();
            long end = System.nanoTime() + Duration.ofMillis(FROZEN_MILLIS).toNanos();
            do {
                talk(daemon, 500);
            } while (System.nanoTime() < end);
            collector.kill();
            // Nobody waits for a collector.
            talk(daemon, 500);
            await().until(() -> daemon.admin("", "stats").exits(0).out().contains(": not connected"));
            collector.restart();
            talk(daemon, 200);
            String seal = anchor(daemon);
            await().until(() -> collector.hasLineWith(seal.substring(seal.length() - 60)));
            assertThat(follow(collector).exits(0).out()).contains("genuine up to the seal ");
            assertCopyIs(daemon.auditLog());
        }
    }

    /** Who waits for an answer never waits for the collector: the daemon stops in time, too, and goes on where it was. */
    @Test
    void theDaemonStopsAndGoesOnWhileItsCollectorIsFrozen() throws Exception {
        try (SyslogServer collector = collector(SyslogServer.Kind.RSYSLOG_OPENSSL);
                LocalDaemon daemon = daemon(collector)) {
            writeKey(daemon);
            talk(daemon, 10);
            collector.freeze();
            talk(daemon, 10);
            daemon.stop();
            daemon.begin();
            talk(daemon, 10);
            collector.kill();
            collector.restart();
            String seal = anchor(daemon);
            await().until(() -> collector.hasLineWith(seal.substring(seal.length() - 60)));
            follow(collector).exits(0);
            assertCopyIs(daemon.auditLog());
        }
    }

    @Test
    void theCollectorCanBeNamedWhileTheDaemonRuns() throws Exception {
        try (SyslogServer collector = collector(SyslogServer.Kind.RSYSLOG_OPENSSL);
                LocalDaemon daemon = LocalDaemon.start()) {
            writeKey(daemon);
            talk(daemon, 10);
            assertThat(daemon.admin("", "stats").exits(0).out()).doesNotContain("forwarded");
            daemon.admin(
                            "",
                            "config",
                            "set",
                            "audit.forward.to",
                            "[::1]:" + collector.port(),
                            "audit.forward.ca",
                            certificates.resolve("ca.pem").toString())
                    .exits(0);
            daemon.admin("", "config", "reload").exits(0);
            String seal = anchor(daemon);
            await().until(() -> collector.hasLineWith(seal.substring(seal.length() - 60)));
            follow(collector).exits(0);
            assertCopyIs(daemon.auditLog());
        }
    }
}
