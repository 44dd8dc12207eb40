package chatd.acceptance.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.CutProxy;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SharedChatd;
import chatd.fixtures.TestTimeout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Files that the client's scripts send and fetch by {@code chat-json/1}, also through connections that are cut. */
@ExtendWith(SharedChatd.class)
@Tag("processes")
class ClientFilesIT {
    private static final int LARGE = 12 << 20;
    private static final int CUTS = 3;

    @TempDir
    private Path directory;

    private final Chatd chatd;
    private final Chatd.Person ann;
    private final Chatd.Person ben;

    ClientFilesIT(Chatd chatd) {
        this.chatd = chatd;
        this.ann = chatd.person();
        this.ben = chatd.person();
    }

    private List<String> as(Chatd.Person person, int port, String... arguments) throws IOException {
        Path file = Files.writeString(directory.resolve(person.name()), person.password() + "\n");
        var all = new ArrayList<>(List.of(
                "--ca",
                chatd.ca().toString(),
                "--password-file",
                file.toString(),
                "--downloads",
                downloads().toString(),
                person.name() + "@localhost:" + port));
        all.addAll(List.of(arguments));
        return all;
    }

    private Path downloads() {
        return directory.resolve("in");
    }

    private ProcessResult client(Chatd.Person person, String... arguments) throws IOException {
        return ProcessResult.client(
                "", Map.of(), as(person, chatd.port(), arguments).toArray(String[]::new));
    }

    private Path file(String name, int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return Files.write(directory.resolve(name), bytes);
    }

    /** Returns the last items that somebody sees, oldest first. */
    private List<JsonNode> history(Chatd.Person person, int count) throws IOException {
        return client(person, "history", "-n", Integer.toString(count), "-o", "jsonl")
                .exits(0)
                .out()
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }

    @Test
    void severalFilesGoToSeveralPeopleAndAreOfferedWithTheirKinds() throws IOException {
        Path one = file("one.bin", 71_237);
        Path two = file("two ünï.bin", 0);
        Chatd.Person cat = chatd.person();
        List<JsonNode> sent = client(
                        ann,
                        "send",
                        "-o",
                        "jsonl",
                        ben.name(),
                        cat.name(),
                        "--file",
                        one.toString(),
                        "--file",
                        two.toString())
                .exits(0)
                .out()
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
        assertThat(sent)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.path("mid").asLong()).isPositive());
        for (Chatd.Person reader : List.of(ben, cat)) {
            List<JsonNode> items = history(reader, 2);
            assertThat(items.getFirst().path("name").asString()).isEqualTo("one.bin");
            assertThat(items.getFirst().path("size").asLong()).isEqualTo(71_237);
            assertThat(items.getFirst().path("media").asString()).isEqualTo("application/octet-stream");
            assertThat(items.getLast().path("name").asString()).isEqualTo("two ünï.bin");
            String path = client(reader, "fetch", items.getFirst().path("file").toString())
                    .exits(0)
                    .out()
                    .strip();
            assertThat(Path.of(path)).hasSameBinaryContentAs(one);
        }
        // The bytes were sent once, and are stored once.
        assertThat(chatd.number("select count(*) from content where size = 71237"))
                .isEqualTo(1);
    }

    @Test
    void standardInputIsSentUnderANameAndAnIdentifierSendsItOnce() throws IOException {
        for (int i = 0; i < 2; i++) {
            ProcessResult.client(
                            "backup of today",
                            Map.of(),
                            as(
                                            ann,
                                            chatd.port(),
                                            "send",
                                            ben.name(),
                                            "--file",
                                            "-",
                                            "--name",
                                            "backup.txt",
                                            "--id",
                                            "b1")
                                    .toArray(String[]::new))
                    .exits(0);
        }
        List<JsonNode> items = history(ben, 10);
        assertThat(items).hasSize(1);
        assertThat(items.getFirst().path("size").asLong()).isEqualTo("backup of today".length());
        assertThat(client(ann, "send", ben.name(), "--file", "-").exits(2).err())
                .contains("--name");
    }

    /** For several receivers too, and however long the identifier is. */
    @ParameterizedTest
    @ValueSource(
            strings = {"nightly", "a backup of the whole server, from the night to 28 November", "夜の保存・二十一文字の名前・二十一"})
    void aFileSentAgainIsStoredOnceForEachReceiver(String id) throws IOException {
        String one = file("one.bin", 10).toString();
        Chatd.Person cat = chatd.person();
        for (int i = 0; i < 2; i++) {
            client(ann, "send", "--id", id, ben.name(), cat.name(), "--file", one)
                    .exits(0);
        }
        assertThat(history(ben, 10)).hasSize(1);
        assertThat(history(cat, 10)).hasSize(1);
    }

    @Test
    void anIdentifierThatIsTooLongIsRefusedBeforeAnythingIsSent() throws IOException {
        String one = file("one.bin", 10).toString();
        assertThat(client(ann, "send", "--id", "夜".repeat(22), ben.name(), "--file", one)
                        .exits(1)
                        .err())
                .contains("An id has at most 64 bytes");
        assertThat(history(ben, 10)).isEmpty();
    }

    @Test
    void refusalsSayWhyAndNothingIsSent() throws IOException {
        Path one = file("one.bin", 10);
        assertThat(client(ann, "send", "nobody-at-all", "--file", one.toString())
                        .exits(4)
                        .err())
                .contains("There is no user called nobody-at-all");
        assertThat(client(
                                ann,
                                "send",
                                ben.name(),
                                "--picture",
                                Files.write(
                                                directory.resolve("x.jpg"),
                                                new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0})
                                        .toString())
                        .exits(1)
                        .err())
                .contains("This picture can't be shown", "Send it as a file");
        assertThat(client(ben, "fetch", "4000000000").exits(4).err())
                .contains("There is no file 4000000000 that you may fetch.");
        assertThat(history(ben, 10)).isEmpty();
    }

    @Test
    void aFileIsSentAndFetchedDespiteCuts() throws Exception {
        Path large = file("large.bin", LARGE);
        try (CutProxy proxy = CutProxy.onPort(chatd.port())) {
            proxy.slow(Duration.ofMillis(10));
            Path out = directory.resolve("out");
            Process sending = start(out, as(ann, proxy.port(), "send", ben.name(), "--file", large.toString()));
            long before = chatd.number("select coalesce(sum(length(bytes)), 0) from content_chunk");
            for (int i = 1; i <= CUTS; i++) {
                long enough = before + (long) i * LARGE / (CUTS + 2);
                await().pollInterval(Duration.ofMillis(20))
                        .until(() ->
                                chatd.number("select coalesce(sum(length(bytes)), 0) from content_chunk") > enough);
                proxy.cut();
            }
            assertThat(sending.waitFor(TestTimeout.LONG)).isTrue();
            assertThat(sending.exitValue()).as(Files.readString(out)).isZero();
            List<JsonNode> items = history(ben, 10);
            assertThat(items).hasSize(1);

            Process fetching = start(
                    out,
                    as(ben, proxy.port(), "fetch", items.getFirst().path("file").toString()));
            for (int i = 1; i <= CUTS; i++) {
                long enough = (long) i * LARGE / (CUTS + 2);
                await().pollInterval(Duration.ofMillis(20)).until(() -> received() > enough);
                proxy.cut();
            }
            assertThat(fetching.waitFor(TestTimeout.LONG)).isTrue();
            assertThat(fetching.exitValue()).as(Files.readString(out)).isZero();
            assertThat(downloads().resolve("large.bin")).hasSameBinaryContentAs(large);
            assertThat(received()).isZero();
        }
    }

    private static Process start(Path out, List<String> arguments) throws IOException {
        var command = new ArrayList<>(arguments);
        command.addFirst("client");
        return ProcessResult.start(out, command.toArray(String[]::new));
    }

    /** Returns the size of the file that is being fetched; 0 if there is none. */
    private long received() throws IOException {
        if (!Files.isDirectory(downloads())) {
            return 0;
        }
        try (Stream<Path> files = Files.list(downloads())) {
            return files.filter(path -> path.getFileName().toString().startsWith(".fetching-"))
                    .mapToLong(path -> path.toFile().length())
                    .sum();
        }
    }
}
