package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.HttpClient.Response;
import chatd.acceptance.kit.JsonType;
import chatd.fixtures.Campaign;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Files over HTTP with an {@code id}: stored once, and resumed after an interruption. */
class HttpResumedUploadsIT extends HttpTestBase {
    private static final int SIZE = 1_500_000;

    /** Maximum number of uploads of an account that are open at once. */
    private static final int AT_ONCE = 4;

    private final Bearer sender = logIn(ann, "laptop");
    private final Bearer receiver = logIn(ben, "");
    private final byte[] content = FileTestBase.noise(SIZE);
    private final String id = Chatd.newName();

    HttpResumedUploadsIT(Chatd chatd) {
        super(chatd);
    }

    private String upload(String name, long size) {
        return query("to", ben.name(), "name", name, "size", Long.toString(size), "id", id);
    }

    private String upload() {
        return upload("long.bin", SIZE);
    }

    private Response status(Bearer by) throws IOException {
        return ask("HEAD", "/files?" + query("id", id), by.header());
    }

    private int uploadOffset() throws IOException {
        Response known = status(sender);
        assertThat(known.status()).as(known.head()).isBetween(200, 299);
        return Integer.parseInt(known.header("upload-offset"));
    }

    /**
     * Sends the upload up to {@code end} on a connection that stays open, and waits until that has
     * arrived.
     */
    private HttpClient sendUpTo(int end) throws IOException {
        HttpClient http = connect();
        sendHead(http, upload(), sender.header(), SIZE);
        sendBody(http, Arrays.copyOf(content, end));
        await().until(() -> {
            Response known = status(sender);
            return known.header("upload-offset").equals(Integer.toString(end));
        });
        return http;
    }

    private Response resumeFrom(int offset) throws IOException {
        return resumeFrom(offset, upload());
    }

    private Response resumeFrom(int offset, String query) throws IOException {
        return post(
                query,
                sender.header() + "Upload-Offset: " + offset + "\r\n",
                Arrays.copyOfRange(content, offset, SIZE));
    }

    private void checkOffered(Response response) {
        assertThat(response.status()).as(response.head()).isEqualTo(201);
        JsonNode offer = receiver.socket().expect(FileTestBase.FILE);
        FileTestBase.checkOffer(offer, "long.bin", FileTestBase.SAVED, content);
        assertThat(json(response).path("mid")).isEqualTo(offer.path("mid"));
        assertThat(FileTestBase.fetchFile(receiver.socket(), FileTestBase.FILE, FileTestBase.file(offer)))
                .isEqualTo(content);
        receiver.socket().fence();
    }

    @Test
    void anUploadSentAgainIsStoredOnce() throws IOException {
        Response first = post(upload(), sender.header(), content);
        checkOffered(first);
        for (Bearer by : List.of(sender, logIn(ann, "phone"))) {
            Response again = post(upload(), by.header(), content);
            assertThat(again.status()).isEqualTo(201);
            assertThat(again.body()).isEqualTo(first.body());
            assertThat(status(by).status()).isEqualTo(201);
        }
        receiver.socket().fence();
        for (String other : List.of(
                upload("other.bin", SIZE),
                query("to", ann.name(), "name", "long.bin", "size", Integer.toString(SIZE), "id", id),
                upload() + "&picture=1")) {
            assertThat(refusal(post(other, sender.header(), content))).as(other).isEqualTo("400 malformed");
        }
        assertThat(refusal(post(upload("long.bin", 5), sender.header(), new byte[5])))
                .isEqualTo("400 malformed");
        content[SIZE - 1]++;
        assertThat(refusal(post(upload(), sender.header(), content)))
                .as("other content")
                .isEqualTo("400 malformed");
        sender.socket().send("{'type': 3, 'receive': '%s', 'info': 'a text', 'id': '%s'}".formatted(ben.name(), id));
        assertThat(sender.socket()
                        .skipTo(JsonType.REFUSED)
                        .path("info")
                        .path("code")
                        .asString())
                .isEqualTo("malformed");
        receiver.socket().fence();
    }

    @Test
    void aCutUploadIsResumed() throws IOException {
        sendUpTo(700_000).close();
        assertThat(uploadOffset()).isEqualTo(700_000);
        receiver.socket().fence();
        Response response = resumeFrom(700_000);
        checkOffered(response);
        for (Response again : List.of(post(upload(), sender.header(), content), resumeFrom(700_000))) {
            assertThat(again.status()).isEqualTo(201);
            assertThat(again.body()).isEqualTo(response.body());
        }
        assertThat(status(sender).status()).isEqualTo(201);
        receiver.socket().fence();
    }

    /** What was sent before a half-close is kept, to the last byte. */
    @Test
    void aHalfClosedUploadIsResumed() throws IOException {
        int from = 0;
        for (int end = 100_000; end < SIZE; end += 200_000) {
            int begin = from;
            byte[] part = Arrays.copyOfRange(content, begin, end);
            try (HttpClient http = sendAndHalfClose(to -> {
                String offset = begin == 0 ? "" : "Upload-Offset: " + begin + "\r\n";
                sendHead(to, upload(), sender.header() + offset, SIZE - begin);
                sendBody(to, part);
            })) {
                assertThat(ends(http)).isTrue();
            }
            from = uploadOffset();
            assertThat(from).isEqualTo(end);
        }
        checkOffered(resumeFrom(from));
    }

    @Test
    void anUploadCutManyTimesIsResumedManyTimes() throws IOException {
        Random random = Campaign.random();
        sendUpTo(1).close();
        int at = 1;
        while (SIZE - at > 300_000) {
            int next = at + random.nextInt(300_000);
            try (HttpClient http = HttpClient.connect(chatd)) {
                sendHead(http, upload(), sender.header() + "Upload-Offset: " + at + "\r\n", SIZE - at);
                sendBody(http, Arrays.copyOfRange(content, at, next));
            }
            int from = at;
            await().until(() -> uploadOffset() >= from);
            at = uploadOffset();
        }
        // The last connection may still be delivering bytes.
        int last = at;
        await().until(() -> {
            int offset = uploadOffset();
            Response response = resumeFrom(offset);
            if (response.status() != 201) {
                assertThat(refusal(response))
                        .as("from %d, last %d", offset, last)
                        .isEqualTo("400 malformed");
                return false;
            }
            checkOffered(response);
            return true;
        });
    }

    @Test
    void resumingTakesOverFromAConnectionThatIsStillOpen() throws IOException {
        HttpClient old = sendUpTo(700_000);
        checkOffered(resumeFrom(700_000));
        assertThat(ends(old)).isTrue();
        receiver.socket().fence();
    }

    /**
     * Two connections resume an upload at the same moment, in chunks, so that neither announces a
     * length. Both once wrote to it at the same time, and the mixture was acknowledged.
     */
    @Test
    void ofTwoConnectionsThatResumeAtOnceOnlyOneWrites() throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < Campaign.times(20, 1_000); round++) {
                String query = upload("long.bin", SIZE) + round;
                try (HttpClient http = HttpClient.connect(chatd)) {
                    sendHead(http, query, sender.header(), SIZE);
                    sendBody(http, Arrays.copyOf(content, 1));
                    await().until(() -> uploadOffset(query) == 1);
                }
                CyclicBarrier together = new CyclicBarrier(2);
                List<Future<Optional<Response>>> both = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    both.add(pool.submit(() -> resumeInChunks(query, together)));
                }
                List<Response> answers = new ArrayList<>();
                for (Future<Optional<Response>> one : both) {
                    one.get().ifPresent(answers::add);
                }
                for (Response answer : answers) {
                    assertThat(answer.status()).as(answer.head()).isIn(201, 400, 503);
                }
                // Whatever became of these two, nothing is lost: the upload can be resumed, or is
                // complete.
                Response last = answers.stream()
                        .filter(answer -> answer.status() == 201)
                        .findFirst()
                        .orElseGet(() -> resume(query));
                assertThat(last.status()).as(last.head()).isEqualTo(201);
                checkOffered(last);
                receiver.socket().fence();
            }
        }
    }

    private int uploadOffset(String query) throws IOException {
        Response known = ask("HEAD", "/files?" + query, sender.header());
        String offset = known.header("upload-offset");
        return offset.isEmpty() ? -1 : Integer.parseInt(offset);
    }

    /** Resumes the upload, once the connections that wrote to it have released it. */
    private Response resume(String query) {
        Response[] last = new Response[1];
        await().until(() -> {
            int from = uploadOffset(query);
            last[0] = post(
                    query,
                    sender.header() + (from < 0 ? "" : "Upload-Offset: " + from + "\r\n"),
                    Arrays.copyOfRange(content, Math.max(0, from), SIZE));
            return last[0].status() == 201;
        });
        return last[0];
    }

    /** Sends all but the first byte in chunks; returns the answer, empty if the connection was cut. */
    private Optional<Response> resumeInChunks(String query, CyclicBarrier together) throws Exception {
        try (HttpClient http = HttpClient.connect(chatd)) {
            together.await();
            http.send(
                    "POST /files?%s HTTP/1.1\r\nHost: localhost:%d\r\nTransfer-Encoding: chunked\r\nUpload-Offset: 1\r\n%s\r\n"
                            .formatted(query, http.socket().getPort(), sender.header()));
            for (int at = 1; at < SIZE; at += 50_000) {
                byte[] some = Arrays.copyOfRange(content, at, Math.min(SIZE, at + 50_000));
                http.send(Integer.toHexString(some.length) + "\r\n");
                sendBody(http, some);
                http.send("\r\n");
            }
            http.send("0\r\n\r\n");
            return Optional.of(http.readResponse(false));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Returns whether the connection ends, whatever it says before. */
    private static boolean ends(HttpClient http) {
        try {
            while (!http.isAtEnd()) {
                // An answer.
            }
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            // Not cleanly.
        }
        return true;
    }

    @Test
    void withoutAnOffsetTheUploadStartsOver() throws IOException {
        HttpClient old = sendUpTo(700_000);
        Arrays.fill(content, 0, 700_000, (byte) 7);
        checkOffered(post(upload(), sender.header(), content));
        assertThat(ends(old)).isTrue();
    }

    @Test
    void aWrongOffsetIsRefusedAndTheRightOneGoesOn() throws IOException {
        sendUpTo(700_000).close();
        for (String wrong : List.of("0", "699999", "700001", "1500001", "-1", "x", "9223372036854775808", "")) {
            Response response = post(upload(), sender.header() + "Upload-Offset: " + wrong + "\r\n", new byte[10]);
            assertThat(refusal(response)).as("from '%s'", wrong).isEqualTo("400 malformed");
            assertThat(uploadOffset()).as("after '%s'", wrong).isEqualTo(700_000);
        }
        String twice = "Upload-Offset: 700000\r\nUpload-Offset: 700000\r\n";
        assertThat(post(upload(), sender.header() + twice, new byte[10]).status())
                .isEqualTo(400);
        assertThat(refusal(resumeFrom(700_000, upload("other.bin", SIZE)))).isEqualTo("400 malformed");
        assertThat(refusal(resumeFrom(700_000, upload("long.bin", SIZE + 1)))).isEqualTo("400 malformed");
        checkOffered(resumeFrom(700_000));
    }

    @Test
    void anothersUploadLooksMissing() throws IOException {
        sendUpTo(700_000).close();
        assertThat(status(receiver).status()).isEqualTo(404);
        assertThat(status(receiver).header("upload-offset")).isEmpty();
        assertThat(ask("HEAD", "/files?" + query("id", "unknown"), receiver.header())
                        .status())
                .isEqualTo(404);
        Response response = post(
                query("to", ann.name(), "name", "long.bin", "size", Integer.toString(SIZE), "id", id),
                receiver.header() + "Upload-Offset: 700000\r\n",
                Arrays.copyOfRange(content, 700_000, SIZE));
        assertThat(response.status()).isIn(400, 404);
        // The other may well use the same id.
        byte[] own = FileTestBase.noise(10);
        assertThat(post(query("to", ben.name(), "name", "own", "size", "10", "id", id), receiver.header(), own)
                        .status())
                .isEqualTo(201);
        receiver.socket().expect(FileTestBase.FILE);
        checkOffered(resumeFrom(700_000));
    }

    @Test
    void cutUploadsFreeTheirSlots() throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int round = 0; round < 10; round++) {
                List<HttpClient> cut = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    HttpClient http = connect();
                    String text = query("to", ben.name(), "name", "cut", "size", "1000", "id", id + round + i);
                    sendHead(http, text, sender.header(), 1000);
                    sendBody(http, new byte[10]);
                    cut.add(http);
                    await().until(() -> ask("HEAD", "/files?" + text, sender.header())
                            .header("upload-offset")
                            .equals("10"));
                }
                for (HttpClient http : cut) {
                    http.close();
                }
                List<Future<Response>> sent = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    String text = query("to", ben.name(), "name", "new", "size", "1", "id", id + "new" + round + i);
                    sent.add(pool.submit(() -> post(text, sender.header(), new byte[1])));
                }
                for (Future<Response> one : sent) {
                    assertThat(one.get().status()).as(one.get().head()).isEqualTo(201);
                }
            }
        }
    }

    @Test
    void anIdHasAMaximumLength() throws IOException {
        String fits = "x".repeat(64);
        String query = query("to", ben.name(), "name", "a", "size", "1", "id", fits);
        assertThat(post(query, sender.header(), new byte[1]).status()).isEqualTo(201);
        assertThat(refusal(post(query + "x", sender.header(), new byte[1]))).isEqualTo("400 malformed");
        assertThat(ask("HEAD", "/files?id=" + fits + "x", sender.header()).status())
                .isEqualTo(400);
        assertThat(ask("HEAD", "/files", sender.header()).status()).isIn(400, 404);
        assertThat(ask("HEAD", "/files?id=a&id=a", sender.header()).status()).isEqualTo(400);
    }

    @Test
    void uploadsInPiecesAndOverHttpShareIds() throws IOException {
        byte[] small = FileTestBase.noise(100);
        String query = query("to", ben.name(), "name", "small", "size", "100", "id", id);
        Response first = post(query, sender.header(), small);
        sender.socket().expect(FileTestBase.FILE);
        long upload = FileTestBase.beginUpload(
                sender.socket(), FileTestBase.start(FileTestBase.FILE, ben.name(), "small", small.length));
        FileTestBase.sendPieces(sender.socket(), FileTestBase.FILE, upload, small, 0, 100);
        sender.socket().send("{%s, 'id': '%s'}".formatted(FileTestBase.end(FileTestBase.FILE, upload), id));
        assertThat(sender.socket().expect(JsonType.DONE).path("info").path("mid"))
                .isEqualTo(json(first).path("mid"));
        receiver.socket().expect(FileTestBase.FILE);
        receiver.socket().fence();
    }
}
