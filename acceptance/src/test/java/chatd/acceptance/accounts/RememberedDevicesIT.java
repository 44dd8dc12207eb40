package chatd.acceptance.accounts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.SharedChatd;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** Devices log in with keys ({@code chat-json-1.md}, "Remembered devices"). */
@ExtendWith(SharedChatd.class)
class RememberedDevicesIT {
    private final Chatd chatd;
    private final Chatd.Person ann;
    private final List<AutoCloseable> open = new ArrayList<>();

    RememberedDevicesIT(Chatd chatd) {
        this.chatd = chatd;
        this.ann = chatd.person();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private JsonSocket connect() {
        JsonSocket socket = JsonCarrier.LINES.connect(chatd);
        open.add(socket);
        return socket;
    }

    private JsonNode remember(JsonSocket socket, String password, String device) {
        socket.send("{'type': 1, 'info': {'user_id': '%s', 'user_pwd': '%s', 'device': '%s', 'remember': true}}"
                .formatted(ann.name(), password, device));
        return socket.expect(JsonType.LOGGED_IN).path("info");
    }

    /** Logs in with the password, and returns the key. */
    private String remembered(String device) {
        String key = remember(connect(), ann.password(), device).path("key").asString();
        assertThat(key).hasSize(64);
        return key;
    }

    private JsonNode byKey(JsonSocket socket, String user, String key, String device) {
        socket.send("{'type': 1, 'info': {'user_id': '%s', 'key': '%s', 'device': '%s'}}".formatted(user, key, device));
        return socket.expect(JsonType.LOGGED_IN).path("info");
    }

    private JsonNode byKey(String key) {
        return byKey(connect(), ann.name(), key, "laptop");
    }

    private String code(String key) {
        return byKey(key).path("code").asString();
    }

    /** Logs in with a key, and returns the next one. */
    private String next(String key) {
        JsonNode info = byKey(key);
        assertThat(info.path("code").asString()).isEqualTo("ok");
        return info.path("key").asString();
    }

    private JsonNode list(JsonSocket socket) {
        socket.send("{'type': 30, 'info': {'op': 'list'}}");
        return socket.skipTo(JsonType.SESSIONS).path("info");
    }

    @Test
    void eachLoginWithAKeyReturnsTheNextKey() {
        String key = remembered("laptop");
        for (int i = 0; i < 5; i++) {
            key = next(key);
        }
        // Whoever does not ask to be remembered is not.
        JsonSocket socket = connect();
        assertThat(socket.logIn(ann.name(), ann.password(), "other").has("key")).isFalse();
        JsonNode sessions = list(socket);
        assertThat(sessions.valueStream()
                        .filter(one -> one.path("remembered").booleanValue())
                        .map(one -> one.path("device").asString()))
                .containsExactly("laptop");
    }

    @Test
    void aKeyStaysValidIfTheAnswerToItWasLost() {
        String first = remembered("laptop");
        next(first);
        // As if the answer with the second key had been lost.
        String third = next(first);
        String fourth = next(third);
        // And again, with the key before the last.
        String fifth = next(third);
        assertThat(fifth).isNotEqualTo(fourth);
        assertThat(code(fifth)).isEqualTo("ok");
    }

    @Test
    void anOldKeyIsTreatedAsACopy() {
        String first = remembered("laptop");
        String second = next(first);
        String third = next(second);
        JsonSocket phone = connect();
        phone.logIn(ann.name(), ann.password(), "phone");
        assertThat(code(first)).isEqualTo("wrong-password");
        assertThat(phone.skipTo(JsonType.TEXT).path("info").asString()).contains("may have been copied");
        // The device is forgotten, and its valid keys with it.
        assertThat(code(third)).isEqualTo("wrong-password");
        // Where more than 16 accounts are refused at a time, the events of a network are logged together, and later.
        await().untilAsserted(() -> {
            chatd.admin("", "log", "publish").exits(0);
            assertThat(chatd.admin("", "log", "query", "--type", "login")
                            .exits(0)
                            .out())
                    .contains("copied-key");
        });
    }

    @Test
    void aKeyIsForOneUserAndDeviceAlone() {
        String key = remembered("laptop");
        Chatd.Person ben = chatd.person();
        assertThat(byKey(connect(), ben.name(), key, "laptop").path("code").asString())
                .isEqualTo("wrong-password");
        assertThat(byKey(connect(), ann.name(), key, "phone").path("code").asString())
                .isEqualTo("wrong-password");
        for (String none : List.of("", "x", "%", key.substring(1), key + key, "A".repeat(64))) {
            assertThat(code(none)).isEqualTo("wrong-password");
        }
        assertThat(code(key)).isEqualTo("ok");
    }

    @Test
    void loggingOutAndEndingTheSessionForgetTheDevice() {
        String key = remembered("laptop");
        JsonSocket laptop = connect();
        String next = byKey(laptop, ann.name(), key, "laptop").path("key").asString();
        laptop.send("{'type': 5, 'info': 'logout', 'id': 'x'}");
        laptop.skipTo(JsonType.DONE);
        assertThat(code(next)).isEqualTo("wrong-password");

        try (JsonSocket away = JsonCarrier.LINES.connect(chatd)) {
            next = remember(away, ann.password(), "laptop").path("key").asString();
        }
        JsonSocket phone = connect();
        phone.logIn(ann.name(), ann.password(), "phone");
        JsonNode device = list(phone)
                .valueStream()
                .filter(one -> one.path("device").asString().equals("laptop"))
                .findFirst()
                .orElseThrow();
        assertThat(device.path("remembered").booleanValue()).isTrue();
        phone.send("{'type': 30, 'info': {'op': 'end', 'session': '%s'}, 'id': 'e'}"
                .formatted(device.path("session").asString()));
        phone.skipTo(JsonType.DONE);
        assertThat(code(next)).isEqualTo("wrong-password");

        next = remembered("laptop");
        phone.send("{'type': 30, 'info': {'op': 'end-others'}, 'id': 'e'}");
        phone.skipTo(JsonType.DONE);
        assertThat(code(next)).isEqualTo("wrong-password");
    }

    @Test
    void aPasswordChangeForgetsAllDevicesButTheOneThatMadeIt() {
        String phone = remember(connect(), ann.password(), "phone").path("key").asString();
        JsonSocket laptop = connect();
        String before = remember(laptop, ann.password(), "laptop").path("key").asString();
        laptop.send("{'type': 11, 'info': {'PU': 0, 'NewInf': 'another-good-one-8', 'OldPwd': '%s'}}"
                .formatted(ann.password()));
        String key = laptop.skipTo(JsonType.CHANGED).path("info").path("key").asString();
        assertThat(byKey(connect(), ann.name(), phone, "phone").path("code").asString())
                .isEqualTo("wrong-password");
        key = next(key);
        assertThat(code(before)).isEqualTo("wrong-password");
        assertThat(code(key)).as("one of those before was taken for a copy").isEqualTo("wrong-password");
    }

    @Test
    void disablingOrResettingAnAccountForgetsItsDevices() {
        String key = remembered("laptop");
        chatd.admin("", "user", "disable", ann.name()).exits(0);
        chatd.admin("", "user", "enable", ann.name()).exits(0);
        assertThat(code(key)).isEqualTo("wrong-password");
        key = remembered("laptop");
        chatd.admin("made-by-an-admin-7\n", "user", "reset", ann.name(), "--password-stdin")
                .exits(0);
        assertThat(code(key)).isEqualTo("wrong-password");
    }

    @Test
    void atMostThirtyTwoDevicesAreRemembered() {
        String oldest = remembered("laptop");
        for (int i = 0; i < 32; i++) {
            try (JsonSocket socket = JsonCarrier.LINES.connect(chatd)) {
                remember(socket, ann.password(), "device " + i);
            }
        }
        JsonSocket phone = connect();
        phone.logIn(ann.name(), ann.password(), "phone");
        // The oldest is forgotten after the login of the newest is answered.
        await().untilAsserted(() -> assertThat(list(phone)
                        .valueStream()
                        .filter(one -> one.path("remembered").booleanValue()))
                .hasSize(32));
        assertThat(code(oldest)).isEqualTo("wrong-password");
    }
}
