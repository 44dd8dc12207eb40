package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.groups.GroupTestBase;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.HttpClient.Response;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Who may send and fetch files over HTTP: tokens, cookies, and what one may not read. */
class HttpFilesIT extends HttpTestBase {
    private final Bearer sender = logIn(ann, "laptop");
    private final byte[] content = FileTestBase.noise(1_000);
    private final String path;

    HttpFilesIT(Chatd chatd) throws IOException {
        super(chatd);
        path = "/files/" + sendFile(sender, ben.name(), "private.bin", content);
    }

    /** Makes one request of each kind; returns the status of each. */
    private Map<String, Integer> statuses(String headers) throws IOException {
        Map<String, Integer> statuses = new TreeMap<>();
        for (String request : List.of("GET " + path, "HEAD " + path, "HEAD /files?id=x")) {
            String[] parts = request.split(" ", 2);
            statuses.put(
                    request.replace(path, "/files/N"),
                    ask(parts[0], parts[1], headers).status());
        }
        String query = query("to", ann.name(), "name", "a", "size", "1");
        statuses.put("POST /files", post(query, headers, new byte[1]).status());
        statuses.put("POST /session", startSession(headers).status());
        return statuses;
    }

    private Response startSession(String headers) throws IOException {
        return ask("POST", "/session", "Content-Length: 0\r\n" + headers);
    }

    private void checkUnauthorized(String headers) throws IOException {
        assertThat(statuses(headers))
                .as(headers)
                .allSatisfy((_, status) -> assertThat(status).isEqualTo(401));
        assertThat(refusal(ask("GET", path, headers))).isEqualTo("401 not-logged-in");
    }

    private void awaitUnauthorized(String headers) {
        await().untilAsserted(() -> checkUnauthorized(headers));
    }

    // Tokens

    @Test
    void aTokenMayDoEverything() throws IOException {
        assertThat(statuses(sender.header()))
                .isEqualTo(Map.of(
                        "GET /files/N",
                        200,
                        "HEAD /files/N",
                        200,
                        "HEAD /files?id=x",
                        404,
                        "POST /files",
                        201,
                        "POST /session",
                        204));
        assertThat(ask("GET", path, "aUTHORIZATION: bearer " + sender.token() + "\r\n")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void invalidTokensMayDoNothing() throws IOException {
        checkUnauthorized("");
        for (String value : List.of(
                "Bearer",
                "Bearer ",
                "Bearer x",
                "Bearer " + "x".repeat(1_000),
                "Bearer " + sender.token() + "x",
                "Bearer " + sender.token().substring(1),
                "Bearer " + sender.token().toUpperCase(java.util.Locale.ROOT).toLowerCase(java.util.Locale.ROOT),
                "Basic " + sender.token(),
                sender.token(),
                "Bearer \u00e9\u738b",
                "Bearer " + ann.password())) {
            checkUnauthorized("Authorization: " + value + "\r\n");
        }
        // Nor is a token accepted in a URL, where it would be logged.
        assertThat(ask("GET", path + "?token=" + sender.token(), "").status()).isIn(401, 404);
        assertThat(ask("GET", path, "Authorization: Bearer x\r\n" + sender.header())
                        .status())
                .isIn(400, 401);
    }

    /** A client may use its token as soon as it has read it. */
    @Test
    void aTokenIsValidAsSoonAsItsClientHasIt() throws IOException {
        try (HttpClient http = HttpClient.connect(chatd)) {
            for (int i = 0; i < 60; i++) {
                try (JsonSocket socket = JsonCarrier.LINES.connect(chatd)) {
                    String token = socket.logIn(ben.name(), ben.password(), "")
                            .path("token")
                            .asString();
                    assertThat(http.ask("GET", path, "Authorization: Bearer " + token + "\r\n")
                                    .status())
                            .as("log in %d", i)
                            .isEqualTo(200);
                }
            }
        }
    }

    /** A client that half-closes after its request still waits for the answer. */
    @Test
    void aHalfClosedConnectionIsStillAnswered() throws IOException {
        byte[] large = FileTestBase.noise(1_000_000);
        String largePath = "/files/" + sendFile(sender, ben.name(), "large.bin", large);
        String upload = "/files?" + query("to", ben.name(), "name", "last.bin", "size", "1000");
        for (int i = 0; i < 30; i++) {
            assertThat(askLast("GET", path, "", new byte[0]).body()).isEqualTo(content);
            assertThat(askLast("GET", "/files", "", new byte[0]).status()).isEqualTo(405);
            assertThat(askLast("POST", upload, "Content-Length: 1000\r\n", content)
                            .status())
                    .isEqualTo(201);
        }
        assertThat(askLast("GET", largePath, "", new byte[0]).body()).isEqualTo(large);
    }

    /** Sends a request, half-closes, and returns the answer, after which the daemon closes. */
    private Response askLast(String method, String target, String headers, byte[] body) throws IOException {
        try (HttpClient http = sendAndHalfClose(to -> {
            to.send("%s %s HTTP/1.1\r\nHost: localhost\r\n%s%s\r\n"
                    .formatted(method, target, headers, sender.header()));
            sendBody(to, body);
        })) {
            Response response = http.readResponse(false);
            assertThat(http.isAtEnd()).isTrue();
            return response;
        }
    }

    /** A token lives on for a while when its connection is lost. */
    @Test
    void aTokenOutlivesItsConnection() throws IOException {
        JsonSocket other = logIn(ben, "").socket();
        sender.socket().close();
        other.expectPresence(JsonType.OFFLINE, sender.socket().user());
        assertThat(ask("GET", path, sender.header()).body()).isEqualTo(content);
        sendFile(sender, ben.name(), "still", content);
        other.expect(FileTestBase.FILE);
    }

    @Test
    void aTokenEndsAtLogout() throws IOException {
        logOut(sender);
        checkUnauthorized(sender.header());
    }

    @Test
    void aPasswordChangeEndsAllTokensButThatOfTheSessionThatMadeIt() throws IOException {
        Bearer phone = logIn(ann, "phone");
        phone.socket()
                .send("{'type': 11, 'info': {'PU': 0, 'NewInf': 'another-one-9', 'OldPwd': '%s'}}"
                        .formatted(ann.password()));
        assertThat(phone.socket()
                        .skipTo(JsonType.CHANGED)
                        .path("info")
                        .path("success")
                        .asBoolean())
                .isTrue();
        awaitUnauthorized(sender.header());
        assertThat(ask("GET", path, phone.header()).status()).isEqualTo(200);
    }

    @Test
    void aTokenEndsWithItsSession() throws IOException {
        Bearer phone = logIn(ann, "phone");
        phone.socket().send("{'type': 30, 'info': {'op': 'end-others'}, 'id': 'e'}");
        phone.socket().skipTo(JsonType.DONE);
        awaitUnauthorized(sender.header());
        assertThat(ask("GET", path, phone.header()).status()).isEqualTo(200);
        chatd.admin("", "session", "kick", ann.name()).exits(0);
        awaitUnauthorized(phone.header());
    }

    @Test
    void aTokenEndsWhenAnAdministratorDisablesTheAccount() {
        chatd.admin("", "user", "disable", ann.name()).exits(0);
        awaitUnauthorized(sender.header());
    }

    // Cookies

    private String cookie(Response response) {
        assertThat(response.status()).isEqualTo(204);
        String set = response.header("set-cookie");
        assertThat(set).startsWith("__Secure-chat-" + chatd.port() + "=");
        assertThat(Arrays.stream(set.split("; ?", -1)).skip(1))
                .contains("HttpOnly", "Secure", "SameSite=Strict", "Path=/files");
        assertThat(set).doesNotContainIgnoringCase("domain=").doesNotContain(sender.token());
        return "Cookie: " + set.split(";", 2)[0] + "\r\n";
    }

    /** Another service on the host can set a cookie of this name. */
    @Test
    void ofSeveralCookiesOfOneNameTheValidOneCounts() throws IOException {
        String cookie = cookie(startSession(sender.header()));
        String wrong = "Cookie: __Secure-chat-%d=another".formatted(chatd.port());
        assertThat(ask("GET", path, cookie.replace("Cookie:", wrong + ";")).body())
                .isEqualTo(content);
        assertThat(ask("GET", path, cookie.replace("\r\n", wrong.replace("Cookie:", ";") + "\r\n"))
                        .body())
                .isEqualTo(content);
        assertThat(ask("GET", path, wrong + "\r\n").status()).isEqualTo(401);
        String many = wrong + wrong.replace("Cookie:", ";").repeat(8);
        assertThat(ask("GET", path, cookie.replace("Cookie:", many + ";")).status())
                .as("only the first eight cookies of this name are checked")
                .isEqualTo(401);
    }

    /** As a proxy sends it (RFC 9112, section 3.2.2). */
    @Test
    void theTargetMayBeAWholeUrl() throws IOException {
        String whole = "https://localhost:" + chatd.port() + path;
        assertThat(ask("GET", whole, sender.header()).body()).isEqualTo(content);
        assertThat(ask("GET", "HTTPS://localhost:" + chatd.port(), "").status()).isEqualTo(200);
        assertThat(ask("HEAD", "https://localhost:" + chatd.port() + "/files?id=none", sender.header())
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aFailedIfMatchSendsNothing() throws IOException {
        String etag = ask("HEAD", path, sender.header()).header("etag");
        for (String matching : List.of(etag, "*", "\"other\", " + etag)) {
            assertThat(ask("GET", path, sender.header() + "If-Match: " + matching + "\r\n")
                            .body())
                    .as(matching)
                    .isEqualTo(content);
        }
        Response failed = ask("GET", path, sender.header() + "If-Match: \"other\"\r\n");
        assertThat(failed.status()).isEqualTo(412);
        assertThat(failed.body()).isNotEqualTo(content);
    }

    @Test
    void aCookieFetchesFilesAndDoesNothingElse() throws IOException {
        String cookie = cookie(startSession(sender.header()));
        assertThat(ask("GET", path, cookie).body()).isEqualTo(content);
        assertThat(statuses(cookie))
                .isEqualTo(Map.of(
                        "GET /files/N",
                        200,
                        "HEAD /files/N",
                        200,
                        "HEAD /files?id=x",
                        401,
                        "POST /files",
                        401,
                        "POST /session",
                        401));
        String among = cookie.replace("Cookie: ", "Cookie: a=b; ").replace("\r\n", "; c=\"d\"\r\n");
        assertThat(ask("GET", path, among).status()).isEqualTo(200);
        assertThat(ask("GET", path, cookie + "Range: bytes=5-9\r\n").body())
                .isEqualTo(Arrays.copyOfRange(content, 5, 10));
        assertThat(ask("GET", "/files/999999999", cookie).status()).isEqualTo(404);
        // It is not a token, and is valid only under its own name.
        String value = cookie.strip().split("=", 2)[1];
        for (String other : List.of(
                "Authorization: Bearer " + value,
                "Cookie: __Secure-chat-1=" + value,
                "Cookie: __Secure-chat-%d=%sx".formatted(chatd.port(), value),
                "Cookie: __Secure-chat-%d=%s".formatted(chatd.port(), sender.token()),
                "Cookie: __Secure-chat-%d=".formatted(chatd.port()),
                "Cookie: ;;=;",
                "Cookie: " + value)) {
            checkUnauthorized(other + "\r\n");
        }
    }

    @Test
    void aNewCookieInvalidatesThePreviousOne() throws IOException {
        String first = cookie(startSession(sender.header()));
        String phone = cookie(startSession(logIn(ann, "phone").header()));
        String second = cookie(startSession(sender.header()));
        assertThat(first).isNotEqualTo(second);
        checkUnauthorized(first);
        assertThat(ask("GET", path, second).status()).isEqualTo(200);
        assertThat(ask("GET", path, phone).status()).as("of another session").isEqualTo(200);
    }

    @Test
    void aCookieEndsWithItsToken() throws IOException {
        String cookie = cookie(startSession(sender.header()));
        Bearer phone = logIn(ann, "phone");
        String other = cookie(startSession(phone.header()));
        logOut(sender);
        checkUnauthorized(cookie);
        assertThat(ask("GET", path, other).status()).isEqualTo(200);
        chatd.admin("", "session", "kick", ann.name()).exits(0);
        awaitUnauthorized(other);
    }

    // What one may not read

    @Test
    void aFileThatOneMayNotReadLooksLikeAMissingOne() throws IOException {
        Bearer stranger = logIn(chatd.person(), "");
        Response none = ask("GET", "/files/4000000000", stranger.header());
        assertThat(refusal(none)).isEqualTo("404 no-such-file");
        Response anothers = ask("GET", path, stranger.header());
        // They differ only in the number, which was asked for.
        String number = path.substring("/files/".length());
        assertThat(json(anothers).toString().replace("file " + number, "file N"))
                .isEqualTo(json(none).toString().replace("file 4000000000", "file N"));
        assertThat(headersOf(anothers)).isEqualTo(headersOf(none));
        assertThat(ask("HEAD", path, stranger.header()).status()).isEqualTo(404);
        assertThat(ask("GET", path, stranger.header() + "Range: bytes=5000-\r\n")
                        .status())
                .isEqualTo(404);
        // The receiver may read it.
        assertThat(ask("GET", path, logIn(ben, "").header()).status()).isEqualTo(200);
    }

    private static List<String> headersOf(Response response) {
        return response.head()
                .lines()
                .filter(line -> !line.toLowerCase(java.util.Locale.ROOT).matches("(date|content-length):.*"))
                .toList();
    }

    @Test
    void aFileTakenBackIsGone() throws IOException {
        sender.socket().expect(FileTestBase.FILE);
        JsonNode item = sender.socket()
                .history(1, ", 'with': '%s'".formatted(ben.name()))
                .path("items")
                .path(0);
        GroupTestBase.perform(
                sender.socket(), GroupTestBase.takeBack(item.path("mid").asLong()));
        assertThat(refusal(ask("GET", path, sender.header()))).isEqualTo("404 no-such-file");
        assertThat(refusal(ask("GET", path, logIn(ben, "").header()))).isEqualTo("404 no-such-file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/files",
                "/files/",
                "/files/../files/N",
                "/files/../",
                "/files/./N",
                "/files//N",
                "//files/N",
                "/files/N/",
                "/files/N/x",
                "/files/N/../N",
                "/files/%2e",
                "/files/%2e%2e/N",
                "/files/0N",
                "/files/0000N",
                "/files/+N",
                "/files/-N",
                "/files/-1",
                "/files/0",
                "/files/N.0",
                "/files/N;x",
                "/files/N%20",
                "/files/N%00",
                "/files/%31",
                "/files/0xN",
                "/files/99999999999999999999",
                "/files/x",
                "/FILES/N",
                "/session",
                "/session/"
            })
    void invalidPathsAreNotFound(String address) throws IOException {
        String other = address.replace("N", path.substring("/files/".length()));
        Response response = ask("GET", other, sender.header());
        assertThat(response.status()).as(other).isIn(400, 404, 405);
        assertThat(response.body()).isNotEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "POST", "get"})
    void otherMethodsAreRefused(String method) throws IOException {
        Response response = ask(method, path, sender.header());
        assertThat(response.status()).isIn(400, 405, 501);
        assertThat(Pictures.contains(response.body(), content)).isFalse();
        assertThat(ask("GET", path, sender.header()).status()).isEqualTo(200);
    }

    /** A page of another origin can't use the credentials that the browser sends by itself. */
    @Test
    void aForeignOriginGetsNoPermission() throws IOException {
        Response response = ask("GET", path, sender.header() + "Origin: https://evil.example.org\r\n");
        assertThat(response.header("access-control-allow-origin")).isEmpty();
        assertThat(response.header("access-control-allow-credentials")).isEmpty();
    }
}
