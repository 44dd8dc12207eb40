package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./chat demo}, started and stopped in every way. */
@Tag("processes")
class DemoIT {

    private final Demo demo = new Demo(Map.of());

    /** Started in a directory of its own, with a database that need not be made first. */
    private void begin() {
        demo.prepared().begin("--port", "0");
    }

    @AfterEach
    void close() {
        demo.close();
    }

    private void expectNothingLeft() {
        assertThat(demo.directory.resolve("demo.env")).doesNotExist();
        await().until(() -> demo.mine().findAny().isEmpty());
        assertThat(demo.listens()).isFalse();
    }

    @Test
    void startsWithStandardInputClosedAndSaysWithinAScreenWhatToTypeNext() throws IOException {
        demo.launch("<&-", "--port", "0");
        demo.awaitReady();
        demo.logIn(demo.alice()).close();
        // It is ready a moment before it says so.
        await().until(() -> demo.output().contains("Ctrl-C stops all of it"));
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
    void demoEnvSaysWhatIsTrue() {
        begin();
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
        begin();
        try (Chat1Socket socket = demo.connect()) {
            String once = demo.read("bob.password").strip();
            socket.send(Wire.logIn("bob", once));
            assertThat(socket.next().code()).isEqualTo(Wire.MUST_CHANGE);
            socket.send(Wire.change("bob", once, Chatd.PASSWORD));
            assertThat(socket.next().code()).isEqualTo(Wire.CHANGED);
            socket.logIn(new Chatd.Person("bob", Chatd.PASSWORD));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void stopsCleanlyOnASignal(String signal) {
        begin();
        try (Chat1Socket alice = demo.logIn(demo.alice())) {
            long pid = demo.process().pid();
            Run.signal(signal, signal.equals("INT") ? -pid : pid); // Ctrl-C reaches the whole group
            alice.expectClosed();
        }
        assertThat(demo.awaitEnd()).isIn(0, 130, 143);
        expectNothingLeft();
    }

    @Test
    void secondStartFindsEverythingAsItWasAndFreshBeginsAnew() {
        demo.begin("--port", "0");
        Chatd.Person alice = demo.alice();
        Chatd.Person ann = demo.person();
        try (Chat1Socket socket = demo.logIn(alice)) {
            socket.send(Wire.text("remember me", ann.name()));
            socket.fenceWithNothing();
        }
        demo.stop();
        int said = demo.output().length();
        demo.begin("--port", "0");
        // It is ready a moment before it says so.
        await().untilAsserted(() -> assertThat(demo.output().substring(said)).contains(alice.password()));
        assertThat(demo.alice()).isEqualTo(alice);
        try (Chat1Socket socket = demo.logIn(ann)) {
            assertThat(socket.history(10)).containsExactly("remember me");
        }
        demo.stop();
        demo.begin("--port", "0", "--fresh");
        try (Chat1Socket socket = demo.connect()) {
            Frame answer = socket.logIn(demo.alice());
            assertThat(answer.lastLogin()).isEqualTo(Wire.NEVER);
            assertThat(answer.users()).containsOnlyKeys("alice", "bob");
            assertThat(socket.history(10)).isEmpty();
        }
    }

    @Test
    void secondDemoOnTheSameDirectoryIsRefused() {
        begin();
        Run second = Run.chat("demo", "--dir", demo.directory.toString(), "--port", "0");
        assertThat(second.exit()).isNotZero();
        assertThat(second.out() + second.err()).contains("running").doesNotContain("\tat ", "Exception");
        assertThat(demo.directory.resolve("demo.env")).exists();
        demo.newcomer().close();
    }

    @Test
    void listensWhereItIsTold() throws IOException {
        int free = Run.freePort();
        demo.prepared().begin("--port", Integer.toString(free));
        assertThat(demo.port()).isEqualTo(free);
        demo.logIn(demo.alice()).close();
    }

    static Stream<Named<Consumer<Demo>>> deaths() {
        return Stream.of(
                Named.of("daemon killed", Demo::killDaemon),
                Named.of("daemon stopped", demo -> demo.daemon().destroy()),
                Named.of(
                        "database killed", demo -> demo.database().orElseThrow().destroyForcibly()));
    }

    @ParameterizedTest
    @MethodSource("deaths")
    void endsWithAnErrorWhenAPartOfItDies(Consumer<Demo> death) {
        begin();
        death.accept(demo);
        assertThat(demo.awaitEnd()).isNotZero();
        expectNothingLeft();
        demo.begin("--port", "0");
        demo.logIn(demo.alice()).close();
    }

    @Test
    void databaseDoesNotOutliveADemoThatIsKilled() {
        begin();
        ProcessHandle database = demo.database().orElseThrow();
        demo.process().destroyForcibly();
        await().until(() -> !database.isAlive());
    }

    @Test
    void checkConfigTakesTheDemosAndNamesTheErrorsOfABrokenOne() throws IOException {
        begin();
        Path config = demo.directory.resolve("chatd.toml");
        Run.chat("daemon", "--check-config", config.toString()).exits(0);
        Path broken =
                Files.writeString(demo.directory.resolve("broken.toml"), "[limits]\ntext = \"64 KiB\"\nreplai = 5\n");
        Run run = Run.chat("daemon", "--check-config", broken.toString());
        assertThat(run.exit()).isNotZero();
        assertThat(run.out() + run.err())
                .contains("broken.toml", "replai", "replay")
                .containsPattern("\\b3\\b");
    }
}
