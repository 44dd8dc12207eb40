package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.groups.GroupTestBase;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.HttpClient.Response;
import chatd.acceptance.kit.JsonTestBase;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.Campaign;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Files sent over HTTP ({@code chat-json-1.md}, "Files over HTTP"). */
public class HttpUploadsIT extends HttpTestBase {
    private final Bearer sender = logIn(ann, "laptop");
    private final Bearer receiver = logIn(ben, "");

    HttpUploadsIT(Chatd chatd) {
        super(chatd);
    }

    private String to(Chatd.Person person, String name, long size, String... more) {
        String query = query("to", person.name(), "name", name, "size", Long.toString(size));
        return more.length == 0 ? query : query + "&" + query(more);
    }

    private static byte[] noise(int size) {
        return FileTestBase.noise(size);
    }

    private static byte[] fetched(Bearer by, JsonNode offer) {
        return FileTestBase.fetchFile(by.socket(), offer.path("type").asInt(), FileTestBase.file(offer));
    }

    /** Sends all of a body in chunks and returns the response. */
    private Response postChunked(String query, byte[] body, Random random) throws IOException {
        try (HttpClient http = HttpClient.connect(chatd)) {
            http.send("POST /files?%s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n%s\r\n"
                    .formatted(query, sender.header()));
            for (int at = 0; at < body.length; ) {
                int next = Math.min(body.length, at + 1 + random.nextInt(random.nextBoolean() ? 300 : 100_000));
                sendBody(http, chunked(Arrays.copyOfRange(body, at, next)).getBytes(StandardCharsets.ISO_8859_1));
                at = next;
            }
            http.send("0\r\n\r\n");
            return http.readResponse(false);
        }
    }

    @Test
    void filesOfAnySizeArriveAsTheyAre() throws IOException {
        Bearer phone = logIn(ann, "phone");
        Random random = Campaign.random();
        for (int size : List.of(0, 1, 65_536, 262_143, 262_144, 262_145, 16_777_215, 16_777_216, 16_777_217)) {
            for (boolean chunked : List.of(false, true)) {
                byte[] content = noise(size);
                String query = to(ben, "of " + size + ".bin", size, "sha256", FileTestBase.sha256(content));
                Response response =
                        chunked ? postChunked(query, content, random) : post(query, sender.header(), content);
                assertThat(response.status()).as(response.head()).isEqualTo(201);
                JsonNode offer = receiver.socket().expect(FileTestBase.FILE);
                FileTestBase.checkOffer(offer, "of " + size + ".bin", FileTestBase.SAVED, content);
                assertThat(json(response).path("file"))
                        .isEqualTo(offer.path("info").path("file"));
                assertThat(json(response).path("mid")).isEqualTo(offer.path("mid"));
                assertThat(fetched(receiver, offer)).isEqualTo(content);
                // To all of the sender's sessions, since none of them has sent it.
                assertThat(sender.socket().expect(FileTestBase.FILE)).isEqualTo(offer);
                assertThat(phone.socket().expect(FileTestBase.FILE)).isEqualTo(offer);
            }
        }
    }

    @Test
    void aFileMayBeForAGroupOrForEveryoneAndAnswerAMessage() throws IOException {
        String group = GroupTestBase.create(sender.socket(), "", receiver.socket());
        for (String to :
                List.of(group, "", receiver.socket().user(), sender.socket().user())) {
            sendFile(sender, to, "to " + to, noise(10));
            Bearer reader = to.equals(sender.socket().user()) ? sender : receiver;
            JsonNode offer = reader.socket().expect(FileTestBase.FILE);
            assertThat(offer.path("receive").asString()).isEqualTo(to);
            if (!reader.equals(sender)) {
                sender.socket().expect(FileTestBase.FILE);
            }
        }
        long asked = JsonTestBase.send(receiver.socket(), ann.name(), "Where is it?");
        sender.socket().expect(JsonType.TEXT);
        post(to(ben, "here.bin", 1, "re", Long.toString(asked)), sender.header(), new byte[1]);
        assertThat(receiver.socket().expect(FileTestBase.FILE).path("re").asLong())
                .isEqualTo(asked);
        assertThat(refusal(post(to(ben, "here.bin", 1, "re", "999999999999"), sender.header(), new byte[1])))
                .endsWith(" no-such-message");
    }

    @Test
    void aPictureIsCleanedIfItIsSentAsOne() throws IOException {
        byte[] withMetadata = Pictures.jpegWithMetadata();
        assertThat(post(to(ben, "a.jpg", withMetadata.length, "picture", "1"), sender.header(), withMetadata)
                        .status())
                .isEqualTo(201);
        JsonNode offer = receiver.socket().expect(FileTestBase.PICTURE);
        byte[] cleaned = fetched(receiver, offer);
        FileTestBase.checkOffer(offer, "a.jpg", "image/jpeg", cleaned);
        assertThat(Pictures.contains(cleaned, Pictures.SECRET)).isFalse();
        post(to(ben, "b.jpg", withMetadata.length), sender.header(), withMetadata);
        assertThat(fetched(receiver, receiver.socket().expect(FileTestBase.FILE)))
                .isEqualTo(withMetadata);
        byte[] half = Arrays.copyOf(withMetadata, 700);
        assertThat(refusal(post(to(ben, "c.jpg", half.length, "picture", "1"), sender.header(), half)))
                .isEqualTo("400 malformed");
        byte[] none = noise(100);
        post(to(ben, "d.jpg", none.length, "picture", "1"), sender.header(), none);
        FileTestBase.checkOffer(receiver.socket().expect(FileTestBase.FILE), "d.jpg", FileTestBase.SAVED, none);
    }

    // Refusals

    @ParameterizedTest
    @CsvSource({
        "to=BEN&size=5, 400 malformed",
        "name=a&size=5, 400 malformed",
        "'', 400 malformed",
        "to=BEN&name=a&size=x, 400 malformed",
        "to=BEN&name=a&size=, 400 malformed",
        "to=BEN&name=a&size=-5, 400 malformed",
        "to=BEN&name=a&size=+5, 400 malformed",
        "to=BEN&name=a&size=5.0, 400 malformed",
        "to=BEN&name=a&size=5e0, 400 malformed",
        "to=BEN&name=a&size=99999999999999999999, 400 malformed",
        "to=BEN&name=a&size=5&size=5, 400 malformed",
        "to=BEN&to=BEN&name=a&size=5, 400 malformed",
        "to=BEN&name=a&name=b&size=5, 400 malformed",
        "to=BEN&name=%zz&size=5, 400 malformed",
        "to=BEN&name=a%f&size=5, 400 malformed",
        "to=BEN&name=%ff%fe&size=5, 400 malformed",
        "to=BEN&name=a&size=5&re=x, 400 malformed",
        "to=BEN&name=a&size=5&picture=yes, 400 malformed",
        "to=BEN&name=a&size=5&sha256=00, 400 malformed",
        "to=BEN&name=a&size=5&sha256=ZZZZ, 400 malformed",
        "to=BEN&name=..&size=5, 400 bad-name",
        "to=BEN&name=&size=5, 400 bad-name",
        "to=BEN&name=a%2Fb&size=5, 400 bad-name",
        "to=BEN&name=a%0D%0ASet-Cookie%3A%20b&size=5, 400 bad-name",
        "to=BEN&name=a%00&size=5, 400 bad-name",
        "to=U999999999&name=a&size=5, 404 no-such-user",
        "to=G999999999&name=a&size=5, 404 no-such-group",
        "to=BEN&name=a&size=99999999999, 413 too-large"
    })
    void invalidRequestsAreRefused(String query, String refusal) throws IOException {
        try (HttpClient http = HttpClient.connect(chatd)) {
            Response response = post(http, query.replace("BEN", ben.name()), sender.header(), Wire.utf8("hello"));
            assertThat(refusal(response)).isEqualTo(refusal);
            assertThat(json(response).path("text").asString()).isNotEmpty();
            assertThat(json(response).path("type").asInt()).isEqualTo(JsonType.FILE);
        }
        receiver.socket().fence();
    }

    /** With a Content-Length, the size may be left out of the query; with chunks, it may not. */
    @Test
    void theSizeMayBeLeftOutWhereTheBodyHasALength() throws IOException {
        byte[] content = noise(1_000);
        String query = query("to", ben.name(), "name", "a.bin");
        assertThat(post(query, sender.header(), content).status()).isEqualTo(201);
        JsonNode offer = receiver.socket().expect(FileTestBase.FILE);
        FileTestBase.checkOffer(offer, "a.bin", FileTestBase.SAVED, content);
        assertThat(refusal(postChunked(query, content, new Random(1)))).isEqualTo("400 malformed");
        receiver.socket().fence();
    }

    @Test
    void aLongNameIsRefused() throws IOException {
        assertThat(refusal(post(to(ben, "x".repeat(256), 1), sender.header(), new byte[1])))
                .isEqualTo("400 bad-name");
        assertThat(refusal(post(to(ben, "王".repeat(86), 1), sender.header(), new byte[1])))
                .isEqualTo("400 bad-name");
        sendFile(sender, ben.name(), "王".repeat(85), new byte[1]);
        assertThat(receiver.socket()
                        .expect(FileTestBase.FILE)
                        .path("info")
                        .path("name")
                        .asString())
                .isEqualTo("王".repeat(85));
    }

    @Test
    void aBodyOfAnotherLengthIsRefused() throws IOException {
        Random random = Campaign.random();
        for (int size : List.of(9, 11)) {
            assertThat(refusal(post(to(ben, "a", size), sender.header(), new byte[10])))
                    .as("%d", size)
                    .isEqualTo("400 malformed");
            assertThat(refusal(postChunked(to(ben, "a", size), new byte[10], random)))
                    .as("%d", size)
                    .isEqualTo("400 malformed");
        }
        byte[] content = new byte[5];
        assertThat(refusal(post(to(ben, "a", 5, "sha256", FileTestBase.sha256(new byte[4])), sender.header(), content)))
                .isEqualTo("400 malformed");
        receiver.socket().fence();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\nhello\r\n0\r\n\r\n",
                "5\r\nhello!\r\n0\r\n\r\n",
                "-5\r\nhello\r\n0\r\n\r\n",
                "ffffffffffffffffff\r\nhello\r\n0\r\n\r\n"
            })
    void invalidChunksAreRefused(String body) throws IOException {
        HttpClient http = connect();
        http.send("POST /files?%s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n%s\r\n%s"
                .formatted(to(ben, "a", 5), sender.header(), body));
        assertThat(http.readResponse(false).status()).isEqualTo(400);
        assertThat(http.isAtEnd()).isTrue();
        receiver.socket().fence();
    }

    @Test
    void closedGroupsAndGroupsOfOthersAcceptNoFiles() throws IOException {
        String group = GroupTestBase.create(receiver.socket(), "'open': true");
        String closed = GroupTestBase.create(receiver.socket(), "", sender.socket());
        GroupTestBase.change(receiver.socket(), GroupTestBase.op("close", closed), sender.socket());
        assertThat(refusal(post(query("to", group, "name", "a", "size", "1"), sender.header(), new byte[1])))
                .isEqualTo("403 not-a-member");
        assertThat(refusal(post(query("to", closed, "name", "a", "size", "1"), sender.header(), new byte[1])))
                .isEqualTo("403 closed");
    }

    @Test
    void expectContinueIsAnsweredBeforeTheBodyIsSent() throws IOException {
        String expecting = "Expect: 100-continue\r\n";
        for (String[] refused : List.of(
                new String[] {to(ben, "large", 99_999_999_999L), sender.header(), "413 too-large"},
                new String[] {query("to", "U999999999", "name", "a", "size", "5"), sender.header(), "404 no-such-user"},
                new String[] {to(ben, "..", 5), sender.header(), "400 bad-name"},
                new String[] {to(ben, "a", 5), "", "401 not-logged-in"})) {
            HttpClient http = connect();
            sendHead(http, refused[0], refused[1] + expecting, 5);
            assertThat(refusal(http.readResponse(false))).isEqualTo(refused[2]);
        }
        HttpClient http = connect();
        sendHead(http, to(ben, "a", 5), sender.header() + expecting, 5);
        assertThat(http.readResponse(true).status()).isEqualTo(100);
        sendBody(http, Wire.utf8("hello"));
        assertThat(http.readResponse(false).status()).isEqualTo(201);
        assertThat(fetched(receiver, receiver.socket().expect(FileTestBase.FILE)))
                .isEqualTo(Wire.utf8("hello"));
    }

    @Test
    void severalFilesAreSentOnOneConnection() throws IOException {
        HttpClient http = connect();
        for (int i = 0; i < 5; i++) {
            byte[] content = noise(i * 30_000);
            assertThat(post(http, to(ben, "n" + i, content.length), sender.header(), content)
                            .status())
                    .isEqualTo(201);
            JsonNode offer = receiver.socket().expect(FileTestBase.FILE);
            Response response = http.ask("GET", "/files/" + FileTestBase.file(offer), sender.header());
            assertThat(response.body()).isEqualTo(content);
        }
    }

    @Test
    void fourUploadsRunAtOnceAndAFifthWaitsUntilItIsRefused() throws Exception {
        List<HttpClient> open = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String text = to(ben, "open", 8_000_000, "id", Chatd.newName());
            HttpClient http = connect();
            sendHead(http, text, sender.header(), 8_000_000);
            sendBody(http, noise(10));
            await().until(() -> ask("HEAD", "/files?" + text, sender.header()).status() == 200);
            open.add(http);
        }
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Future<Response> fifth = pool.submit(() -> post(to(ben, "fifth", 1), sender.header(), new byte[1]));
            while (!fifth.isDone()) {
                for (HttpClient http : open) {
                    sendBody(http, noise(3_000));
                }
                Thread.sleep(200);
            }
            assertThat(refusal(fifth.get())).isEqualTo("429 too-many");
        }
        // Those in pieces are counted, too.
        assertThat(GroupTestBase.refusalCode(
                        sender.socket(), FileTestBase.start(FileTestBase.FILE, ben.name(), "fifth", 1)))
                .isEqualTo("too-many");
        sendFile(receiver, ann.name(), "another's", noise(10));
        open.getFirst().close();
        assertThat(post(to(ben, "fifth", 1), sender.header(), new byte[1]).status())
                .isEqualTo(201);
    }

    @Test
    void aCutUploadWithoutAnIdLeavesNothing() throws IOException {
        long before = FileTestBase.contents(chatd);
        HttpClient http = connect();
        sendHead(http, to(ben, "cut", 3_000_000), sender.header(), 3_000_000);
        sendBody(http, noise(2_500_000));
        await().until(() -> FileTestBase.contents(chatd) > before);
        http.close();
        await().untilAsserted(() -> assertThat(FileTestBase.contents(chatd)).isEqualTo(before));
        HttpClient other = connect();
        sendHead(
                other,
                to(ben, "wrong", 1_000_000, "sha256", FileTestBase.sha256(new byte[1])),
                sender.header(),
                1_000_000);
        sendBody(other, noise(1_000_000));
        assertThat(refusal(other.readResponse(false))).isEqualTo("400 malformed");
        await().untilAsserted(() -> assertThat(FileTestBase.contents(chatd)).isEqualTo(before));
        receiver.socket().fence();
    }
}
