package chatd.acceptance.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.DemoProcess;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code ./chat demo}, started and stopped in every way. */
@Tag("processes")
class DemoIT {

    private final DemoProcess demo = new DemoProcess(Map.of());

    @AfterEach
    void close() {
        demo.close();
    }

    private void expectNothingLeft() {
        assertThat(demo.directory.resolve("demo.env")).doesNotExist();
        await().until(() -> demo.ownProcesses().findAny().isEmpty());
        assertThat(demo.listens()).isFalse();
    }

    /** Sends TERM to the process alone, or INT to its whole group as Ctrl-C does, and expects a clean end. */
    private void stopCleanly(String signal) {
        try (Chat1Socket alice = demo.logIn(demo.alice())) {
            long pid = demo.process().pid();
            ProcessResult.signal(signal, signal.equals("INT") ? -pid : pid);
            alice.expectClosed();
        }
        assertThat(demo.awaitEnd()).isIn(0, 130, 143);
        expectNothingLeft();
    }

    @Test
    void secondStartFindsEverythingAsItWasAndFreshStartsOver() throws IOException {
        demo.begin("--port", "0");
        Chatd.Person alice = demo.alice();
        Chatd.Person ann = demo.person();
        try (Chat1Socket socket = demo.logIn(alice)) {
            socket.send(Wire.text("remember me", ann.name()));
            socket.fenceWithNothing();
        }
        stopCleanly("TERM");
        int printed = demo.output().length();
        demo.begin("--port", "0");
        // It is ready a moment before it says so.
        await().untilAsserted(() -> assertThat(demo.output().substring(printed)).contains(alice.password()));
        assertThat(demo.alice()).isEqualTo(alice);
        try (Chat1Socket socket = demo.logIn(ann)) {
            assertThat(socket.history(10)).containsExactly("remember me");
        }
        stopCleanly("INT");
        int free = ProcessResult.freePort();
        Path sealKey = demo.directory.resolve("seal.key");
        byte[] earlierKey = Files.readAllBytes(sealKey);
        demo.begin("--port", Integer.toString(free), "--fresh");
        assertThat(demo.port()).isEqualTo(free);
        assertThat(Files.readAllBytes(sealKey)).as("a key of its own").isNotEqualTo(earlierKey);
        try (Chat1Socket socket = demo.connect()) {
            Frame answer = socket.logIn(demo.alice());
            assertThat(answer.lastLogin()).isEqualTo(Wire.NEVER);
            assertThat(answer.users()).containsOnlyKeys("alice", "bob");
            assertThat(socket.history(10)).isEmpty();
        }
    }

    private void expectErrorAfter(ProcessHandle victim, Predicate<ProcessHandle> kill) {
        assertThat(kill.test(victim)).isTrue();
        assertThat(demo.awaitEnd()).isNotZero();
        expectNothingLeft();
    }

    @Test
    void endsWithAnErrorWhenAProcessDiesAndCanBeRestarted() {
        demo.prepared().begin("--port", "0");
        expectErrorAfter(demo.daemon(), ProcessHandle::destroyForcibly);
        demo.begin("--port", "0");
        expectErrorAfter(demo.daemon(), ProcessHandle::destroy);
        demo.begin("--port", "0");
        expectErrorAfter(demo.database().orElseThrow(), ProcessHandle::destroyForcibly);
        demo.begin("--port", "0");
        demo.logIn(demo.alice()).close();
        // After SIGKILL the demo can't clean up itself.
        ProcessHandle database = demo.database().orElseThrow();
        demo.process().destroyForcibly();
        await().until(() -> !database.isAlive());
    }
}
