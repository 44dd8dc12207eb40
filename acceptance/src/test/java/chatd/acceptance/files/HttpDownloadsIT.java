package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.HttpClient.Response;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.Campaign;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files fetched over HTTP ({@code chat-json-1.md}, "Files over HTTP"): whole, in part, and how they are shown. */
class HttpDownloadsIT extends HttpTestBase {
    private static final int SIZE = 100_000;

    private final Bearer sender = logIn(ann, "");
    private final Bearer receiver = logIn(ben, "");
    private final byte[] content = FileTestBase.noise(SIZE);

    HttpDownloadsIT(Chatd chatd) {
        super(chatd);
    }

    private String sent(String name, byte[] bytes) throws IOException {
        return "/files/" + sendFile(sender, ben.name(), name, bytes);
    }

    private static String etag(byte[] bytes) {
        return '"' + FileTestBase.sha256(bytes) + '"';
    }

    private Response get(String path, String... headers) throws IOException {
        return ask("GET", path, receiver.header() + String.join("", headers));
    }

    @Test
    void senderAndReceiverFetchWhatWasSent() throws IOException {
        for (int size : List.of(0, 1, 65_536, 1_048_577)) {
            byte[] bytes = FileTestBase.noise(size);
            String path = sent("of " + size, bytes);
            for (Bearer by : List.of(sender, receiver)) {
                Response whole = ask("GET", path, by.header());
                assertThat(whole.status()).isEqualTo(200);
                assertThat(whole.body()).isEqualTo(bytes);
                assertThat(whole.header("content-length")).isEqualTo(Integer.toString(size));
                assertThat(whole.header("etag")).isEqualTo(etag(bytes));
                assertThat(whole.header("accept-ranges")).isEqualTo("bytes");
                Response head = ask("HEAD", path, by.header());
                assertThat(head.status()).isEqualTo(200);
                assertThat(head.header("content-length")).isEqualTo(Integer.toString(size));
                assertThat(head.header("etag")).isEqualTo(etag(bytes));
                assertThat(head.header("content-type")).isEqualTo(whole.header("content-type"));
            }
        }
    }

    // Ranges

    @ParameterizedTest
    @CsvSource({
        "0-0, 0, 0",
        "0-99999, 0, 99999",
        "0-, 0, 99999",
        "99999-, 99999, 99999",
        "99999-99999, 99999, 99999",
        "65535-65536, 65535, 65536",
        "12345-70000, 12345, 70000",
        "99990-200000, 99990, 99999",
        "5-9223372036854775807, 5, 99999",
        "-1, 99999, 99999",
        "-70000, 30000, 99999",
        "-100000, 0, 99999",
        "-100001, 0, 99999"
    })
    void onlyTheRequestedRangeIsSent(String range, int first, int last) throws IOException {
        String path = sent("ranges", content);
        Response part = get(path, "Range: bytes=" + range + "\r\n");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.header("content-range")).isEqualTo("bytes %d-%d/100000".formatted(first, last));
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(content, first, last + 1));
        assertThat(part.header("etag")).isEqualTo(etag(content));
    }

    @ParameterizedTest
    @ValueSource(strings = {"100000-", "100000-100001", "9223372036854775807-", "-0"})
    void aRangeBeyondTheEndIsNotSatisfiable(String range) throws IOException {
        Response none = get(sent("ranges", content), "Range: bytes=" + range + "\r\n");
        assertThat(none.status()).isEqualTo(416);
        assertThat(none.header("content-range")).isEqualTo("bytes */100000");
    }

    /**
     * As RFC 9110 says of invalid ranges and unknown units; several ranges may be answered with the
     * whole file, too.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=x",
                "bytes=5-2",
                "bytes=",
                "bytes=-",
                "bytes",
                "lines=0-1",
                "bytes=0-1,5-6",
                "bytes=+1-2",
                "bytes=0-1x",
                "bytes=1.5-2"
            })
    void invalidRangesAreIgnored(String range) throws IOException {
        Response whole = get(sent("ranges", content), "Range: " + range + "\r\n");
        assertThat(whole.status()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(content);
    }

    @Test
    void anEmptyFileHasNoRange() throws IOException {
        String path = sent("empty", new byte[0]);
        assertThat(get(path, "Range: bytes=0-\r\n").status()).isEqualTo(416);
        assertThat(get(path, "Range: bytes=0-0\r\n").header("content-range")).isEqualTo("bytes */0");
    }

    @Test
    void randomRangesHaveTheRightBytes() throws IOException {
        Random random = Campaign.random();
        String path = sent("ranges", content);
        HttpClient http = connect();
        for (int i = 0; i < Campaign.times(50, 2_000); i++) {
            int first = random.nextInt(SIZE);
            int last = first + random.nextInt(SIZE - first);
            Response part = http.ask("GET", path, receiver.header() + "Range: bytes=%d-%d\r\n".formatted(first, last));
            assertThat(part.status()).isEqualTo(206);
            assertThat(part.body()).isEqualTo(Arrays.copyOfRange(content, first, last + 1));
        }
    }

    @Test
    void ifRangeSendsTheRangeOrElseTheWholeFile() throws IOException {
        String path = sent("ranges", content);
        String range = "Range: bytes=5-9\r\n";
        assertThat(get(path, range, "If-Range: " + etag(content) + "\r\n").status())
                .isEqualTo(206);
        for (String other : List.of(
                "\"other\"", "W/" + etag(content), "Wed, 25 Nov 2026 10:00:00 GMT", FileTestBase.sha256(content))) {
            Response whole = get(path, range, "If-Range: " + other + "\r\n");
            assertThat(whole.status()).as(other).isEqualTo(200);
            assertThat(whole.body()).isEqualTo(content);
        }
        // Without a range there is nothing to compare.
        assertThat(get(path, "If-Range: \"other\"\r\n").status()).isEqualTo(200);
    }

    @Test
    void ifNoneMatchKeepsAKnownFileFromBeingSentAgain() throws IOException {
        String path = sent("known", content);
        for (String known : List.of(
                etag(content), "W/" + etag(content), "\"other\", " + etag(content), "*", "\"a,b\"," + etag(content))) {
            try (HttpClient http = HttpClient.connect(chatd)) {
                http.send("GET %s HTTP/1.1\r\nHost: a\r\n%sIf-None-Match: %s\r\n\r\n"
                        .formatted(path, receiver.header(), known));
                Response response = http.readResponse(true);
                assertThat(response.status()).as(known).isEqualTo(304);
                assertThat(response.header("etag")).isEqualTo(etag(content));
                // Nothing of the content follows.
                assertThat(http.ask("GET", path, receiver.header() + "Range: bytes=0-4\r\n")
                                .status())
                        .isEqualTo(206);
            }
        }
        for (String unknown : List.of("\"other\"", "\"\"", FileTestBase.sha256(content), "x")) {
            assertThat(get(path, "If-None-Match: " + unknown + "\r\n").status())
                    .as(unknown)
                    .isEqualTo(200);
        }
        // A known tag reveals nothing about a file that one may not read.
        assertThat(ask("GET", path, logIn(chatd.person(), "").header() + "If-None-Match: " + etag(content) + "\r\n")
                        .status())
                .isEqualTo(404);
    }

    // Connections

    @Test
    void manyFilesAreFetchedOneAfterAnotherOnOneConnection() throws IOException {
        HttpClient http = connect();
        String first = sent("first", content);
        byte[] other = FileTestBase.noise(70_000);
        String second = sent("second", other);
        for (int i = 0; i < 3; i++) {
            assertThat(http.ask("GET", first, receiver.header()).body()).isEqualTo(content);
            assertThat(http.ask("HEAD", second, receiver.header()).status()).isEqualTo(200);
            assertThat(http.ask("GET", "/files/999999999", receiver.header()).status())
                    .isEqualTo(404);
        }
        String request = "GET %s HTTP/1.1\r\nHost: a\r\n" + receiver.header() + "\r\n";
        http.send(request.formatted(first)
                + request.formatted(second)
                + request.formatted("/files/999999999")
                + request.formatted(second));
        assertThat(http.readResponse(false).body()).isEqualTo(content);
        assertThat(http.isAtEnd())
                .as("what did not wait for the answer is not served")
                .isTrue();
        HttpClient last = connect();
        assertThat(last.ask("GET", first, receiver.header() + "Connection: close\r\n")
                        .body())
                .isEqualTo(content);
        assertThat(last.isAtEnd()).isTrue();
    }

    @Test
    void aDownloadEndsWhenItsTokenDoes() throws IOException {
        byte[] large = FileTestBase.noise(16 << 20);
        String path = sent("large", large);
        HttpClient http = connect();
        http.socket().setReceiveBufferSize(65_536);
        http.send("GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n".formatted(path, receiver.header()));
        assertThat(http.readResponse(true).status()).isEqualTo(200);
        logOut(receiver);
        long received = 0;
        try {
            byte[] buffer = new byte[65_536];
            for (int n = 0; n >= 0; n = http.socket().getInputStream().read(buffer)) {
                received += n;
            }
        } catch (java.net.SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            // Not a clean end, which would be the end of the file.
        }
        assertThat(received).isLessThan(large.length);
    }

    @Test
    void fetchingInPartsIsLoggedOnce() throws IOException {
        String path = sent("logged", content);
        HttpClient http = connect();
        for (int i = 0; i < 30; i++) {
            assertThat(http.ask("GET", path, receiver.header() + "Range: bytes=%d-\r\n".formatted(i * 3_000))
                            .status())
                    .isEqualTo(206);
        }
        await().untilAsserted(() -> assertThat(fetches()).isEqualTo(1));
        http.ask("HEAD", path, receiver.header());
        http.close();
        logOut(receiver);
        assertThat(fetches()).isEqualTo(1);
    }

    private long fetches() {
        return chatd.admin("", "log", "query", "--type", "fetch", "--user", ben.name(), "-o", "xml")
                .exits(0)
                .out()
                .lines()
                .filter(line -> line.contains("<event "))
                .count();
    }

    // How it is shown

    @Test
    void inlineDisplayIsDecidedByContent() throws IOException {
        for (String format : List.of("png", "gif", "jpeg")) {
            Response picture = get(sent("letter.html", Pictures.encoded(format)));
            assertThat(picture.header("content-type")).isEqualTo("image/" + format);
            assertThat(picture.header("content-disposition")).doesNotStartWith("attachment");
            checkPolicy(picture);
        }
        Response webP = get(sent("letter.txt", Pictures.webPWithMetadata()));
        assertThat(webP.header("content-type")).isEqualTo("image/webp");
        byte[] sound = Wire.join(
                Wire.utf8("RIFF$\0\0\0WAVEfmt \u0010\0\0\0\1\0\1\0D\0\0\0D\0\0\0\1\0\u0008\0data\0\0\0\0"),
                new byte[0]);
        assertThat(get(sent("s.exe", sound)).header("content-type")).startsWith("audio/");
        byte[] film = Wire.join(Wire.utf8("\0\0\0\u0018ftypisom\0\0\2\0isommp42"), new byte[100]);
        assertThat(get(sent("f.exe", film)).header("content-type")).startsWith("video/");
    }

    private static void checkPolicy(Response response) {
        assertThat(response.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(response.header("content-security-policy")).contains("sandbox");
        assertThat(response.header("content-security-policy")).doesNotContain("allow-scripts");
        assertThat(response.header("cross-origin-resource-policy")).isEqualTo("same-origin");
        assertThat(response.header("cache-control")).doesNotContain("public");
    }

    @Test
    void everythingElseIsAnAttachment() throws IOException {
        for (String active : List.of(
                "<!doctype html><script>alert(1)</script>",
                "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
                "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
                "%PDF-1.7\n",
                "GIF<script>alert(1)</script>",
                "plain text",
                "")) {
            for (String name : List.of("a.png", "a.html", "a.svg", "a.pdf")) {
                Response response = get(sent(name, Wire.utf8(active)));
                assertThat(response.header("content-type")).as(active).isEqualTo(FileTestBase.SAVED);
                assertThat(response.header("content-disposition")).as(active).startsWith("attachment");
                checkPolicy(response);
            }
        }
    }

    @Test
    void namesAreQuotedAndEncoded() throws IOException {
        byte[] bytes = FileTestBase.noise(1);
        String plain = get(sent("plan.pdf", bytes)).header("content-disposition");
        assertThat(plain).startsWith("attachment").contains("plan.pdf");
        for (String name :
                List.of("王芳 é🙂.pdf", "a\"; filename=\"b.exe", "a%22.pdf", "a;b=c.pdf", "it's.pdf", "a,b.pdf")) {
            Response response = get(sent(name, bytes));
            String disposition = response.header("content-disposition");
            assertThat(disposition).as(name).startsWith("attachment");
            assertThat(disposition.getBytes(StandardCharsets.ISO_8859_1).length)
                    .as("ASCII alone")
                    .isEqualTo(disposition.getBytes(StandardCharsets.UTF_8).length);
            assertThat(extended(disposition)).as(disposition).isEqualTo(name);
            assertThat(response.head().lines().filter(line -> line.contains("exe")))
                    .hasSizeLessThan(2);
        }
    }

    /** Returns the name that a browser uses: that of RFC 8187, or else the plain one. */
    private static String extended(String disposition) {
        String mark = "filename*=UTF-8''";
        int at = disposition.indexOf(mark);
        if (at < 0) {
            return disposition.replaceAll(".*filename=\"?([^\"]*)\"?.*", "$1");
        }
        String encoded = disposition.substring(at + mark.length());
        assertThat(encoded).doesNotContain(";", "\"", "'", " ", ",");
        return java.net.URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
