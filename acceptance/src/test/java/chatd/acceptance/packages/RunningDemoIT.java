package chatd.acceptance.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.DemoProcess;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** {@code ./chat demo} on a new directory, with its standard input closed: what it prints, creates and provides. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("processes")
class RunningDemoIT {
    private final DemoProcess demo = new DemoProcess(Map.of());

    @BeforeAll
    void start() {
        demo.launch("<&-", "--port", "0");
        demo.awaitReady();
    }

    @AfterAll
    void close() {
        demo.close();
    }

    @Test
    void itSaysOnOneScreenWhatToTypeNext() throws IOException {
        demo.logIn(demo.alice()).close();
        // It is ready a moment before it says so.
        await().until(() -> demo.output().contains("Ctrl-C stops everything"));
        String output = demo.output();
        assertThat(output)
                .contains(
                        "alice",
                        "bob",
                        "chat client",
                        "chat admin",
                        demo.auditLog().toString())
                .contains(demo.alice().password())
                .doesNotContain("[INFO]");
        assertThat(output.lines().count()).isLessThanOrEqualTo(24);
        for (String file : new String[] {"alice.password", "bob.password"}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(demo.directory.resolve(file))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void demoEnvIsCorrect() {
        assertThat(demo.facts())
                .containsKeys("CHAT_HOST", "CHAT_PORT", "CHAT_CA", "CHAT_ADMIN_SOCKET", "CHAT_AUDIT_LOG", "CHAT_PID");
        assertThat(demo.host()).doesNotContain("[");
        assertThat(demo.port()).isPositive();
        assertThat(demo.daemon().isAlive()).isTrue();
        assertThat(demo.database()).isPresent();
        assertThat(demo.daemon()).isNotEqualTo(demo.database().orElseThrow());
        assertThat(demo.auditLog().resolve("audit.xml")).exists();
        assertThat(Path.of(demo.fact("CHAT_ADMIN_SOCKET"))).exists();
    }

    @Test
    void bobMustChangeHisOneTimePassword() {
        try (Chat1Socket socket = demo.connect()) {
            String once = demo.read("bob.password").strip();
            socket.send(Wire.logIn("bob", once));
            assertThat(socket.next().code()).isEqualTo(Wire.MUST_CHANGE);
            socket.send(Wire.change("bob", once, Chatd.PASSWORD));
            assertThat(socket.next().code()).isEqualTo(Wire.CHANGED);
            socket.logIn(new Chatd.Person("bob", Chatd.PASSWORD));
        }
    }

    /** A program whose output is lost has failed. */
    @Test
    void outputThatCannotBeWrittenIsAFailure() throws Exception {
        for (List<String> command : List.of(
                ProcessResult.command("admin", "--socket", demo.adminSocket().toString(), "stats"),
                ProcessResult.command("client", "--help"))) {
            Process full = new ProcessBuilder(command)
                    .redirectOutput(Path.of("/dev/full").toFile())
                    .start();
            assertThat(full.waitFor()).as("%s", command).isEqualTo(1);
            assertThat(new String(full.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("Standard output can't be written: No space left on device");
            // A reader that closes the pipe early is no failure.
            Process read = new ProcessBuilder("sh", "-c", "{ " + String.join(" ", command) + "; echo $? >&2; } | true")
                    .start();
            assertThat(read.waitFor()).isZero();
            assertThat(new String(read.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("0\n");
        }
    }

    @Test
    void secondDemoOnTheSameDirectoryIsRefused() {
        ProcessResult second = ProcessResult.chat("demo", "--dir", demo.directory.toString(), "--port", "0");
        assertThat(second.exit()).isNotZero();
        assertThat(second.out() + second.err()).contains("running").doesNotContain("\tat ", "Exception");
        assertThat(demo.directory.resolve("demo.env")).exists();
        demo.newcomer().close();
    }

    @Test
    void checkConfigAcceptsTheDemosAndNamesTheErrorsOfABrokenOne() throws IOException {
        Path config = demo.directory.resolve("chatd.toml");
        ProcessResult.chat("daemon", "--check-config", config.toString()).exits(0);
        Path broken =
                Files.writeString(demo.directory.resolve("broken.toml"), "[limits]\ntext = \"64 KiB\"\nreplai = 5\n");
        ProcessResult run = ProcessResult.chat("daemon", "--check-config", broken.toString());
        assertThat(run.exit()).isNotZero();
        assertThat(run.out() + run.err())
                .contains("broken.toml", "replai", "replay")
                .containsPattern("\\b3\\b");
    }

    /** A configuration is not valid if a start with it would fail: its certificate, its key, its directories. */
    @Test
    void checkConfigFindsWhatAStartWouldFailOn() throws IOException {
        String config = Files.readString(demo.directory.resolve("chatd.toml"));
        Path other = Files.createTempDirectory("other");
        chatd.certs.Authority.writeDevelopmentFiles(
                other, chatd.certs.Authority.THIS_MACHINE, new java.security.SecureRandom(), java.time.Instant.now());
        String key = demo.directory.resolve("server.key").toString();
        assertThat(config).contains("\"" + key + "\"");
        for (String[] each : new String[][] {
            {key, demo.directory + "/none.key", "tls.key: there is no file " + demo.directory + "/none.key"},
            {key, other + "/server.key", "server.key"},
            {demo.directory + "/log", demo.directory + "/chatd.toml", "audit.directory: "},
        }) {
            Path file = Files.writeString(
                    demo.directory.resolve("draft.toml"), config.replace("\"" + each[0] + "\"", "\"" + each[1] + "\""));
            ProcessResult check =
                    demo.admin("", "config", "check", file.toString()).exits(1);
            assertThat(check.out()).contains(each[2]);
            assertThat(ProcessResult.chat("daemon", "--check-config", file.toString())
                            .exits(73)
                            .err())
                    .contains(each[2]);
        }
        demo.admin("", "config", "check").exits(0);
    }
}
