package chatd.acceptance.backup;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Backups, as an administrator makes, tries and restores them. */
class BackupIT {
    private Path elsewhere = Path.of("/nonexistent");

    @BeforeEach
    void createDirectory() throws IOException {
        elsewhere = Files.createTempDirectory("cb");
    }

    @AfterEach
    void deleteDirectory() throws IOException {
        Wire.deleteTree(elsewhere);
    }

    /** Removes everything that a daemon has on this machine, but for the passwords and the CA, which its users have. */
    private static void loseMachine(LocalDaemon daemon) throws IOException {
        daemon.stop();
        String schema = daemon.schema();
        daemon.execute("drop database " + schema);
        Wire.deleteTree(daemon.auditLog());
        try (var files = Files.list(daemon.directory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (!name.endsWith(".password") && !name.equals("ca.pem") && !name.equals("chatd.log")) {
                    Wire.deleteTree(file);
                }
            }
        }
    }

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

            loseMachine(daemon);
            ProcessResult restored =
                    ProcessResult.admin("", "restore", backup.toString()).exits(0);
            assertThat(restored.out()).contains("Restored as of");

            daemon.begin();
            assertThat(daemon.texts(alice)).containsExactly("before");
            try (Chat1Socket socket = daemon.logIn(carol)) {
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
}
