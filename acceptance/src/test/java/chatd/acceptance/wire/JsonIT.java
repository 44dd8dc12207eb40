package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.TwoDialectsTestBase;
import chatd.acceptance.kit.Wire;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Sessions of JSON messages (page {@code chat-json-1.md}), on each carrier: login and logout,
 * presence, malformed messages, slow readers.
 */
class JsonIT extends TwoDialectsTestBase {
    JsonIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    @Test
    void aLoginIsAnsweredWithTheListOfUsers() {
        JsonSocket first = connect();
        JsonNode info = first.logIn(ann.name(), ann.password(), "laptop");
        assertThat(text(info, "success")).isEqualTo("登录成功");
        assertThat(text(info, "code")).isEqualTo("ok");
        assertThat(text(info, "user_name")).isEqualTo(ann.name());
        assertThat(info.path("last_login").isNull()).isTrue();
        assertThat(info.path("settings").isNull()).isTrue();
        assertThat(info.path("strangers").valueStream().map(one -> text(one, "user_name")))
                .contains(ben.name())
                .doesNotContain(ann.name());
        assertThat(info.path("strangers_total").asInt())
                .isEqualTo(info.path("strangers").size());
        // Login by number, in each of its forms.
        for (String user : List.of(
                first.user(), first.user().replace('U', 'u'), first.user().substring(1))) {
            JsonNode again = connect().logIn(user, ann.password(), "other");
            assertThat(text(again, "user_id")).isEqualTo(first.user());
            assertThat(text(again, "last_login")).matches("\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}\\.\\d{3}Z");
        }
    }

    @Test
    void theAnswerSaysWhyALoginIsRefused() {
        JsonSocket socket = connect();
        JsonNode info = socket.logIn(ann.name(), "not-the-password", "");
        assertThat(text(info, "code")).isEqualTo("wrong-password");
        assertThat(text(info, "success")).isEqualTo("密码错误");
        assertThat(info.path("strangers")).isEmpty();
        assertThat(text(socket.logIn("nobody-at-all", "not-the-password", ""), "code"))
                .isEqualTo("no-such-user");
        assertThat(text(socket.logIn("U999999999", "not-the-password", ""), "code"))
                .isEqualTo("no-such-user");
        Chatd.Person made = new Chatd.Person(Chatd.newName(), "made-by-an-admin-7");
        chatd.admin(made.password() + "\n", "user", "add", made.name(), "--password-stdin")
                .exits(0);
        assertThat(text(socket.logIn(made.name(), made.password(), ""), "code")).isEqualTo("must-change-password");
        chatd.admin("", "user", "disable", made.name()).exits(0);
        assertThat(text(socket.logIn(made.name(), made.password(), ""), "code")).isEqualTo("disabled");
        // The connection is still usable.
        assertThat(text(socket.logIn(ann.name(), ann.password(), ""), "code")).isEqualTo("ok");
        socket.send("{'type': 1, 'id': '7', 'info': {'user_id': 'x', 'user_pwd': 'y'}}");
        JsonNode refused = socket.expect(JsonType.REFUSED).path("info");
        assertThat(refused.toString())
                .isEqualTo("{\"id\":\"7\",\"type\":1,\"code\":\"not-allowed\",\"text\":\"You are logged in already, as "
                        + ann.name() + ".\"}");
    }

    @Test
    void aUserIsOnlineWhileOnAnyDevice() {
        JsonSocket bens = logIn(ben.person(), "watching");
        Chat1Socket watching = chatd.newcomer();
        closeAfterTest(watching);
        JsonSocket laptop = logIn(ann, "laptop");
        watching.expectPresence(Wire.ONLINE, ann.name());
        JsonNode online = bens.expectPresence(JsonType.ONLINE, laptop.user());
        assertThat(text(online, "info", "user_name")).isEqualTo(ann.name());
        assertThat(text(online, "info", "type")).isEqualTo("stranger");
        Chat1Socket terminal = chat1(ann);
        JsonSocket phone = logIn(ann, "phone");
        laptop.close();
        terminal.close();
        // Neither departure was announced: the next news of ann is that her last session has ended.
        assertThat(watching.fence()).noneMatch(frame -> frame.name().equals(ann.name()));
        bens.fence();
        phone.send("{'type': 5, 'info': 'logout'}");
        watching.expectPresence(Wire.OFFLINE, ann.name());
        assertThat(text(bens.expectPresence(JsonType.OFFLINE, laptop.user()), "send"))
                .isEqualTo(laptop.user());
    }

    @Test
    void aLoginOnTheSameDeviceDisplacesOnlyThatSession() {
        JsonSocket laptop = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        Chat1Socket terminal = chat1(ann);
        JsonSocket again = logIn(ann, "laptop");
        assertThat(text(laptop.expectPresence(JsonType.OFFLINE, again.user()), "info"))
                .isEqualTo("logout");
        laptop.untilClosed();
        Chat1Socket displacing = chatd.connect();
        closeAfterTest(displacing);
        assertThat(displacing.logIn(ann).code()).isEqualTo(Wire.LOGGED_IN_DISPLACING);
        terminal.expectPresence(Wire.OFFLINE, ann.name());
        terminal.expectClosed();
        phone.fence();
        again.fence();
        displacing.fenceWithNothing();
        // A user with three sessions is listed once.
        assertThat(chatd.admin("", "-o", "json", "stats").exits(0).out()).containsOnlyOnce('"' + ann.name() + '"');
    }

    @Test
    void aNinthDeviceDisplacesTheOneLongestUnused() {
        List<JsonSocket> devices = Stream.of("1", "2", "3", "4", "5", "6", "7", "8")
                .map(device -> logIn(ann, device))
                .toList();
        devices.getFirst().fence();
        JsonSocket ninth = logIn(ann, "9");
        devices.get(1).expectPresence(JsonType.OFFLINE, ninth.user());
        devices.get(1).untilClosed();
        for (JsonSocket device : devices) {
            if (device != devices.get(1)) {
                device.fence();
            }
        }
    }

    @Test
    void malformedMessagesAreToleratedTwice() {
        JsonSocket json = connect();
        json.raw("hello\n");
        assertThat(json.refusal()).isEqualTo("malformed");
        json.send("{'type': 19, 'info': {'limit': 1}}");
        assertThat(json.refusal()).isEqualTo("not-logged-in");
        for (int i = 0; i < 5; i++) {
            json.send("{'type': 9, 'info': 'friends?'}", "{'type': 1}");
            assertThat(json.refusal()).isEqualTo("malformed");
            assertThat(json.refusal()).isEqualTo("malformed");
        }
        assertThat(text(json.logIn(ann.name(), ann.password(), ""), "code")).isEqualTo("ok");
        json.send("[]");
        assertThat(json.refusal()).isEqualTo("malformed");
        json.send("{'type': 99}", "{'type': 5}");
        assertThat(json.refusal()).isEqualTo("malformed");
        json.untilClosed();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMessageOverTheLimitClosesTheConnection(boolean loggedIn) {
        JsonSocket json = loggedIn ? logIn(ann, "") : connect();
        String start = "{\"type\":19,\"info\":{\"before\":1,\"limit\":1,\"x\":\"";
        int max = loggedIn ? 1 << 20 : 16 << 10;
        json.raw(start + "x".repeat(max - start.length() - 3) + "\"}}\n");
        if (loggedIn) {
            assertThat(json.expect(JsonType.PAGE).path("info").path("items")).isEmpty();
        } else {
            assertThat(json.refusal()).isEqualTo("not-logged-in");
        }
        json.raw(start + "x".repeat(max - start.length() - 2) + "\"}}\n");
        json.untilClosed();
    }

    @Test
    void bytesMayArriveOneByOne() {
        JsonSocket json = connect();
        String message = "{\"type\":1,\"info\":{\"user_id\":\"%s\",\"user_pwd\":\"%s\"}}\n"
                .formatted(ann.name(), ann.password());
        message.chars().forEach(one -> json.raw(Character.toString(one)));
        assertThat(text(json.expect(JsonType.LOGGED_IN), "info", "code")).isEqualTo("ok");
    }

    @Test
    void theConnectionMayLogInAgain() {
        JsonSocket json = logIn(ann, "laptop");
        ben.expectPresence(Wire.ONLINE, ann.name());
        json.send("{'type': 5, 'info': 'logout'}", "{'type': 19, 'info': {'limit': 1}}");
        assertThat(json.refusal()).isEqualTo("not-logged-in");
        ben.expectPresence(Wire.OFFLINE, ann.name());
        ben.send(Wire.text("while away", ann.name()));
        ben.fence();
        assertThat(text(json.logIn(ann.name(), ann.password(), "laptop"), "code"))
                .isEqualTo("ok");
        ben.expectPresence(Wire.ONLINE, ann.name());
        assertThat(texts(json.history(1, ""))).containsExactly("while away");
        ben.send(Wire.text("back", ann.name()));
        assertThat(text(json.expect(JsonType.TEXT), "info")).isEqualTo("back");
        json.close();
        ben.expectPresence(Wire.OFFLINE, ann.name());
    }

    /** Unsolicited settings count against the same bound as everything unsolicited. */
    @Test
    void aClientThatDoesNotReadSettingsIsDisconnected() {
        JsonSocket json = logIn(ann, "laptop");
        Chat1Socket own = chat1(ann);
        // Nothing that could be compressed.
        byte[] random = new byte[(1 << 20) * 3 / 4];
        new Random(1).nextBytes(random);
        byte[] document = Base64.getEncoder().encode(random);
        for (int i = 0; i < 40; i++) {
            own.send(Wire.store(document));
        }
        own.fence();
        await().until(() -> chatd.admin("", "session", "list")
                .out()
                .lines()
                .noneMatch(line -> line.contains(carrier.dialect) && line.contains(ann.name())));
        json.close();
    }

    /** Pages of control characters, six bytes each in JSON, that nobody reads. */
    @Test
    void pagesThatAreNotReadAreNotKeptForEver() throws Exception {
        String large = "\u0001".repeat(60_000);
        for (int i = 0; i < 20; i++) {
            ben.send(Wire.text(large, ann.name()));
        }
        ben.fence();
        for (int round = 0; round < 4; round++) {
            for (int device = 0; device < 8; device++) {
                JsonSocket socket = logIn(ann, "device " + device);
                for (int i = 0; i < 5; i++) {
                    socket.send("{'type': 19, 'info': {'limit': 200}}");
                }
            }
        }
        JsonNode page = logIn(ann, "reads").history(200, "");
        assertThat(page.path("items").size()).isBetween(1, 2);
        assertThat(page.path("more").asBoolean()).isTrue();
        close();
        await().until(() -> !chatd.admin("", "session", "list").out().contains(ann.name()));
    }

    @Test
    void theDaemonPrefersJson() {
        SSLSocket socket = chatd.tls().connect(chatd.host(), chatd.port(), "http/1.1", "chat/1", "chat-json/1");
        assertThat(socket.getApplicationProtocol()).isEqualTo("chat-json/1");
        JsonCarrier.LINES.wrap(socket).close();
    }

    @Test
    void theLogSaysWhichDialectItWas() throws Exception {
        JsonSocket json = logIn(ann, "laptop");
        json.raw("not a message of ours\n");
        assertThat(json.refusal()).isEqualTo("malformed");
        json.send("{'type': 5}");
        json.send("{'type': 5}");
        assertThat(json.refusal()).isEqualTo("not-logged-in");
        chatd.admin("", "log", "publish").exits(0);
        List<String> own = Files.readAllLines(chatd.auditLog().resolve("audit.xml")).stream()
                .filter(line -> line.contains(" user=\"" + json.user() + "\"") && !line.contains("type=\"register\""))
                .toList();
        assertThat(own).hasSize(3);
        assertThat(own.get(0)).contains("type=\"login\"", "dialect=\"" + carrier.dialect + '"');
        assertThat(own.get(1))
                .contains(
                        "type=\"violation\"",
                        "dialect=\"" + carrier.dialect + '"',
                        "detail=\"not a message of " + carrier.dialect + '"');
        // What the login event recorded is not repeated.
        String session = own.get(0).replaceFirst(".*( session=\"s[0-9a-f]+\").*", "$1");
        assertThat(own.get(2))
                .contains("type=\"logout\"", "detail=\"logged out\"", session)
                .doesNotContain("dialect=");
        assertThat(String.join("", own)).doesNotContain("of ours");
    }
}
