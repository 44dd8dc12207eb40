package chatd.acceptance.messages;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.files.HttpTestBase;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.HttpClient.Response;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SpawnedDaemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The programs in locales with digits, letters and separators of their own: machine-readable output
 * is the same everywhere. In the locale of Iran, the answer to an upload once was
 * {@code {"file":۱}}.
 */
@Tag("processes")
class LocalesIT {
    private static final byte[] CONTENT = "12345".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    private ProcessResult chat(Chatd chatd, String options, Chatd.Person person, String... arguments)
            throws IOException {
        Path password = Files.writeString(directory.resolve(person.name()), person.password() + "\n");
        List<String> command = new ArrayList<>(List.of(
                "client",
                "--ca",
                chatd.ca().toString(),
                "--password-file",
                password.toString(),
                person.name() + "@localhost:" + chatd.port()));
        command.addAll(List.of(arguments));
        return ProcessResult.chat("", environment(options), command.toArray(String[]::new));
    }

    private Map<String, String> environment(String options) {
        return Map.of(Chatd.JAVA_OPTIONS, options, "XDG_STATE_HOME", directory.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"fa-IR", "ar-EG", "tr-TR", "de-CH"})
    void machineReadableOutputIsTheSameEverywhere(String tag) throws Exception {
        String[] locale = tag.split("-", 2);
        String options = Chatd.SHORT_LIVED + " -Duser.language=%s -Duser.country=%s".formatted((Object[]) locale);
        try (SpawnedDaemon chatd = SpawnedDaemon.start(Chatd.JAVA_OPTIONS, options);
                JsonSocket socket = JsonCarrier.LINES.connect(chatd)) {
            Chatd.Person ann = chatd.person();
            Chatd.Person ben = chatd.person();
            String header = "Authorization: Bearer "
                    + socket.logIn(ann.name(), ann.password(), "laptop")
                            .path("token")
                            .asString()
                    + "\r\n";
            try (HttpClient http = HttpClient.connect(chatd)) {
                String query = HttpTestBase.query("to", ben.name(), "name", "TITEL.txt", "size", "5");
                Response sent = HttpTestBase.post(http, query, header, CONTENT);
                assertThat(new String(sent.body(), StandardCharsets.UTF_8)).matches("\\{\"file\":1,\"mid\":[0-9]+}");
                Response part = http.ask("GET", "/files/1", header + "Range: bytes=1-2\r\n");
                assertThat(part.header("content-range")).isEqualTo("bytes 1-2/5");
                assertThat(part.header("content-length")).isEqualTo("2");
                Response beyond = http.ask("GET", "/files/1", header + "Range: bytes=9-\r\n");
                assertThat(beyond.header("content-range")).isEqualTo("bytes */5");
                assertThat(ascii(beyond.head())).isEqualTo(beyond.head());
                assertThat(HttpTestBase.json(beyond).path("text").asString()).contains("5 bytes");
            }
            Path file = Files.write(directory.resolve("WIND.txt"), CONTENT);
            chat(chatd, options, ann, "send", ben.name(), "--file", file.toString())
                    .exits(0);
            List<JsonNode> history = chat(chatd, options, ben, "history", "-o", "jsonl")
                    .exits(0)
                    .out()
                    .lines()
                    .map(line -> JsonMapper.shared().readTree(line))
                    .toList();
            assertThat(history).hasSize(2);
            assertThat(history.getLast().toString())
                    .contains("WIND.txt")
                    .isEqualTo(ascii(history.getLast().toString()));
            for (String[] command : List.of(
                    new String[] {"stats", "-o", "json"},
                    new String[] {"user", "list"},
                    new String[] {"storage"},
                    new String[] {"log", "query", "--last", "5"})) {
                ProcessResult run = ProcessResult.chat("", environment(options), command(chatd, command));
                assertThat(ascii(run.exits(0).out()))
                        .as(String.join(" ", command))
                        .isEqualTo(run.out());
            }
        }
    }

    private static String[] command(Chatd chatd, String... words) {
        return Stream.concat(Stream.of("admin"), Arrays.stream(chatd.onSocket(words)))
                .toArray(String[]::new);
    }

    /**
     * Replaces digits of other scripts, which machine-readable output must not contain, by ASCII
     * digits.
     */
    private static String ascii(String text) {
        StringBuilder plain = new StringBuilder();
        text.codePoints().forEach(c -> plain.appendCodePoint(Character.isDigit(c) ? '0' + Character.digit(c, 10) : c));
        return plain.toString();
    }
}
