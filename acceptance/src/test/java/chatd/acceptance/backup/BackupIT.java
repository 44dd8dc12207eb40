package chatd.acceptance.backup;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Backups, as an administrator makes, tries and restores them. */
class BackupIT {
    @TempDir
    private Path elsewhere;

    /** Returns bytes that can't be compressed. */
    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    @Test
    void whatWasBackedUpIsThereAgainOnAMachineThatHasNothing() throws Exception {
        Path backup = elsewhere.resolve("chatd.backup");
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person alice = daemon.alice();
            Chatd.Person carol = daemon.person();
            byte[] picture = noise(700_000);
            try (Chat1Socket socket = daemon.logIn(carol)) {
                socket.send(Wire.text("before", alice.name()), Wire.file("picture", picture, carol.name()));
                assertThat(socket.expect(Wire.FILE).fileId()).isEqualTo(1);
            }
            Files.writeString(
                    elsewhere.resolve("anchor"),
                    daemon.admin("", "log", "anchor").exits(0).out());
            ProcessResult made =
                    daemon.admin("", "backup", "--with-keys", backup.toString()).exits(0);
            assertThat(made.out()).contains("It is not encrypted");
            try (Chat1Socket socket = daemon.logIn(carol)) {
                socket.send(Wire.text("lost", alice.name()));
                socket.fence();
            }
            long before = daemon.number("select max(number) from message");

            LostMachine.lose(daemon);
            ProcessResult restored =
                    ProcessResult.admin("", "restore", backup.toString()).exits(0);
            assertThat(restored.out()).contains("Restored as of");

            daemon.begin();
            assertThat(daemon.texts(alice)).containsExactly("before");
            try (Chat1Socket socket = daemon.logIn(carol)) {
                socket.expectServerText();
                assertThat(socket.history(10)).containsExactly("before", "picture");
                socket.send(Wire.text("after", alice.name()));
                socket.fence();
            }
            assertThat(daemon.number("select max(number) from message")).isGreaterThan(before + (1L << 32));
            assertThat(daemon.texts(alice)).containsExactly("before", "after");
            ProcessResult verified = daemon.admin(
                            "",
                            "log",
                            "verify",
                            "--messages",
                            "--anchor",
                            elsewhere.resolve("anchor").toString())
                    .exits(0);
            assertThat(verified.out()).contains("genuine").doesNotContain("WRONG");
            assertThat(daemon.admin("", "log", "query", "--type", "restore", "-o", "xml")
                            .exits(0)
                            .out())
                    .contains("from the backup of ", "<lost kind=\"message\" from=");
            assertThat(List.of(elsewhere.toFile().list())).contains("chatd.backup");
        }
    }

    private static String token(JsonNode welcome) {
        return welcome.path("info").path("token").asString();
    }

    /** Resumes a session on a new connection; returns the answer. */
    private static JsonNode resume(JsonSocket socket, Chatd.Person person, String token, long after) {
        socket.send("{'type': 1, 'info': {'user_id': '%s', 'token': '%s', 'after': %d}}"
                .formatted(person.name(), token, after));
        return socket.expect(JsonType.LOGGED_IN);
    }

    @Test
    void whoKnowsMoreThanTheRestoredServerIsToldOnce() throws Exception {
        Path backup = elsewhere.resolve("chatd.backup");
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person alice = daemon.alice();
            Chatd.Person carol = daemon.person();
            JsonSocket session = JsonCarrier.LINES.connect(daemon);
            session.send("{'type': 1, 'info': {'user_id': '%s', 'user_pwd': '%s', 'device': 'phone'}}"
                    .formatted(alice.name(), alice.password()));
            String token = token(session.expect(JsonType.LOGGED_IN));
            long kept;
            long lost;
            try (Chat1Socket socket = daemon.logIn(carol)) {
                socket.send(Wire.text("kept", alice.name()));
                kept = session.skipTo(JsonType.TEXT).path("mid").asLong();
                daemon.admin("", "backup", "--with-keys", backup.toString()).exits(0);
                socket.send(Wire.text("lost", alice.name()));
                lost = session.skipTo(JsonType.TEXT).path("mid").asLong();
            }
            LostMachine.lose(daemon);
            ProcessResult.admin("", "restore", backup.toString()).exits(0);
            daemon.begin();

            long until;
            try (JsonSocket again = JsonCarrier.LINES.connect(daemon)) {
                JsonNode restored =
                        resume(again, alice, token, lost).path("info").path("restored");
                assertThat(restored.path("after").asLong()).isBetween(kept, lost - 1);
                until = restored.path("until").asLong();
                assertThat(until).isGreaterThan(lost + (1L << 31));
                assertThat(again.expect(JsonType.TEXT).path("info").asString())
                        .startsWith("The server was restored from a backup: what came after ");
                again.fence();
            }
            // It takes that number for its own, and is not told again; what comes from now on is above it.
            try (JsonSocket again = JsonCarrier.LINES.connect(daemon)) {
                assertThat(resume(again, alice, token, until).path("info").has("restored"))
                        .isFalse();
                again.fence();
                try (Chat1Socket socket = daemon.logIn(carol)) {
                    assertThat(socket.expectServerText()).contains("what came after ");
                    socket.send(Wire.text("new", alice.name()));
                }
                assertThat(again.skipTo(JsonType.TEXT).path("mid").asLong()).isGreaterThan(until);
            }
            // Who knows no more than the backup has missed nothing.
            try (JsonSocket again = JsonCarrier.LINES.connect(daemon)) {
                assertThat(resume(again, alice, token, kept).path("info").has("restored"))
                        .isFalse();
                assertThat(again.expect(JsonType.TEXT).path("info").asString()).isEqualTo("new");
                again.fence();
            }
            try (Chat1Socket socket = daemon.logIn(carol)) {
                assertThat(socket.history(10)).containsExactly("kept", "new");
            }
        }
    }

    @Test
    void anEncryptedBackupIsOnlyForItsRecipients() throws Exception {
        Path backup = elsewhere.resolve("chatd.backup");
        Path identity = elsewhere.resolve("age.key");
        Path other = elsewhere.resolve("other.key");
        for (Path key : List.of(identity, other)) {
            ProcessResult.program(List.of("age-keygen", "-o", key.toString())).exits(0);
        }
        String recipient = ProcessResult.program(List.of("age-keygen", "-y", identity.toString()))
                .exits(0)
                .out()
                .strip();
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person alice = daemon.alice();
            try (Chat1Socket socket = daemon.logIn(alice)) {
                socket.send(Wire.text("a secret of alice", alice.name()), Wire.file("f", noise(400_000), alice.name()));
                socket.expectText(alice.name(), "a secret of alice");
                socket.expect(Wire.FILE);
            }
            ProcessResult made = daemon.admin("", "backup", "--recipient", recipient, backup.toString())
                    .exits(0);
            assertThat(made.out())
                    .contains("Not in it, and needed to restore: ")
                    .contains("seal.key");
            assertThat(made.out()).doesNotContain("not encrypted");
            assertThat(daemon.admin("", "backup", "verify", backup.toString())
                            .exits(2)
                            .err())
                    .contains("is encrypted: name the file with the secret key with --identity FILE");
            assertThat(daemon.admin("", "backup", "verify", "--identity", other.toString(), backup.toString())
                            .exits(1)
                            .err())
                    .contains("none of these identities can decrypt it");
            ProcessResult good = daemon.admin(
                            "",
                            "backup",
                            "verify",
                            "--temp",
                            elsewhere.toString(),
                            "--identity",
                            identity.toString(),
                            backup.toString())
                    .exits(0);
            assertThat(good.out())
                    .contains("It can be restored.", "2 messages as logged, 1 file of 390 KiB", "not included: ")
                    .doesNotContain("WRONG");
            // Anybody's age, zstd and tar open it.
            String opened = ProcessResult.program(List.of(
                            "sh",
                            "-c",
                            "age -d -i %s %s | zstd -dc | tar -xO --wildcards 'database/message/*'"
                                    .formatted(identity, backup)))
                    .exits(0)
                    .out();
            assertThat(opened).contains("a secret of alice");
            assertThat(new String(Files.readAllBytes(backup), StandardCharsets.ISO_8859_1))
                    .startsWith("age-encryption.org/v1")
                    .doesNotContain("a secret of alice");
            assertThat(daemon.admin("", "log", "query", "--type", "admin", "-o", "xml")
                            .exits(0)
                            .out())
                    .contains("command=\"backup made\"", recipient, "name=\"sha256\"");
        }
    }

    @Test
    void inADirectoryContentsAreWrittenOnceAndOldBackupsExpire() throws Exception {
        Path backups = elsewhere.resolve("backups");
        Files.createDirectory(backups);
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person alice = daemon.alice();
            try (Chat1Socket socket = daemon.logIn(alice)) {
                socket.send(Wire.file("first", noise(3_000_000), alice.name()));
                socket.expect(Wire.FILE);
                daemon.admin("", "backup", "--with-keys", backups.toString()).exits(0);
                socket.send(Wire.file("second", noise(700_000), alice.name()));
                socket.expect(Wire.FILE);
            }
            Files.writeString(backups.resolve("chatd-notes.backup"), "not one of these");
            daemon.admin("", "backup", "--with-keys", "--keep", "1d", backups.toString())
                    .exits(0);
            JsonNode listed = JsonMapper.shared()
                    .readTree(daemon.admin("", "backup", "list", backups.toString(), "-o", "json")
                            .exits(0)
                            .out());
            // The first backup has expired; its contents are still needed.
            assertThat(listed.size()).isEqualTo(3);
            assertThat(listed.findValues("isContents").stream().map(JsonNode::asBoolean))
                    .containsExactly(true, false, true);
            assertThat(listed.findValues("bytes").getFirst().asLong()).isGreaterThan(3_000_000);
            assertThat(listed.findValues("bytes").get(2).asLong()).isBetween(700_000L, 800_000L);
            assertThat(backups.resolve("chatd-notes.backup")).exists();
            String newest = listed.path(1).path("index").path("file").asString();

            LostMachine.lose(daemon);
            ProcessResult.admin("", "restore", backups.resolve(newest).toString())
                    .exits(0);
            daemon.begin();
            assertThat(daemon.admin("", "storage", "check").exits(0).out()).doesNotContain("missing");
            try (Chat1Socket socket = daemon.logIn(alice)) {
                socket.expectServerText();
                assertThat(socket.history(10)).containsExactly("first", "second");
            }
            // A file of contents is lost: that is noticed before anything is touched.
            daemon.stop();
            Files.delete(
                    backups.resolve(listed.path(0).path("index").path("file").asString()));
            assertThat(ProcessResult.admin("", "backup", "list", backups.toString())
                            .exits(1)
                            .out())
                    .contains("missing");
            assertThat(ProcessResult.admin(
                                    "",
                                    "restore",
                                    "--yes",
                                    backups.resolve(newest).toString())
                            .exits(1)
                            .err())
                    .contains("has files that were sent before, and is not there");
            daemon.begin();
            assertThat(daemon.texts(alice)).hasSize(2);
        }
    }

    @Test
    void aMachinesOwnLogGoesOnAndWhatIsReplacedIsMovedAside() throws Exception {
        Path backup = elsewhere.resolve("chatd.backup");
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person alice = daemon.alice();
            try (Chat1Socket socket = daemon.logIn(alice)) {
                socket.send(Wire.text("kept", alice.name()));
                socket.expectText(alice.name(), "kept");
                daemon.admin("", "backup", backup.toString()).exits(0);
                socket.send(Wire.text("lost", alice.name()));
                socket.expectText(alice.name(), "lost");
            }
            assertThat(ProcessResult.admin("", "restore", "--yes", backup.toString())
                            .exits(1)
                            .err())
                    .contains("The daemon is running: stop it first");
            daemon.stop();
            assertThat(ProcessResult.admin("", "restore", backup.toString())
                            .exits(2)
                            .err())
                    .contains("This machine has a chatd with 2 users and 2 messages", "--yes");
            ProcessResult restored = ProcessResult.admin("", "restore", "--yes", backup.toString())
                    .exits(0);
            assertThat(restored.out())
                    .contains(
                            "The log of this machine goes on",
                            "Moved aside: the schema " + daemon.schema() + "_before_");
            daemon.begin();
            assertThat(daemon.texts(alice)).containsExactly("kept");
            // The tables refer to each other, not to those that were moved aside.
            assertThat(daemon.number("select count(*) from information_schema.referential_constraints"
                            + " where constraint_schema = '" + daemon.schema()
                            + "' and unique_constraint_schema <> constraint_schema"))
                    .isZero();
            assertThat(daemon.number("select count(*) from information_schema.referential_constraints"
                            + " where constraint_schema = '" + daemon.schema() + "'"))
                    .isPositive();
            assertThat(daemon.admin("", "log", "verify", "--messages", "--unauthenticated")
                            .exits(0)
                            .out())
                    .doesNotContain("WRONG")
                    .contains("1 message logged before seq ");
            for (String aside : restored.out().lines().toList()) {
                if (aside.contains("_before_")) {
                    daemon.execute("drop database " + aside.replaceAll(".*schema (\\w+) .*", "$1"));
                }
            }
        }
    }

    @Test
    void aStoppedDaemonIsBackedUpAsItIsConfigured() throws Exception {
        Path backups = elsewhere.resolve("backups");
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person alice = daemon.alice();
            try (Chat1Socket socket = daemon.logIn(alice)) {
                socket.send(Wire.text("kept", alice.name())).fence();
            }
            daemon.stop();
            Files.writeString(
                    daemon.configuration(),
                    Files.readString(daemon.configuration()) + "\n[backup]\ndirectory = \"" + backups
                            + "\"\nkeys = true\n");
            ProcessResult made = daemon.admin(
                            "",
                            "backup",
                            "--if-configured",
                            "--config",
                            daemon.configuration().toString())
                    .exits(0);
            assertThat(made.err()).contains("No daemon is running: the log will not mention this backup.");
            JsonNode listed = JsonMapper.shared()
                    .readTree(ProcessResult.admin("", "backup", "list", backups.toString(), "-o", "json")
                            .exits(0)
                            .out());
            assertThat(listed.findValues("isWithKeys").stream().map(JsonNode::asBoolean))
                    .containsExactly(true);
            LostMachine.lose(daemon);
            LostMachine.restore(
                    daemon,
                    backups.resolve(listed.path(0).path("index").path("file").asString()));
            assertThat(daemon.texts(alice)).containsExactly("kept");
        }
    }
}
