package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.HttpClient.Response;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.WebSocketClient;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.TestTimeout;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP on the daemon's port: its pages, their headers, requests that are refused, and who may open a WebSocket. */
class HttpIT {
    private static final String STRICT = "default-src 'none'; script-src 'self'; style-src 'self'";

    @SuppressWarnings("NullAway.Init") // start() sets it
    private static Chatd chatd;

    private HttpClient http;

    @BeforeAll
    static void start() {
        chatd = LocalDaemon.start(
                "CHATD_HTTP_HSTS",
                "365d",
                "CHATD_HTTP_ORIGINS",
                "https://intranet.example.org",
                "CHATD_HTTP_PING",
                "1s",
                "CHATD_LIMITS_FIRST_PACKET",
                "2s");
    }

    @AfterAll
    static void stop() {
        chatd.close();
    }

    @BeforeEach
    void connect() throws IOException {
        http = HttpClient.connect(chatd);
    }

    @AfterEach
    void disconnect() throws IOException {
        http.close();
    }

    // Pages

    @Test
    void thePageNamesItsFilesByTheirContent() throws IOException {
        Response page = http.get("/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.header("cache-control")).isEqualTo("no-cache");
        String html = new String(page.body(), StandardCharsets.UTF_8);
        assertThat(html).contains("<noscript>", "chat-client");
        for (String end : List.of("css", "js")) {
            Matcher file = Pattern.compile("\"(/page\\.[0-9a-f]{16}\\.%s)\"".formatted(end))
                    .matcher(html);
            assertThat(file.find()).isTrue();
            Response response = http.get(file.group(1));
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.header("content-type"))
                    .isEqualTo(end.equals("css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8");
            assertThat(response.header("cache-control")).isEqualTo("public, max-age=31536000, immutable");
        }
    }

    @Test
    void pagesAreCompressedForClientsThatAcceptIt() throws IOException {
        Response plain = http.get("/");
        Response zipped = http.ask("GET", "/", "Accept-Encoding: deflate, gzip\r\n");
        assertThat(zipped.header("content-encoding")).isEqualTo("gzip");
        assertThat(zipped.body().length).isLessThan(plain.body().length);
        assertThat(new GZIPInputStream(new ByteArrayInputStream(zipped.body())).readAllBytes())
                .isEqualTo(plain.body());
        assertThat(zipped.header("etag")).isNotEqualTo(plain.header("etag"));
        assertThat(plain.header("vary")).isEqualTo("accept-encoding");
        Response shortest = http.ask("GET", "/", "Accept-Encoding: gzip, deflate, br\r\n");
        assertThat(shortest.header("content-encoding")).isEqualTo("br");
        assertThat(shortest.body().length).isLessThan(zipped.body().length);
        assertThat(shortest.header("etag")).isNotEqualTo(zipped.header("etag"));
    }

    @Test
    void aCachedPageIsNotSentAgain() throws IOException {
        String etag = http.get("/").header("etag");
        Response known = http.ask("GET", "/", "If-None-Match: \"other\", " + etag + "\r\n");
        assertThat(known.status()).isEqualTo(304);
        assertThat(known.body()).isEmpty();
        assertThat(known.header("etag")).isEqualTo(etag);
        assertThat(http.ask("GET", "/", "If-None-Match: \"other\"\r\n").status())
                .isEqualTo(200);
    }

    @Test
    void thePageHasTheNameAndThePictureOfTheOrganisation(@TempDir Path directory) throws IOException {
        byte[] picture = {(byte) 0x89, 'P', 'N', 'G', 1, 2, 3};
        Path logo = Files.write(directory.resolve("Crest.PNG"), picture);
        try (Chatd school = LocalDaemon.start(
                        "CHATD_HTTP_TITLE", "Smith & \"Sons\" <1>", "CHATD_HTTP_LOGO", logo.toString());
                HttpClient there = HttpClient.connect(school)) {
            String html = new String(there.get("/").body(), StandardCharsets.UTF_8);
            String title = "Smith &amp; &quot;Sons&quot; &lt;1&gt;";
            assertThat(html)
                    .contains(
                            "<title>" + title + "</title>",
                            "<meta name=\"application-name\" content=\"" + title + "\">")
                    .doesNotContain("/icon.");
            List<String> names = Pattern.compile("\"(/logo\\.[0-9a-f]{16}\\.png)\"")
                    .matcher(html)
                    .results()
                    .map(one -> one.group(1))
                    .toList();
            assertThat(names).hasSize(2).containsOnly(names.getFirst());
            Response answer = there.get(names.getFirst());
            assertThat(answer.body()).isEqualTo(picture);
            assertThat(answer.header("content-type")).isEqualTo("image/png");
            assertThat(answer.header("cache-control")).isEqualTo("public, max-age=31536000, immutable");
        }
    }

    @Test
    void aHeadHasNoBody() throws IOException {
        Response head = http.ask("HEAD", "/", "");
        assertThat(head.status()).isEqualTo(200);
        assertThat(Integer.parseInt(head.header("content-length")))
                .isEqualTo(http.get("/").body().length);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /?x=1, 200",
        "GET, /index.html, 404",
        "GET, /../etc/passwd, 404",
        "GET, //, 404",
        "POST, /, 405",
        "DELETE, /, 405",
        "OPTIONS, *, 404",
        "GET, /ws, 426"
    })
    void otherRequestsAreAnswered(String method, String path, int status) throws IOException {
        Response response = http.ask(method, path, "");
        assertThat(response.status()).isEqualTo(status);
        if (status == 405) {
            assertThat(response.header("allow")).isEqualTo("GET, HEAD");
        }
        // The connection is still usable.
        assertThat(http.get("/").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/nothing", "/ws"})
    void everyAnswerHasTheStrictHeaders(String path) throws IOException {
        Response response = http.get(path);
        assertThat(response.header("content-security-policy")).startsWith(STRICT);
        assertThat(response.header("content-security-policy")).doesNotContain("unsafe");
        assertThat(response.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(response.header("x-frame-options")).isEqualTo("DENY");
        assertThat(response.header("referrer-policy")).isEqualTo("no-referrer");
        assertThat(response.header("cross-origin-opener-policy")).isEqualTo("same-origin");
        assertThat(response.header("cross-origin-resource-policy")).isEqualTo("same-origin");
        assertThat(response.header("server")).isEmpty();
        assertThat(response.header("set-cookie")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "chat.example.org, true",
        "chat.example.org:7443, true",
        "localhost:7443, false",
        "127.0.0.1, false",
        "[::1]:7443, false",
        "a.localhost, false"
    })
    void browsersAreToldToUseOnlyTls(String host, boolean hsts) throws IOException {
        http.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        assertThat(http.readResponse(false).header("strict-transport-security"))
                .isEqualTo(hsts ? "max-age=31536000" : "");
    }

    @Test
    void anOldClientIsServedOnce() throws IOException {
        http.send("GET / HTTP/1.0\r\n\r\n");
        assertThat(http.readResponse(false).status()).isEqualTo(200);
        assertThat(http.isAtEnd()).isTrue();
    }

    @Test
    void aClientThatWantsItIsServedOnce() throws IOException {
        assertThat(http.ask("GET", "/", "Connection: close\r\n").header("connection"))
                .isEqualTo("close");
        assertThat(http.isAtEnd()).isTrue();
    }

    // Requests that are refused

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
                "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n X: folded\r\nY\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET /\r\n\r\n",
                "hello\r\n\r\n"
            })
    void ambiguousRequestsAreRefused(String request) throws IOException {
        // What follows must not be taken for a request of its own.
        http.send(request + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(http.readResponse(false).status()).isEqualTo(400);
        assertThat(http.isAtEnd()).isTrue();
    }

    @Test
    void longLinesAndManyHeadersAreRefused() throws IOException {
        http.send("GET /" + "x".repeat(4_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(http.readResponse(false).status()).isEqualTo(414);
        assertThat(http.isAtEnd()).isTrue();
        try (HttpClient other = HttpClient.connect(chatd)) {
            other.send("GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(3_000) + "\r\n");
            assertThat(other.readResponse(false).status()).isEqualTo(431);
            assertThat(other.isAtEnd()).isTrue();
        }
    }

    /**
     * Answers are not made while nobody reads them: once the socket is full, a further request is
     * one too many.
     */
    @Test
    void requestsAreNotAnsweredFasterThanAnswersAreRead() throws IOException {
        int limit = 50_000;
        try {
            for (int i = 0; i < limit / 500; i++) {
                http.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(500));
            }
        } catch (IOException e) {
            // The daemon has closed the connection.
        }
        int answers = 0;
        try {
            while (http.readResponse(false).status() == 200) {
                answers++;
            }
        } catch (IOException e) {
            // The end.
        }
        assertThat(answers).isBetween(1, limit - 1);
    }

    @Test
    void aSlowRequestTimesOut() throws IOException {
        http.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
        assertThat(http.isAtEnd()).isTrue();
    }

    @Test
    void httpWithoutAlpnIsAnsweredWithAnExplanation() throws IOException {
        SSLSocket socket = chatd.tls().connect(chatd.host(), chatd.port());
        try (HttpClient withoutAlpn = new HttpClient(socket)) {
            Response response = withoutAlpn.get("/");
            assertThat(response.status()).isEqualTo(400);
            assertThat(new String(response.body(), StandardCharsets.US_ASCII)).contains("http/1.1 by ALPN");
            assertThat(withoutAlpn.isAtEnd()).isTrue();
        }
    }

    @Test
    void plainHttpIsAnsweredWithAnExplanation() throws IOException {
        try (var plain = new Socket(InetAddress.getLoopbackAddress(), chatd.port())) {
            plain.setSoTimeout(TestTimeout.MILLIS);
            plain.getOutputStream().write(Wire.utf8("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
            assertThat(new String(plain.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("https://");
        }
    }

    // WebSockets

    private Response askForWebSocket(String... replacing) throws IOException {
        String request = WebSocketClient.request(http.socket());
        for (int i = 0; i < replacing.length; i += 2) {
            request = request.replace(replacing[i], replacing[i + 1]);
        }
        http.send(request + "\r\n");
        return http.readResponse(false);
    }

    @ParameterizedTest
    @CsvSource({
        "null, 403",
        "http://localhost:PORT, 403",
        "https://localhost, 403",
        "https://evil.example.org, 403",
        "https://localhost:PORT.evil.example.org, 403",
        "https://intranet.example.org.evil, 403",
        "https://localhost:PORT, 101",
        "https://LOCALHOST:PORT, 101",
        "https://intranet.example.org, 101"
    })
    void onlyOurOriginAndAllowedOnesAreAccepted(String origin, int status) throws IOException {
        Response response = askForWebSocket(
                "Upgrade: websocket\r\n",
                "Upgrade: websocket\r\nOrigin: %s\r\n"
                        .formatted(origin.replace("PORT", Integer.toString(chatd.port()))));
        assertThat(response.status()).isEqualTo(status);
    }

    @Test
    void aForeignOriginIsLogged() throws Exception {
        askForWebSocket("Upgrade: websocket\r\n", "Upgrade: websocket\r\nOrigin: https://evil.example.org\r\n");
        assertThat(http.isAtEnd()).isTrue();
        chatd.admin("", "log", "publish").exits(0);
        assertThat(Files.readString(chatd.auditLog().resolve("audit.xml")))
                .contains("a WebSocket request of another origin")
                .doesNotContain("evil");
    }

    @ParameterizedTest
    @CsvSource({
        "Upgrade: websocket, Upgrade: h2c, 426",
        "Connection: Upgrade, Connection: keep-alive, 426",
        "Sec-WebSocket-Version: 13, Sec-WebSocket-Version: 8, 426",
        "Protocol: chat-json, Protocol: chat, 400",
        "Key: dGhl, Key: dGhlZGhl, 400",
        "GET, POST, 400"
    })
    void invalidWebSocketRequestsAreRefused(String part, String other, int status) throws IOException {
        Response response = askForWebSocket(part, other);
        assertThat(response.status()).isEqualTo(status);
        if (status == 426) {
            assertThat(response.header("sec-websocket-version")).isEqualTo("13");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "permessage-deflate | true",
                "permessage-deflate; client_max_window_bits | true",
                "permessage-deflate; client_max_window_bits=10; server_no_context_takeover | true",
                "permessage-deflate; server_max_window_bits=10 | false",
                "permessage-deflate; client_max_window_bits=99 | false",
                "permessage-deflate; server_no_context_takeover=1 | false",
                "permessage-deflate; client_max_window_bits=10; client_max_window_bits=11 | false",
                "permessage-deflate; client_no_context_takeover; client_no_context_takeover, permessage-deflate | true",
                "permessage-deflate; server_max_window_bits=10, permessage-deflate | true",
                "; | false",
                "; a=b, permessage-deflate | true",
                "x-webkit-deflate-frame | false"
            })
    void compressionIsWithoutContextTakeover(String offer, boolean agreed) throws IOException {
        Response response = askForWebSocket(
                "Upgrade: websocket\r\n", "Upgrade: websocket\r\nSec-WebSocket-Extensions: " + offer + "\r\n");
        assertThat(response.header("sec-websocket-extensions"))
                .isEqualTo(agreed ? "permessage-deflate; server_no_context_takeover; client_no_context_takeover" : "");
    }

    /** Frames that arrive with the request are not lost. */
    @Test
    void framesSentWithTheRequestAreAnswered() throws IOException {
        SSLSocket socket = http.socket();
        byte[] frame = {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, '{', '}'};
        byte[] request = Wire.utf8(WebSocketClient.request(socket) + "\r\n");
        byte[] both = java.util.Arrays.copyOf(request, request.length + frame.length);
        System.arraycopy(frame, 0, both, request.length, frame.length);
        socket.getOutputStream().write(both);
        var in = new DataInputStream(socket.getInputStream());
        assertThat(HttpClient.readHead(in)).startsWith("HTTP/1.1 101");
        assertThat(in.read()).isEqualTo(0x81);
        byte[] answer = new byte[in.read()];
        in.readFully(answer);
        assertThat(new String(answer, StandardCharsets.UTF_8)).contains("malformed");
    }

    @Test
    void aSilentClientIsPingedAndThenDisconnected() throws IOException {
        try (WebSocketClient socket = WebSocketClient.open(http.socket(), false)) {
            WebSocketClient.Received ping = socket.next();
            assertThat(ping).isNotNull();
            assertThat(ping.kind()).isEqualTo(WebSocketClient.PING);
            socket.send(WebSocketClient.FINAL | WebSocketClient.PONG, ping.payload());
            WebSocketClient.Received again = socket.next();
            assertThat(again).isNotNull();
            assertThat(again.kind()).isEqualTo(WebSocketClient.PING);
            assertThatThrownBy(() -> {
                        if (socket.next() == null) {
                            throw new IOException("the end");
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    /** The JDK's own client is another implementation of HTTP and WebSockets. */
    @Test
    void theJdksClientIsServed() throws Exception {
        try (var client = java.net.http.HttpClient.newBuilder()
                .sslContext(chatd.tls().context())
                .version(Version.HTTP_2)
                .build()) {
            String authority = chatd.host() + ':' + chatd.port();
            HttpResponse<String> page = client.send(
                    HttpRequest.newBuilder(java.net.URI.create("https://" + authority + "/"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.version()).isEqualTo(Version.HTTP_1_1);
            var received = new CompletableFuture<String>();
            var closed = new CompletableFuture<Integer>();
            WebSocket socket = client.newWebSocketBuilder()
                    .subprotocols("chat-json")
                    .buildAsync(java.net.URI.create("wss://" + authority + "/ws"), new WebSocket.Listener() {
                        @Override
                        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                            received.complete(data.toString());
                            from.request(1);
                            return null;
                        }

                        @Override
                        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
                            closed.complete(code);
                            return null;
                        }
                    })
                    .get(TestTimeout.MILLIS, TimeUnit.MILLISECONDS);
            socket.sendText("{\"type\": 19, ", false).get(TestTimeout.MILLIS, TimeUnit.MILLISECONDS);
            socket.sendText("\"info\": {\"limit\": 1}}", true).get(TestTimeout.MILLIS, TimeUnit.MILLISECONDS);
            assertThat(received.get(TestTimeout.MILLIS, TimeUnit.MILLISECONDS)).contains("not-logged-in");
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "done").get(TestTimeout.MILLIS, TimeUnit.MILLISECONDS);
            assertThat(closed.get(TestTimeout.MILLIS, TimeUnit.MILLISECONDS)).isEqualTo(WebSocket.NORMAL_CLOSURE);
        }
    }
}
