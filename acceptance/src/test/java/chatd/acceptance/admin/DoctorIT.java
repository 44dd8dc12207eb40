package chatd.acceptance.admin;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code chat-admin doctor} for a daemon that is run by hand. What concerns systemd and the machine is in {@code
 * DoctorPageIT}, on a booted Debian.
 */
class DoctorIT {
    @TempDir
    private Path elsewhere;

    private static JsonNode examine(LocalDaemon daemon, String... options) {
        String[] arguments = new String[options.length + 3];
        arguments[0] = "doctor";
        arguments[1] = "-o";
        arguments[2] = "json";
        System.arraycopy(options, 0, arguments, 3, options.length);
        return JsonMapper.shared().readTree(daemon.admin("", arguments).out());
    }

    /** Returns what was found by a check: the worst, if there are several. */
    private static JsonNode finding(JsonNode result, String check) {
        JsonNode found = null;
        for (JsonNode each : result.path("findings")) {
            if (each.path("check").asString().equals(check)
                    && (found == null || !each.path("verdict").asString().equals("ok"))) {
                found = each;
            }
        }
        assertThat(found).as("%s in %s", check, result).isNotNull();
        return found;
    }

    private static void expect(JsonNode result, String check, String verdict, String... words) {
        JsonNode found = finding(result, check);
        assertThat(found.path("verdict").asString()).as("%s", found).isEqualTo(verdict);
        assertThat(found.path("found").asString())
                .satisfies(text -> assertThat(List.of(words))
                        .allSatisfy(word -> assertThat(text).contains(word)));
        assertThat(found.path("why").asString()).isNotEmpty();
        assertThat(found.path("remedy").asString().isEmpty()).isEqualTo(verdict.equals("ok"));
    }

    @Test
    void aDaemonThatRunsIsInOrder() {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            ProcessResult shown = daemon.admin("", "doctor", "--verbose");
            assertThat(shown.out())
                    .contains("ok      database ", "ok      schema ", "ok      log ", "Why: ", "note    backup ")
                    .doesNotContain("Exception");
            JsonNode result = examine(daemon);
            expect(result, "service", "ok", "is running");
            expect(result, "configuration", "ok");
            expect(result, "configuration.in-force", "ok");
            expect(result, "files", "ok");
            expect(result, "database", "ok");
            expect(result, "database.version", "ok");
            expect(result, "database.settings", "ok");
            expect(result, "schema", "ok");
            expect(result, "certificate", "ok");
            expect(result, "certificate.in-force", "ok");
            expect(result, "network.listening", "ok", "It answers at");
            expect(result, "network.proxies", "ok");
            expect(result, "limits.memory", "ok");
            expect(result, "clock.database", "ok");
            expect(result, "clock.log", "ok");
            expect(result, "log", "ok");
            expect(result, "log.seal", "ok");
            expect(result, "index", "ok");
            expect(result, "contents", "ok");
        }
    }

    @Test
    void whatIsWrongWhileItDoesNotRunIsFoundWithoutIt() throws IOException {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            daemon.stop();
            String config = daemon.directory.resolve("chatd.toml").toString();
            JsonNode stopped = examine(daemon, "--config", config);
            expect(stopped, "service", "wrong", "No daemon answers");
            expect(stopped, "configuration", "ok");
            expect(stopped, "database", "ok");
            expect(stopped, "log", "ok");

            Path file = daemon.directory.resolve("chatd.toml");
            String before = Files.readString(file);
            Files.writeString(file, before + "\n[limits]\ntext = \"many\"\n");
            Path key = daemon.directory.resolve("server.key");
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
            Path segment = daemon.auditLog().resolve("audit.xml");
            String log = Files.readString(segment);
            Files.writeString(segment, log.replaceFirst("type=\"stop\"", "type=\"start\""));
            ProcessResult wrong = daemon.admin("", "doctor", "--config", config).exits(1);
            assertThat(wrong.out())
                    .contains("limits.text: expected a size", "chmod 640 " + key, "things are wrong")
                    .contains("It is not as it was written: audit.xml: line ");
            JsonNode found = examine(daemon, "--config", config);
            assertThat(found.path("healthy").asBoolean()).isFalse();
            expect(found, "configuration", "wrong", "chatd.toml:");
            expect(found, "certificate.key", "wrong", "others can read");
            expect(found, "log", "wrong");
        }
    }

    @Test
    void aLogWhoseTimeIsAheadIsNotMistakenForTheClock() {
        Clock ahead = Clock.offset(Clock.systemUTC(), Duration.ofDays(2));
        try (LocalDaemon daemon = LocalDaemon.start(ahead)) {
            expect(examine(daemon), "clock.log", "wrong", "The last event in the log is of");
        }
    }

    @Test
    void backupsThatWereNotMadeAndProblemsThatTheDaemonReportsAreFound() throws IOException {
        Path backups = Files.createDirectory(elsewhere.resolve("backups"));
        try (LocalDaemon daemon = LocalDaemon.start("CHATD_BACKUP_DIRECTORY", backups.toString())) {
            JsonNode none = examine(daemon);
            expect(none, "backup", "wrong", "None has been made");
            assertThat(finding(none, "backup").path("command").asString()).isEqualTo("chat-admin backup");
            daemon.admin("", "backup").exits(0);
            expect(examine(daemon), "backup", "ok", "The last one is of");
            daemon.execute("update backup set time = time - interval 9 day");
            expect(examine(daemon), "backup", "wrong", "longer ago than backup.max-age");
        }
    }

    @Test
    void settingsOfTheDatabaseThatLoseSomethingAreNamedWithTheCommandThatMendsThem() {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            daemon.execute("set global innodb_flush_log_at_trx_commit = 2");
            JsonNode found = examine(daemon);
            expect(found, "database.settings", "wrong", "innodb_flush_log_at_trx_commit is 2");
            assertThat(finding(found, "database.settings").path("command").asString())
                    .isEqualTo("mariadb -e 'set global innodb_flush_log_at_trx_commit = 1'");
            daemon.execute("insert into schema_version (installed_rank, version, description, type, script, checksum,"
                    + " installed_by, installed_on, execution_time, success) select max(installed_rank) + 1, '999', 'x',"
                    + " 'SQL', 'x', 1, 'x', now(), 1, 1 from schema_version");
            expect(examine(daemon), "schema", "wrong", "version 999, newer than this program");
        }
    }
}
