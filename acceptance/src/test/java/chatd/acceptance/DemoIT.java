package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
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
    void secondStartFindsEverythingAsItWasAndFreshBeginsAnewWhereItIsTold() throws IOException {
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
        int free = Run.freePort();
        demo.begin("--port", Integer.toString(free), "--fresh");
        assertThat(demo.port()).isEqualTo(free);
        try (Chat1Socket socket = demo.connect()) {
            Frame answer = socket.logIn(demo.alice());
            assertThat(answer.lastLogin()).isEqualTo(Wire.NEVER);
            assertThat(answer.users()).containsOnlyKeys("alice", "bob");
            assertThat(socket.history(10)).isEmpty();
        }
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
}
