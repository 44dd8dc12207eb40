package chatd.acceptance.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SharedChatd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The bots of {@code docs/bots}: they answer whoever writes to them. */
@ExtendWith(SharedChatd.class)
@Tag("processes")
class BotsIT {
    @TempDir
    private Path directory;

    private final Chatd chatd;

    BotsIT(Chatd chatd) {
        this.chatd = chatd;
    }

    /**
     * Starts a bot, and returns what it answers to a text; the text is sent repeatedly until the
     * bot has started and answers.
     */
    private JsonNode answer(String text, String interpreter, String bot) throws IOException {
        Chatd.Person it = chatd.person();
        Path password = Files.writeString(directory.resolve(it.name()), it.password() + "\n");
        Path bin = chatd.programs(directory.resolve("bin"));
        ProcessBuilder starting = new ProcessBuilder(
                        interpreter,
                        ProcessResult.ROOT.resolve("docs/bots").resolve(bot).toString(),
                        password.toString(),
                        it.name() + "@localhost")
                .inheritIO();
        starting.environment().merge("PATH", bin + ":", (path, first) -> first + path);
        Process process = starting.start();
        try (JsonSocket ben = chatd.logInJson(JsonCarrier.LINES, chatd.person(), "asks")) {
            List<JsonNode> answers = new ArrayList<>();
            await().until(() -> {
                ben.send("{'type': 3, 'receive': '%s', 'info': '%s'}".formatted(it.name(), text));
                ben.send("{'type': 19, 'info': {'with': '%s', 'limit': 200}}".formatted(it.name()));
                ben.skipTo(JsonType.PAGE).path("info").path("items").forEach(item -> {
                    if (item.path("name").asString().equals(it.name())
                            || !item.path("send").asString().equals(ben.user())) {
                        answers.add(item);
                    }
                });
                return !answers.isEmpty();
            });
            return answers.getFirst();
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
    }

    @Test
    void theBotInShellRepeatsWhatItIsTold() throws IOException {
        JsonNode answer = answer("hello there", "bash", "echo.sh");
        assertThat(answer.path("info").asString()).isEqualTo("You said: hello there");
        assertThat(answer.path("re").asLong()).isPositive();
    }

    @Test
    void theBotInPythonThrowsDice() throws IOException {
        assertThat(answer("roll 2", "python3", "dice.py").path("info").asString())
                .matches("[⚀⚁⚂⚃⚄⚅] [⚀⚁⚂⚃⚄⚅]");
    }
}
