package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.CutProxy;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SharedChatd;
import chatd.fixtures.TestTimeout;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example client of the protocol page, {@code docs/protocol/client.py}, talks through lost
 * connections: each line arrives once.
 */
@ExtendWith(SharedChatd.class)
@Tag("processes")
class PythonClientIT {
    private final Chatd chatd;
    private final List<Process> clients = new ArrayList<>();

    @TempDir
    private Path directory;

    PythonClientIT(Chatd chatd) {
        this.chatd = chatd;
    }

    @AfterEach
    void stop() {
        clients.forEach(Process::destroyForcibly);
    }

    private Path out(String of) {
        return directory.resolve(of + ".out");
    }

    private Process start(int port, Chatd.Person person, String other) throws IOException {
        Process client = new ProcessBuilder(
                        "python3",
                        ProcessResult.ROOT.resolve("docs/protocol/client.py").toString(),
                        "localhost:" + port,
                        chatd.ca().toString(),
                        person.name(),
                        other)
                .redirectOutput(out(person.name()).toFile())
                .redirectError(directory.resolve(person.name() + ".err").toFile())
                .start();
        clients.add(client);
        type(client, person.password());
        return client;
    }

    private static void type(Process client, String line) throws IOException {
        BufferedWriter to = client.outputWriter();
        to.write(line + "\n");
        to.flush();
    }

    private List<String> printed(Chatd.Person by) {
        try {
            return Files.readAllLines(out(by.name()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void eachLineArrivesOnce() throws Exception {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (CutProxy proxy = CutProxy.onPort(chatd.port());
                JsonSocket watching = chatd.logInJson(JsonCarrier.LINES, ann, "watches")) {
            Process anns = start(proxy.port(), ann, ben.name());
            type(anns, "here");
            // A client receives only what is said after it logs in, so each has to be online before
            // the other speaks.
            assertThat(watching.skipTo(JsonType.TEXT).path("info").asString()).isEqualTo("here");
            Process bens = start(proxy.port(), ben, ann.name());
            watching.expectPresence(JsonType.ONLINE, ben.name());
            type(bens, "hello");
            await().until(() -> printed(ann).contains(ben.name() + ": hello"));
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String line = "line " + i + " 你好";
                expected.add(ann.name() + ": " + line);
                type(anns, line);
                if (i % 40 == 20) {
                    proxy.cut();
                }
            }
            await().until(() -> printed(ben).size() >= expected.size());
            assertThat(printed(ben)).isEqualTo(expected);
            anns.outputWriter().close();
            assertThat(anns.waitFor(TestTimeout.LONG)).isTrue();
            assertThat(anns.exitValue()).isZero();
        }
    }

    @Test
    void aWrongPasswordEndsTheClient() throws Exception {
        Process client = start(chatd.port(), new Chatd.Person(chatd.person().name(), "not-the-password"), "anybody");
        assertThat(client.waitFor(TestTimeout.LONG)).isTrue();
        assertThat(client.exitValue()).isEqualTo(1);
    }
}
