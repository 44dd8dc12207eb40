package chatd.acceptance.backup;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.Campaign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The backup of a large server, by the packaged program with its 128 MiB of heap: a million messages and 20 GiB of
 * files, tried and restored; and the next one, which writes no file again.
 */
@Tag("processes")
@Tag("bulk")
class BackupScaleIT {
    private static final int MESSAGES = Campaign.times(20_000, 1_000_000);

    /** Texts that are sent before the next wait for what was sent. */
    private static final int BURST = 2_000;

    private static final int FILES = Campaign.times(6, 1_280);
    private static final int FILE = 16 << 20;

    private Path elsewhere = Path.of("/nonexistent");

    @BeforeEach
    void createDirectory() throws IOException {
        // On a disk: where the tests' other files are may be memory.
        elsewhere = Files.createTempDirectory(Path.of("/var/tmp"), "cb");
    }

    @AfterEach
    void deleteDirectory() throws IOException {
        Wire.deleteTree(elsewhere);
    }

    /** Runs chat-admin as a process, with the heap that it has in the packages, and reports how long it took. */
    private static ProcessResult timed(String what, String... arguments) {
        List<String> command = ProcessResult.command("admin");
        command.addAll(List.of(arguments));
        long begin = System.nanoTime();
        ProcessResult result = ProcessResult.programWithin(Duration.ofHours(2), command);
        Campaign.report("%s: %d s"
                .formatted(what, Duration.ofNanos(System.nanoTime() - begin).toSeconds()));
        return result.exits(0);
    }

    @Test
    void aLargeServerIsBackedUpTriedAndRestored() throws Exception {
        Random random = Campaign.random();
        Path backups = Files.createDirectory(elsewhere.resolve("backups"));
        try (LocalDaemon daemon = LocalDaemon.start(
                "CHATD_QUOTA_ACCOUNT", "0", "CHATD_RATES_TEXT_BYTES", "0", "CHATD_RATES_TEXTS", "0")) {
            Chatd.Person alice = daemon.alice();
            Chatd.Person ben = daemon.person();
            try (Chat1Socket socket = daemon.logIn(ben)) {
                for (int i = 0; i < MESSAGES; i += BURST) {
                    for (int j = i; j < i + BURST; j++) {
                        socket.send(
                                Wire.text("message " + j + " of a long conversation between two people", alice.name()));
                    }
                    socket.fence();
                    Campaign.reached(i, MESSAGES, "messages");
                }
                byte[] bytes = new byte[FILE];
                for (int i = 0; i < FILES; i++) {
                    random.nextBytes(bytes);
                    socket.send(Wire.file("f" + i, bytes, alice.name())).fence();
                    Campaign.reached(i, FILES, "files");
                }
            }
            String socket = daemon.adminSocket().toString();
            timed("backup", "--socket", socket, "backup", "--with-keys", backups.toString());
            timed("the next one", "--socket", socket, "backup", "--with-keys", backups.toString());
            long next;
            Path newest;
            try (var files = Files.list(backups)) {
                newest = files.filter(file -> file.toString().endsWith(".backup"))
                        .sorted()
                        .toList()
                        .getLast();
                next = Files.size(newest);
            }
            assertThat(next).isLessThan((long) FILES * FILE);
            Campaign.report("%d messages, %d MiB of files; a backup without files: %d MiB"
                    .formatted(MESSAGES, ((long) FILES * FILE) >> 20, next >> 20));
            ProcessResult tried =
                    timed("backup verify", "backup", "verify", "--temp", elsewhere.toString(), newest.toString());
            assertThat(tried.out()).contains("It can be restored.", (MESSAGES + FILES) + " messages as logged");
            LostMachine.lose(daemon);
            timed("restore", "restore", newest.toString());
            daemon.begin();
            assertThat(daemon.number("select count(*) from message")).isEqualTo(MESSAGES + FILES);
            assertThat(daemon.admin("", "storage", "check").exits(0).out()).contains("everything is there");
        }
    }
}
