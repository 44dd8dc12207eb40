package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.groups.GroupTestBase;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.HttpClient.Response;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Files that exceed the configured limits, over HTTP and in pieces. */
public class HttpQuotasIT extends HttpTestBase {
    HttpQuotasIT(Chatd chatd) {
        super(chatd);
    }

    /**
     * Announces an upload of this size, and sends none of it; returns what is answered before the
     * body.
     */
    private static Response announce(Chatd to, Bearer by, long size) throws IOException {
        try (HttpClient http = HttpClient.connect(to)) {
            String query = query("to", "alice", "name", "a", "size", Long.toString(size));
            sendHead(http, query, by.header() + "Expect: 100-continue\r\n", size);
            Response response = http.readResponse(false);
            return response;
        }
    }

    @Test
    void quotasAreEnforcedBeforeTheBodyIsSent() throws IOException {
        try (LocalDaemon own = LocalDaemon.start(
                "CHATD_QUOTA_ACCOUNT", "300 KiB", "CHATD_QUOTA_SERVER", "500 KiB", "CHATD_LIMITS_FILE", "250 KiB")) {
            Bearer one = logIn(own, own.person(), "");
            assertThat(refusal(announce(own, one, 250 * 1_024 + 1))).isEqualTo("413 too-large");
            assertThat(post(own, one, "a", FileTestBase.noise(204_800)).status())
                    .isEqualTo(201);
            assertThat(refusal(announce(own, one, 204_800))).isEqualTo("507 no-room");
            assertThat(GroupTestBase.refusalCode(
                            one.socket(), FileTestBase.start(FileTestBase.FILE, "alice", "a", 204_800)))
                    .isEqualTo("no-room");
            assertThat(GroupTestBase.refusalCode(
                            one.socket(), FileTestBase.start(FileTestBase.FILE, "alice", "a", 256_001)))
                    .isEqualTo("too-large");
            assertThat(post(own, one, "a", FileTestBase.noise(80_000)).status()).isEqualTo(201);
            // The server's quota, for all accounts together.
            Bearer other = logIn(own, own.person(), "");
            assertThat(post(own, other, "a", FileTestBase.noise(200_000)).status())
                    .isEqualTo(201);
            assertThat(refusal(announce(own, other, 90_000))).isEqualTo("507 no-room");
            assertThat(refusal(announce(own, logIn(own, own.person(), ""), 90_000)))
                    .isEqualTo("507 no-room");
            // An empty one always fits.
            assertThat(post(own, other, "a", new byte[0]).status()).isEqualTo(201);
        }
    }

    /** Sending, taking back and sending again does not fill the log. */
    @Test
    void aNearlyExhaustedQuotaIsReportedOncePerLevel() throws IOException {
        try (LocalDaemon own = LocalDaemon.start("CHATD_QUOTA_ACCOUNT", "100 KiB", "CHATD_QUOTA_SERVER", "1 MiB")) {
            Chatd.Person person = own.person();
            Bearer one = logIn(own, person, "");
            for (int i = 0; i < 5; i++) {
                Response sent = post(own, one, "a", FileTestBase.noise(85_000));
                assertThat(sent.status()).isEqualTo(201);
                GroupTestBase.perform(
                        one.socket(),
                        GroupTestBase.takeBack(json(sent).path("mid").asLong()));
            }
            assertThat(post(own, one, "a", FileTestBase.noise(100_000)).status())
                    .isEqualTo(201);
            assertThat(own.admin("", "log", "query", "--type", "storage", "-o", "json")
                            .exits(0)
                            .out()
                            .lines()
                            .map(line -> JsonMapper.shared().readTree(line))
                            .map(event -> event.path("name").asString() + ": "
                                    + event.path("detail").asString()))
                    .containsExactly(person.name() + ": 80 % of the quota", person.name() + ": 95 % of the quota");
            assertThat(own.admin("", "stats").exits(0).out()).contains(", 1 user at 80 % of the quota or above");
            own.admin("", "user", "set", person.name(), "--quota", "1M").exits(0);
            assertThat(own.admin("", "stats").exits(0).out())
                    .contains("free on the disk")
                    .doesNotContain("of the quota");
        }
    }

    /** Tested with a reserve larger than any disk, so that it counts as nearly full. */
    @Test
    void whileTheDiskIsNearlyFullNothingLargeIsAccepted() throws IOException {
        try (LocalDaemon own = LocalDaemon.start("CHATD_STORAGE_RESERVE", "1000000 GiB")) {
            Bearer one = logIn(own, own.person(), "");
            int large = (256 << 10) + 1;
            assertThat(refusal(announce(own, one, large))).isEqualTo("507 no-room");
            assertThat(GroupTestBase.refusalCode(
                            one.socket(), FileTestBase.start(FileTestBase.FILE, "alice", "a", large)))
                    .isEqualTo("no-room");
            assertThat(post(own, one, "a", FileTestBase.noise(large - 1)).status())
                    .isEqualTo(201);
            assertThat(own.admin("", "storage").exits(0).out()).contains("free; ", "are kept free");
            assertThat(own.admin("", "stats", "--check").exits(1).out())
                    .contains("The disk of the database has only ", "no large files are accepted.");
        }
    }

    /** As above; what was sent before can be read and taken back. */
    @Test
    void whileADiskIsFullNoTextsAreAcceptedUntilThereIsRoom() throws IOException {
        try (LocalDaemon own = LocalDaemon.start()) {
            Chatd.Person person = own.person();
            try (JsonSocket one = own.logInJson(JsonCarrier.LINES, person, "one");
                    Chat1Socket old = own.logIn(person)) {
                String text = "'type': 3, 'receive': '%s', 'info': 'a text'".formatted(one.user());
                long mid = GroupTestBase.perform(one, text);
                keepFree(own, "1000000 GiB");
                // The daemon checks once a second, but starts only when something is sent.
                await().until(() -> GroupTestBase.answer(one, text)
                        .path("info")
                        .path("code")
                        .asString("")
                        .equals("no-room"));
                assertThat(GroupTestBase.refusalCode(
                                one, "'type': 32, 'info': {'mid': %d, 'text': 'longer'}".formatted(mid)))
                        .isEqualTo("no-room");
                assertThat(GroupTestBase.refusalCode(one, FileTestBase.start(FileTestBase.FILE, one.user(), "a", 1)))
                        .isEqualTo("no-room");
                var _ = old.fence();
                old.send(Wire.text("a text", person.name()));
                assertThat(old.expectServerText()).contains("The server's disk is full");
                assertThat(own.admin("", "stats", "--check").exits(1).out())
                        .contains("nearly full: no texts are accepted.");
                GroupTestBase.perform(one, "'type': 31, 'info': {'mid': %d}".formatted(mid));
                keepFree(own, "0");
                await().until(() -> GroupTestBase.answer(one, text).path("type").asInt() == JsonType.DONE);
            }
        }
    }

    private static void keepFree(LocalDaemon own, String size) throws IOException {
        Path config = own.directory.resolve("chatd.toml");
        String others = Files.readString(config).replaceFirst("(?s)\\[storage].*", "");
        Files.writeString(config, others + "\n[storage]\ntexts = \"" + size + "\"\n");
        own.admin("", "config", "reload").exits(0);
    }

    /** Uploads in flight count, too: concurrent ones can't exceed a quota either. */
    @Test
    void uploadsAtOnceDoNotExceedAQuota() throws IOException {
        try (LocalDaemon own = LocalDaemon.start("CHATD_QUOTA_ACCOUNT", "300 KiB")) {
            Bearer one = logIn(own, own.person(), "");
            byte[] content = FileTestBase.noise(200_000);
            byte[] other = FileTestBase.noise(200_000);
            JsonSocket socket = one.socket();
            FileTestBase.beginUpload(socket, FileTestBase.start(FileTestBase.FILE, "alice", "first", content.length));
            String second = FileTestBase.start(FileTestBase.FILE, "alice", "second", other.length);
            assertThat(GroupTestBase.refusalCode(socket, second)).isEqualTo("no-room");
            assertThat(refusal(announce(own, one, other.length))).isEqualTo("507 no-room");
        }
    }

    /** Whoever fetches such a file over chat/1 is told its size; elsewhere it can be fetched. */
    @Test
    void aFileTooLargeForChat1IsReportedToWhoeverFetchesIt() throws IOException {
        try (LocalDaemon own = LocalDaemon.start("CHATD_LIMITS_FILE", "20 MiB");
                Chat1Socket receiver = own.logIn(own.alice())) {
            Bearer sender = logIn(own, own.person(), "");
            byte[] content = FileTestBase.noise(17 << 20);
            Response sent = post(own, sender, "film.mkv", content);
            assertThat(sent.status()).isEqualTo(201);
            Frame announced = receiver.expect(Wire.FILE);
            assertThat(announced.fileName()).isEqualTo("film.mkv");
            receiver.send(Wire.fetch(announced.fileId()));
            assertThat(receiver.expectServerText()).contains("film.mkv", "17 MiB");
            receiver.fenceWithNothing();
            try (HttpClient http = HttpClient.connect(own)) {
                Response got =
                        http.ask("GET", "/files/" + json(sent).path("file").asLong(), sender.header());
                assertThat(got.body()).isEqualTo(content);
            }
        }
    }
}
