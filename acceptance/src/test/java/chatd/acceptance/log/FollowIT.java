package chatd.acceptance.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code chat-admin log follow}, as an auditor runs it. */
class FollowIT {
    @TempDir
    private Path directory;

    private Path copy;
    private Path key;

    @BeforeEach
    void prepare() {
        copy = directory.resolve("copy");
        key = directory.resolve("seal.pem");
    }

    private void writeKey(Chatd daemon) throws IOException {
        Files.writeString(key, daemon.admin("", "log", "key").exits(0).out());
    }

    private ProcessResult once(Chatd daemon, String... more) {
        List<String> command = new ArrayList<>(List.of("log", "follow", "--once", "--key", key.toString()));
        command.addAll(List.of(more));
        command.add(copy.toString());
        return daemon.admin("", command.toArray(String[]::new));
    }

    private static String anchor(Chatd daemon) {
        return daemon.admin("", "log", "anchor").exits(0).out().strip();
    }

    private boolean hasCopied(String seal) throws IOException {
        Path anchors = copy.resolve("anchors");
        return Files.exists(anchors) && Files.readString(anchors).contains(seal);
    }

    private void assertGenuine(Path log) {
        ProcessResult verified = ProcessResult.admin(
                "", "log", "verify", "--key", key.toString(), "--anchor", copy + "/anchors", log.toString());
        assertThat(verified.exit()).as(verified.out()).isZero();
    }

    @Test
    void whatThereIsIsCopiedAndContinued() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            writeKey(daemon);
            anchor(daemon);
            assertThat(once(daemon).exits(0).out()).matches("copied up to seq \\d+, genuine up to the seal \\d+\n");
            daemon.admin("", "log", "rotate").exits(0);
            daemon.admin("", "log", "rotate").exits(0);
            String seal = anchor(daemon);
            assertThat(once(daemon, "-o", "json").exits(0).out()).contains("\"wrong\" : \"\"", "\"genuine\" : ");
            assertThat(hasCopied(seal)).isTrue();
            assertGenuine(copy);
            assertGenuine(daemon.auditLog());
            try (Stream<Path> closed = Files.list(copy)) {
                assertThat(closed.filter(file -> file.toString().matches(".*/audit-\\d.*"))
                                .toList())
                        .hasSize(2)
                        .allSatisfy(file -> assertThat(file)
                                .hasSameBinaryContentAs(daemon.auditLog().resolve(file.getFileName())));
            }
            assertThat(once(daemon, "--from", "1").exits(5).err())
                    .contains("has a copy up to seq ", ", which continues there: leave out --from.");
        }
    }

    @Test
    void aNewCopyMayBeginLater() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            writeKey(daemon);
            daemon.admin("", "log", "rotate").exits(0);
            String seal = anchor(daemon);
            String seq = seal.replaceFirst(".* seq=\"(\\d+)\".*", "$1");
            once(daemon, "--from", seq).exits(0);
            assertThat(hasCopied(seal)).isTrue();
            try (Stream<Path> closed = Files.list(copy)) {
                assertThat(closed.filter(file -> file.toString().matches(".*/audit-\\d.*")))
                        .isEmpty();
            }
            assertThat(once(daemon, "--from", "0").exits(2).err())
                    .contains("--from is the number of an event, 1 or more, not 0.");
            assertThat(once(daemon, "--from", "1", "--input", "x").exits(2).err())
                    .contains("--from and --input exclude each other");
            assertThat(once(daemon, "--input", "/none/such").exits(4).err()).contains("There is no file /none/such.");
            assertThat(once(daemon, "--input", "/").exits(2).err()).contains("/ is a directory: name the file");
        }
    }

    /** Root on the server begins a log anew, or puts an older one in its place. */
    @Test
    void aLogThatIsNotTheOneThatWasCopiedIsSaidAtOnce() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            writeKey(daemon);
            anchor(daemon);
            Path log = daemon.auditLog();
            Path before = Files.createDirectory(directory.resolve("before"));
            daemon.stop();
            copyFiles(log, before);
            daemon.begin();
            for (int i = 0; i < 10; i++) {
                anchor(daemon);
            }
            once(daemon).exits(0);
            daemon.stop();
            Wire.deleteTree(log);
            Files.createDirectory(log);
            copyFiles(before, log);
            daemon.begin();
            ProcessResult shorter = once(daemon).exits(1);
            assertThat(shorter.out()).contains("WRONG: the log ends at seq ", "was copied before: its end was cut off");
            for (int i = 0; i < 20; i++) {
                anchor(daemon);
            }
            ProcessResult other = once(daemon, "-o", "json").exits(1);
            assertThat(other.out()).contains("came again and is not what was copied before");
            // Nothing of it is in the copy.
            assertGenuine(copy);
        }
    }

    private static void copyFiles(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    @Test
    void withoutAKeyItSaysWhatThatIsWorth() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            anchor(daemon);
            ProcessResult copied =
                    daemon.admin("", "log", "follow", "--once", copy.toString()).exits(0);
            assertThat(copied.err()).contains("without --key or --anchor nothing shows who wrote the log");
            assertThat(copied.out()).contains("consistent in itself, not authenticated");
            Path other = directory.resolve("other.pem");
            try (LocalDaemon another = LocalDaemon.start()) {
                Files.writeString(
                        other, another.admin("", "log", "key").exits(0).out());
            }
            ProcessResult refused = daemon.admin(
                            "",
                            "log",
                            "follow",
                            "--once",
                            "--key",
                            other.toString(),
                            directory.resolve("second").toString())
                    .exits(1);
            assertThat(refused.out()).contains("which no key that you trust has announced");
        }
    }

    /** It waits for a daemon that is restarted, survives its own end, and leaves a whole document when it is interrupted. */
    @Test
    @Tag("processes")
    void itRunsForWeeks() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            writeKey(daemon);
            Path output = directory.resolve("output");
            Process first = follow(daemon, output);
            String seal = anchor(daemon);
            await().until(() -> hasCopied(seal));
            ProcessResult.signal("KILL", first.pid());
            first.onExit().join();
            Process second = follow(daemon, output);
            daemon.stop();
            await().until(() -> Files.readString(output).contains("Trying again until it is there."));
            daemon.begin();
            String later = anchor(daemon);
            await().until(() -> hasCopied(later));
            ProcessResult.signal("TERM", second.pid());
            second.onExit().join();
            assertThat(Files.readString(copy.resolve("audit.xml")))
                    .endsWith("</audit>\n")
                    .contains(later);
            assertGenuine(copy);
        }
    }

    private Process follow(Chatd daemon, Path output) throws IOException {
        return ProcessResult.start(
                output,
                "admin",
                "--socket",
                daemon.adminSocket().toString(),
                "log",
                "follow",
                "--key",
                key.toString(),
                copy.toString());
    }
}
