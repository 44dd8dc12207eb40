package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.HttpClient.Response;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.SharedChatd;
import java.io.IOException;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The base of tests of files over HTTP, in which two people talk. */
@ExtendWith(SharedChatd.class)
public abstract class HttpTestBase {
    public final Chatd chatd;
    public final Chatd.Person ann;
    public final Chatd.Person ben;
    private final List<AutoCloseable> open = new ArrayList<>();

    public HttpTestBase(Chatd chatd) {
        this.chatd = chatd;
        this.ann = chatd.person();
        this.ben = chatd.person();
    }

    /** A session, and its token for HTTP requests. */
    public record Bearer(JsonSocket socket, String token) {
        String header() {
            return "Authorization: Bearer " + token + "\r\n";
        }
    }

    @AfterEach
    final void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    protected final Bearer logIn(Chatd.Person person, String device) {
        return logIn(chatd, person, device);
    }

    protected final Bearer logIn(Chatd to, Chatd.Person person, String device) {
        JsonSocket socket = JsonCarrier.LINES.connect(to);
        open.add(socket);
        return new Bearer(
                socket,
                socket.logIn(person.name(), person.password(), device)
                        .path("token")
                        .asString());
    }

    /** Connects; the connection is closed after the test. */
    protected final HttpClient connect() throws IOException {
        HttpClient http = HttpClient.connect(chatd);
        open.add(http);
        return http;
    }

    /** Makes a query of {@code key, value, …}. */
    public static String query(String... pairs) {
        var query = new StringJoiner("&");
        for (int i = 0; i < pairs.length; i += 2) {
            query.add(pairs[i]
                    + '='
                    + URLEncoder.encode(pairs[i + 1], StandardCharsets.UTF_8).replace("+", "%20"));
        }
        return query.toString();
    }

    /** Sends the head of a request whose body is still to be sent. */
    static void sendHead(HttpClient http, String query, String headers, long length) throws IOException {
        http.send("POST /files?%s HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: %d\r\n%s\r\n"
                .formatted(query, http.socket().getPort(), length, headers));
    }

    static void sendBody(HttpClient http, byte[] body) throws IOException {
        http.socket().getOutputStream().write(body);
        http.socket().getOutputStream().flush();
    }

    public static Response post(HttpClient http, String query, String headers, byte[] body) throws IOException {
        sendHead(http, query, headers, body.length);
        sendBody(http, body);
        return http.readResponse(false);
    }

    /** Sends a file to alice on a connection of its own. */
    public static Response post(Chatd to, Bearer by, String name, byte[] content) throws IOException {
        try (HttpClient http = HttpClient.connect(to)) {
            String query = query("to", "alice", "name", name, "size", Integer.toString(content.length));
            return post(http, query, by.header(), content);
        }
    }

    /** Posts on a connection of its own. */
    public final Response post(String query, String headers, byte[] body) throws IOException {
        try (HttpClient http = HttpClient.connect(chatd)) {
            return post(http, query, headers, body);
        }
    }

    /** Logs out, and waits until that has happened; what came before is discarded. */
    static void logOut(Bearer one) {
        FileTestBase.logOut(one.socket());
    }

    /** Asks on a connection of its own. */
    final Response ask(String method, String path, String headers) throws IOException {
        try (HttpClient http = HttpClient.connect(chatd)) {
            return http.ask(method, path, headers);
        }
    }

    /** What is sent on a connection. */
    interface Sending {
        void on(HttpClient http) throws IOException;
    }

    /**
     * Sends something on a connection of its own, which is then half-closed in TCP: after a TLS
     * close_notify, nothing would be answered.
     */
    final HttpClient sendAndHalfClose(Sending sending) throws IOException {
        var plain = new Socket(chatd.host(), chatd.port());
        var http = new HttpClient(chatd.tls().connectOver(plain, chatd.host(), "http/1.1"));
        open.add(http);
        sending.on(http);
        plain.shutdownOutput();
        return http;
    }

    public static JsonNode json(Response response) {
        return JsonMapper.shared().readTree(response.body());
    }

    /** Returns the status and the code of a refusal. */
    static String refusal(Response response) {
        return response.status() + " " + json(response).path("code").asString("");
    }

    /** Sends a file, and returns its number. */
    protected final long sendFile(Bearer by, String to, String name, byte[] content) throws IOException {
        Response response =
                post(query("to", to, "name", name, "size", Integer.toString(content.length)), by.header(), content);
        assertThat(response.status())
                .as("%s %s", response.head(), new String(response.body(), StandardCharsets.UTF_8))
                .isEqualTo(201);
        return json(response).path("file").asLong();
    }

    static String chunked(byte[] part) {
        return Integer.toHexString(part.length) + "\r\n" + new String(part, StandardCharsets.ISO_8859_1) + "\r\n";
    }
}
