package chatd.acceptance.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.Campaign;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups and restorations that are killed, and disks that are full. */
@Tag("processes")
class BackupUnderFireIT {
    /** How often a restoration is killed, each time when it has put one file more in its place. */
    private static final int KILLS = Campaign.times(4, 40);

    private static final int BACKUP_KILLS = Campaign.times(3, 40);

    /** The most that a run lasts before it is killed, in milliseconds: about as long as one takes. */
    private static final int LONGEST = 2_500;

    @TempDir
    private Path elsewhere;

    private static List<String> schemas(Chatd daemon, String schema) throws Exception {
        List<String> names = new ArrayList<>();
        try (var connection = daemon.sql();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "select schema_name from information_schema.schemata where schema_name like '" + schema
                                + "\\_%'")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    @Test
    void aRestorationThatIsKilledAtAnyFileIsRunAgain() throws Exception {
        Path backup = elsewhere.resolve("chatd.backup");
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person alice = daemon.alice();
            try (Chat1Socket socket = daemon.logIn(alice)) {
                socket.send(Wire.text("kept", alice.name())).fence();
                LostMachine.backUp(daemon, backup);
                daemon.admin("", "log", "rotate").exits(0);
                socket.send(Wire.text("replaced", alice.name())).fence();
            }
            daemon.stop();
            // A log that does not continue the backup's, so that files are moved as well as tables.
            Path segment;
            try (var files = Files.list(daemon.auditLog())) {
                segment = files.filter(file -> file.getFileName().toString().startsWith("audit-000001-"))
                        .findFirst()
                        .orElseThrow();
            }
            String original = Files.readString(segment) + "<!-- another log -->";
            try (var files = Files.list(daemon.auditLog())) {
                for (Path file : files.filter(
                                each -> each.getFileName().toString().startsWith("audit-0"))
                        .toList()) {
                    Files.writeString(file, original);
                }
            }
            Files.writeString(daemon.configuration(), Files.readString(daemon.configuration()) + "# mine\n");

            int refusedStarts = 0;
            int kill = 1;
            boolean isComplete = false;
            while (!isComplete) {
                ProcessResult run = ProcessResult.program(List.of(
                        "strace",
                        "-f",
                        "--seccomp-bpf",
                        "-qq",
                        "-o",
                        elsewhere.resolve("trace").toString(),
                        "-e",
                        "trace=rename,renameat,renameat2",
                        "-e",
                        "inject=rename,renameat,renameat2:signal=KILL:when=" + (kill <= KILLS ? kill : 100_000),
                        ProcessResult.ROOT.resolve("chat").toString(),
                        "admin",
                        "restore",
                        "--yes",
                        backup.toString()));
                isComplete = run.exit() == 0;
                if (!isComplete) {
                    assertThat(run.exit()).as(run.err()).isEqualTo(137);
                    if (Files.exists(daemon.auditLog().resolve("audit.restoring"))) {
                        assertThatThrownBy(daemon::begin).hasMessageContaining("a restoration was interrupted");
                        refusedStarts++;
                    }
                }
                kill++;
            }
            assertThat(refusedStarts).isPositive();
            daemon.begin();
            assertThat(daemon.texts(alice)).containsExactly("kept");
            assertThat(daemon.admin("", "log", "verify", "--messages", "--unauthenticated")
                            .exits(0)
                            .out())
                    .doesNotContain("WRONG");
            // What was replaced is still there, under another name.
            List<String> aside = new ArrayList<>();
            try (var files = Files.walk(daemon.directory)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    if (file.toString().contains(".before-")) {
                        aside.add(Files.readString(file));
                    }
                }
            }
            assertThat(aside).anyMatch(text -> text.equals(original)).anyMatch(text -> text.endsWith("# mine\n"));
            long replaced = 0;
            for (String schema : schemas(daemon, daemon.schema())) {
                replaced += daemon.number("select count(*) from " + schema + ".message where text = 'replaced'");
                daemon.execute("drop database " + schema);
            }
            assertThat(replaced).isEqualTo(1);
        }
    }

    @Test
    void aBackupThatIsKilledLeavesNothingThatIsTakenForOne() throws Exception {
        Random random = Campaign.random();
        Path backups = Files.createDirectory(elsewhere.resolve("backups"));
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person alice = daemon.alice();
            byte[] noise = new byte[2_000_000];
            random.nextBytes(noise);
            try (Chat1Socket socket = daemon.logIn(alice)) {
                for (int i = 0; i < BACKUP_KILLS; i++) {
                    noise[0]++;
                    socket.send(Wire.file("f" + i, noise, alice.name())).fence();
                    Process process = ProcessResult.start(
                            elsewhere.resolve("out"),
                            ProcessResult.command(
                                    "admin",
                                    "--socket",
                                    daemon.adminSocket().toString(),
                                    "backup",
                                    backups.toString()));
                    process.waitFor(random.nextInt(LONGEST), TimeUnit.MILLISECONDS);
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly().waitFor();
                    socket.send(Wire.text("still there " + i, alice.name())).fence();
                }
            }
            daemon.admin("", "backup", backups.toString()).exits(0);
            assertThat(daemon.admin("", "backup", "list", backups.toString())
                            .exits(0)
                            .out())
                    .doesNotContain("missing");
            try (var files = Files.list(backups)) {
                List<Path> made = files.filter(file -> file.toString().endsWith(".backup"))
                        .sorted()
                        .toList();
                for (Path backup : made) {
                    daemon.admin("", "backup", "verify", "--temp", elsewhere.toString(), backup.toString())
                            .exits(0);
                }
            }
            try (var files = Files.list(backups)) {
                assertThat(files).noneMatch(file -> file.toString().endsWith(".part"));
            }
            assertThat(daemon.admin("", "log", "verify", "--messages", "--unauthenticated")
                            .exits(0)
                            .out())
                    .doesNotContain("WRONG");
        }
    }

    @Test
    void aFullDiskIsToldAndRecorded() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            ProcessResult full = ProcessResult.program(List.of(
                    "sh",
                    "-c",
                    "exec \"$@\" >/dev/full",
                    "sh",
                    ProcessResult.ROOT.resolve("chat").toString(),
                    "admin",
                    "--socket",
                    daemon.adminSocket().toString(),
                    "backup",
                    "-"));
            assertThat(full.exits(1).err()).contains("No space left on device");
            assertThat(daemon.admin("", "stats", "--check").exits(1).out())
                    .contains("The last backup, to - at ", "failed: No space left on device");
            LostMachine.backUp(daemon, elsewhere.resolve("chatd.backup"));
            assertThat(daemon.admin("", "stats", "--check").out()).doesNotContain("backup");
        }
    }

    @Test
    void aRestorationForWhichTheDatabaseHasNoRoomChangesNothing() throws Exception {
        Path backup = elsewhere.resolve("chatd.backup");
        byte[] noise = new byte[16 << 20];
        try (SpawnedDaemon daemon = SpawnedDaemon.startWithDatabase()) {
            Chatd.Person alice = daemon.alice();
            try (Chat1Socket socket = daemon.logIn(alice)) {
                for (int i = 0; i < 4; i++) {
                    Campaign.random().nextBytes(noise);
                    socket.send(Wire.file("f" + i, noise, alice.name())).fence();
                }
                daemon.admin("", "backup", "--with-keys", backup.toString()).exits(0);
                socket.send(Wire.text("stays", alice.name())).fence();
            }
            daemon.stop();
            daemon.moveDatabaseToSmallDisk(48);
            ProcessResult full = ProcessResult.admin("", "restore", "--yes", backup.toString())
                    .exits(1);
            assertThat(full.err())
                    .containsPattern("mariadb/? has \\d+ MiB free; to restore the database takes about \\d+ MiB");
            assertThat(schemas(daemon, daemon.schema())).isEmpty();
            try (var files = Files.list(daemon.directory)) {
                assertThat(files).noneMatch(file -> file.toString().contains("restoring"));
            }
            daemon.begin();
            assertThat(daemon.texts(alice)).contains("stays");
        }
    }
}
