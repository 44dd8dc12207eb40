package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Wire;
import java.nio.file.Files;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * What the JSON messages support so far (page {@code chat-json-1.md}), on each of their carriers: login and logout, what
 * others do, the history.
 */
@ParameterizedClass
@EnumSource(JsonCarrier.class)
@ExtendWith(SharedChatd.class)
class JsonIT {
    private final JsonCarrier carrier;
    private final Chatd chatd;
    private final Chatd.Person ann;
    private final Chat1Socket ben;
    private final List<AutoCloseable> open = new ArrayList<>();

    JsonIT(JsonCarrier carrier, Chatd chatd) {
        this.carrier = carrier;
        this.chatd = chatd;
        this.ann = chatd.person();
        this.ben = chatd.newcomer();
        open.add(ben);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private JsonSocket connect() {
        JsonSocket socket = carrier.connect(chatd);
        open.add(socket);
        return socket;
    }

    private JsonSocket logIn(Chatd.Person person, String device) {
        JsonSocket socket = chatd.logInJson(carrier, person, device);
        open.add(socket);
        return socket;
    }

    private Chat1Socket chat1(Chatd.Person person) {
        Chat1Socket socket = chatd.logIn(person);
        open.add(socket);
        return socket;
    }

    private String number(Chat1Socket of) {
        return "U"
                + chatd.admin("", "-o", "json", "user", "show", of.name())
                        .exits(0)
                        .out()
                        .replaceFirst("(?s).*\"number\" : (\\d+).*", "$1");
    }

    private static String text(JsonNode from, String... path) {
        JsonNode node = from;
        for (String key : path) {
            node = node.path(key);
        }
        return node.asString("");
    }

    @Test
    void aLogInIsAnsweredWithWhoIsThere() {
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
    void whyALogInIsRefusedIsSaid() {
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
    void whatIsSaidInChat1IsHeardWithWhatProvesIt() {
        JsonSocket json = logIn(ann, "laptop");
        ben.send(Wire.text("hello ann 你好", ann.name()));
        JsonNode message = json.expect(JsonType.TEXT);
        assertThat(text(message, "send")).isEqualTo(number(ben));
        assertThat(text(message, "receive")).isEqualTo(json.user());
        assertThat(text(message, "info")).isEqualTo("hello ann 你好");
        assertThat(message.path("mid").asLong()).isPositive();
        assertThat(text(message, "salt")).matches("[\\w-]{22}");
        ben.send(Wire.textToAll("hello all"));
        message = json.expect(JsonType.TEXT_TO_ALL);
        assertThat(text(message, "receive")).isEmpty();
        ben.send(Wire.file("计划.txt", Wire.utf8("content"), ann.name()));
        message = json.expect(JsonType.FILE);
        assertThat(text(message, "info", "op")).isEqualTo("offer");
        assertThat(text(message, "info", "name")).isEqualTo("计划.txt");
        assertThat(message.path("info").path("size").asLong()).isEqualTo(7);
        assertThat(text(message, "info", "sha256"))
                .isEqualTo("ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73");
        // The history has the same, byte for byte.
        assertThat(json.history(1, "").path("items").path(0)).isEqualTo(message);
    }

    @Test
    void whoGetsItAmongSeveralDoesNotLearnOfTheOthers() {
        JsonSocket json = logIn(ann, "laptop");
        Chat1Socket cid = chatd.newcomer();
        open.add(cid);
        JsonSocket cids = logIn(cid.person(), "phone");
        ben.send(Wire.text("to both", ann.name(), cid.name()));
        for (JsonSocket one : List.of(json, cids)) {
            JsonNode message = one.expect(JsonType.TEXT);
            assertThat(text(message, "receive")).isEqualTo(one.user());
            assertThat(message.has("receivers")).isFalse();
            JsonNode page = one.history(1, "");
            assertThat(page.path("items").path(0)).isEqualTo(message);
            assertThat(page.path("names").size()).isEqualTo(2);
        }
    }

    @Test
    void whatOneSendsElsewhereIsShownToo() {
        JsonSocket json = logIn(ann, "laptop");
        Chat1Socket own = chat1(ann);
        own.send(Wire.text("from my terminal", ben.name()));
        JsonNode message = json.expect(JsonType.TEXT);
        assertThat(text(message, "send")).isEqualTo(json.user());
        assertThat(text(message, "receive")).isEqualTo(number(ben));
        own.send(Wire.text("to two", ben.name(), ann.name()));
        message = json.expect(JsonType.TEXT);
        assertThat(message.path("receivers").valueStream().map(JsonNode::asString))
                .containsExactlyInAnyOrder(number(ben), json.user());
        own.expectText(ann.name(), "to two");
        own.fenceWithNothing();
        json.fence();
    }

    @Test
    void oneIsOnlineWhileOnAnyDevice() {
        JsonSocket bens = logIn(ben.person(), "watching");
        Chat1Socket watching = chatd.newcomer();
        open.add(watching);
        JsonSocket laptop = logIn(ann, "laptop");
        watching.expectPresence(Wire.ONLINE, ann.name());
        JsonNode come = bens.expectPresence(JsonType.ONLINE, laptop.user());
        assertThat(text(come, "info", "user_name")).isEqualTo(ann.name());
        assertThat(text(come, "info", "type")).isEqualTo("stranger");
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
    void aLogInOnTheSameDeviceTakesItsPlaceAndNoOther() {
        JsonSocket laptop = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        Chat1Socket terminal = chat1(ann);
        JsonSocket again = logIn(ann, "laptop");
        assertThat(text(laptop.expectPresence(JsonType.OFFLINE, again.user()), "info"))
                .isEqualTo("logout");
        laptop.untilClosed();
        Chat1Socket displacing = chatd.connect();
        open.add(displacing);
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
    void theHistoryComesInPages() {
        for (int i = 1; i <= 5; i++) {
            ben.send(i == 3 ? Wire.textToAll("3") : Wire.text(Integer.toString(i), ann.name()));
        }
        ben.fence();
        JsonSocket json = logIn(ann, "laptop");
        JsonNode newest = json.history(2, "");
        assertThat(texts(newest)).containsExactly("4", "5");
        assertThat(newest.path("more").asBoolean()).isTrue();
        assertThat(newest.has("with")).isFalse();
        assertThat(newest.path("names").path(number(ben)).asString()).isEqualTo(ben.name());
        long mid = newest.path("items").path(0).path("mid").asLong();
        JsonNode before = json.history(200, ", 'before': " + mid);
        assertThat(texts(before)).containsExactly("1", "2", "3");
        assertThat(before.path("more").asBoolean()).isFalse();
        long first = before.path("items").path(0).path("mid").asLong();
        JsonNode after = json.history(2, ", 'after': " + first);
        assertThat(texts(after)).containsExactly("2", "3");
        assertThat(after.path("more").asBoolean()).isTrue();
        assertThat(texts(json.history(2, ", 'after': 0"))).containsExactly("1", "2");
        assertThat(texts(json.history(9, ", 'after': %d, 'before': %d".formatted(first, mid))))
                .containsExactly("2", "3");
        JsonNode everyones = json.history(1, ", 'with': ''");
        assertThat(texts(everyones)).containsExactly("3");
        assertThat(text(everyones, "with")).isEmpty();
        assertThat(texts(json.history(1, ", 'after': " + Long.MAX_VALUE))).isEmpty();
        assertThat(texts(json.history(1, ", 'before': 0"))).isEmpty();
        json.send("{'type': 19, 'info': {'with': 'nobody-at-all'}}");
        assertThat(json.refusal()).isEqualTo("no-such-user");
    }

    @Test
    void aConversationIsReadByWhomItIsWith() {
        JsonSocket json = logIn(ann, "laptop");
        Chat1Socket cid = chatd.newcomer();
        open.add(cid);
        ben.send(Wire.text("from ben", ann.name()));
        cid.send(Wire.text("to both", ann.name(), ben.name()));
        json.expect(JsonType.TEXT);
        json.expect(JsonType.TEXT);
        json.send("{'type': 3, 'receive': '%s', 'id': 'x', 'info': 'to ben'}".formatted(number(ben)));
        json.expect(JsonType.DONE);
        for (String with : List.of(ben.name(), number(ben), number(ben).substring(1))) {
            JsonNode page = json.history(9, ", 'with': '" + with + "'");
            assertThat(texts(page)).containsExactly("from ben", "to ben");
            assertThat(text(page, "with")).isEqualTo(number(ben));
        }
        assertThat(texts(json.history(9, ", 'with': '" + cid.name() + "'"))).containsExactly("to both");
        assertThat(texts(json.history(9, ", 'with': '" + ann.name() + "'"))).isEmpty();
        json.send("{'type': 19}");
        assertThat(texts(json.expect(JsonType.PAGE).path("info"))).containsExactly("from ben", "to both", "to ben");
    }

    // Sending

    @Test
    void aTextGoesToOneAndToOnesOtherDevices() {
        JsonSocket laptop = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        JsonSocket bens = logIn(ben.person(), "phone");
        laptop.send("{'type': 3, 'send': 'U1', 'receive': '%s', 'id': 'a', 'info': 'hello 你好'}".formatted(ben.name()));
        ben.expectText(ann.name(), "hello 你好");
        JsonNode heard = bens.expect(JsonType.TEXT);
        assertThat(text(heard, "send")).isEqualTo(laptop.user());
        assertThat(text(heard, "name")).isEqualTo(ann.name());
        assertThat(text(heard, "receive")).isEqualTo(bens.user());
        assertThat(phone.expect(JsonType.TEXT)).isEqualTo(heard);
        JsonNode accepted = laptop.expect(JsonType.DONE).path("info");
        assertThat(text(accepted, "id")).isEqualTo("a");
        assertThat(accepted.path("mid")).isEqualTo(heard.path("mid"));
        assertThat(accepted.path("time")).isEqualTo(heard.path("time"));
        laptop.fence();
    }

    @Test
    void aTextGoesToEveryoneButNotBack() {
        JsonSocket laptop = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        laptop.send("{'type': 4, 'receive': '', 'info': 'to all'}", "{'type': 4, 'id': 'b', 'info': 'to all again'}");
        assertThat(text(phone.expect(JsonType.TEXT_TO_ALL), "info")).isEqualTo("to all");
        JsonNode again = phone.expect(JsonType.TEXT_TO_ALL);
        assertThat(text(again, "receive")).isEmpty();
        assertThat(laptop.expect(JsonType.DONE).path("info").path("mid")).isEqualTo(again.path("mid"));
        laptop.fence();
    }

    @Test
    void aNoteToOneselfIsForTheOtherDevices() {
        JsonSocket laptop = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        Chat1Socket terminal = chat1(ann);
        laptop.send("{'type': 3, 'receive': '%s', 'id': 'c', 'info': 'buy milk'}".formatted(laptop.user()));
        assertThat(text(phone.expect(JsonType.TEXT), "info")).isEqualTo("buy milk");
        terminal.expectText(ann.name(), "buy milk");
        laptop.expect(JsonType.DONE);
        laptop.fence();
        assertThat(texts(laptop.history(9, ", 'with': '" + laptop.user() + "'")))
                .containsExactly("buy milk");
    }

    @Test
    void whatCannotBeSentIsRefused() {
        JsonSocket json = logIn(ann, "laptop");
        json.send("{'type': 3, 'receive': 'nobody-at-all', 'id': 'd', 'info': 'x'}");
        JsonNode refused = json.expect(JsonType.REFUSED).path("info");
        assertThat(text(refused, "code")).isEqualTo("no-such-user");
        assertThat(text(refused, "id")).isEqualTo("d");
        assertThat(refused.path("type").asInt()).isEqualTo(JsonType.TEXT);
        json.send("{'type': 3, 'receive': 'U999999999', 'info': 'x'}");
        assertThat(json.refusal()).isEqualTo("no-such-user");
        json.send("{'type': 4, 'info': ''}");
        assertThat(json.refusal()).isEqualTo("malformed");
        json.send("{'type': 4, 'info': '" + "x".repeat((64 << 10) + 1) + "'}");
        assertThat(json.refusal()).isEqualTo("too-large");
        json.send("{'type': 3, 'receive': '%s', 're': 999999999, 'info': 'x'}".formatted(ben.name()));
        assertThat(json.refusal()).isEqualTo("no-such-message");
        assertThat(json.history(9, ", 'with': '" + ben.name() + "'").path("items"))
                .isEmpty();
    }

    @Test
    void theSameIdIsTheSameMessage() {
        JsonSocket laptop = logIn(ann, "laptop");
        JsonSocket bens = logIn(ben.person(), "phone");
        String to = "'type': 3, 'receive': '%s', ".formatted(ben.name());
        String message = "{" + to + "'id': 'once', 'info': 'hello'}";
        laptop.send(message, message);
        JsonNode first = laptop.expect(JsonType.DONE);
        assertThat(laptop.expect(JsonType.DONE)).isEqualTo(first);
        // On another device, by another form of the receiver's name.
        JsonSocket phone = logIn(ann, "phone");
        phone.send(message.replace(ben.name(), bens.user()));
        assertThat(phone.expect(JsonType.DONE)).isEqualTo(first);
        for (String other : List.of(
                message.replace("hello", "hello!"),
                message.replace(ben.name(), ann.name()),
                "{'type': 4, 'id': 'once', 'info': 'hello'}")) {
            phone.send(other);
            assertThat(phone.refusal()).isEqualTo("malformed");
        }
        // Another account's identifiers are its own.
        bens.send("{'type': 3, 'receive': '%s', 'id': 'once', 'info': 'hello'}".formatted(ann.name()));
        assertThat(text(bens.expect(JsonType.TEXT), "info")).isEqualTo("hello");
        assertThat(bens.expect(JsonType.DONE).path("info").path("mid"))
                .isNotEqualTo(first.path("info").path("mid"));
        // What was refused is judged anew.
        String name = Chatd.newName();
        laptop.send("{'type': 3, 'receive': '%s', 'id': 'later', 'info': 'x'}".formatted(name));
        assertThat(text(laptop.expect(JsonType.TEXT), "info")).isEqualTo("hello");
        assertThat(laptop.refusal()).isEqualTo("no-such-user");
        chatd.admin("made-by-an-admin-7\n", "user", "add", name, "--password-stdin")
                .exits(0);
        laptop.send("{'type': 3, 'receive': '%s', 'id': 'later', 'info': 'x'}".formatted(name));
        laptop.expect(JsonType.DONE);
        assertThat(texts(laptop.history(9, ""))).containsExactly("hello", "hello", "x");
    }

    @Test
    void anAnswerNamesWhatItAnswers() {
        JsonSocket json = logIn(ann, "laptop");
        ben.send(Wire.text("question", ann.name()));
        long question = json.expect(JsonType.TEXT).path("mid").asLong();
        JsonSocket bens = logIn(ben.person(), "phone");
        json.send(
                "{'type': 3, 'receive': '%s', 're': %d, 'id': 'e', 'info': 'answer'}".formatted(ben.name(), question));
        JsonNode answer = bens.expect(JsonType.TEXT);
        assertThat(answer.path("re").asLong()).isEqualTo(question);
        assertThat(bens.history(1, "").path("items").path(0)).isEqualTo(answer);
        // In another conversation it would show what was said in this one.
        json.expect(JsonType.DONE);
        json.send("{'type': 4, 're': %d, 'info': 'answer'}".formatted(question));
        assertThat(json.refusal()).isEqualTo("no-such-message");
    }

    @Test
    void whoIsMentionedIsSaid() {
        JsonSocket json = logIn(ann, "laptop");
        JsonSocket bens = logIn(ben.person(), "phone");
        String to = "{'type': 3, 'receive': '" + ben.name() + "', 'info': '%s'}";
        json.send(to.formatted("@" + ben.name() + ": look, @" + ann.name()), to.formatted("mail@" + ben.name()));
        JsonNode first = bens.expect(JsonType.TEXT);
        assertThat(first.path("mentions").valueStream().map(JsonNode::asString)).containsExactly(bens.user());
        assertThat(bens.expect(JsonType.TEXT).has("mentions")).isFalse();
        // In scripts without spaces, in another case, in full width.
        for (String text : List.of("谢谢@%s你好", "ありがとう＠%s さん")) {
            for (String name : List.of(ben.name(), ben.name().toUpperCase(Locale.ROOT))) {
                json.send(to.formatted(text.formatted(name)));
                assertThat(bens.expect(JsonType.TEXT)
                                .path("mentions")
                                .valueStream()
                                .map(JsonNode::asString))
                        .containsExactly(bens.user());
            }
        }
        json.send(to.formatted("@" + ben.name() + "x"));
        assertThat(bens.expect(JsonType.TEXT).has("mentions")).isFalse();
        ben.send(Wire.textToAll("(@" + ann.name() + ") @" + ben.name() + " @" + ann.name()));
        JsonNode all = json.expect(JsonType.TEXT_TO_ALL);
        assertThat(all.path("mentions").valueStream().map(JsonNode::asString))
                .containsExactly(json.user(), bens.user());
        // A later renaming does not change it; in a page they are by number.
        chatd.admin("", "user", "rename", ben.name(), Chatd.newName()).exits(0);
        assertThat(json.history(1, ", 'with': ''")
                        .path("items")
                        .path(0)
                        .path("mentions")
                        .valueStream()
                        .map(JsonNode::asString))
                .containsExactlyInAnyOrder(json.user(), bens.user());
    }

    // Accounts

    @Test
    void anAccountIsRegistered() {
        JsonSocket json = connect();
        String name = Chatd.newName();
        String register = "{'type': 13, 'info': {'user_name': '%s', 'user_pwd': '%s'}}";
        json.send(register.formatted(name, "registered-in-json"));
        JsonNode made = json.expect(JsonType.REGISTERED);
        assertThat(text(made, "info")).isEqualTo(name);
        assertThat(text(made, "receive")).matches("U\\d+");
        json.send(register.formatted(name, "registered-in-json"));
        JsonNode taken = json.expect(JsonType.REGISTERED);
        assertThat(text(taken, "code")).isEqualTo("name-taken");
        assertThat(text(taken, "receive")).isEmpty();
        json.send(register.formatted("U12", "registered-in-json"));
        assertThat(text(json.expect(JsonType.REGISTERED), "code")).isEqualTo("bad-name");
        json.send(register.formatted(Chatd.newName(), "short"));
        assertThat(text(json.expect(JsonType.REGISTERED), "code")).isEqualTo("bad-password");
        assertThat(text(json.logIn(name, "registered-in-json", ""), "user_id")).isEqualTo(text(made, "receive"));
    }

    @Test
    void aPasswordIsChangedBeforeTheFirstLogIn() {
        Chatd.Person made = new Chatd.Person(Chatd.newName(), "made-by-an-admin-7");
        chatd.admin(made.password() + "\n", "user", "add", made.name(), "--password-stdin")
                .exits(0);
        JsonSocket json = connect();
        assertThat(text(json.logIn(made.name(), made.password(), ""), "code")).isEqualTo("must-change-password");
        String change = "{'type': 11, 'send': '%s', 'info': {'PU': 0, 'OldPwd': '%s', 'NewInf': '%s'}}";
        json.send(change.formatted(made.name(), "not-the-password", "battery-staple"));
        assertThat(text(json.expect(JsonType.CHANGED), "info", "code")).isEqualTo("wrong-password");
        json.send(change.formatted(made.name(), made.password(), "short"));
        assertThat(text(json.expect(JsonType.CHANGED), "info", "code")).isEqualTo("bad-password");
        json.send(change.formatted(made.name(), made.password(), "battery-staple"));
        assertThat(json.expect(JsonType.CHANGED).path("info").toString())
                .isEqualTo("{\"PU\":0,\"NewInf\":\"\",\"success\":true,\"code\":\"ok\"}");
        assertThat(text(json.logIn(made.name(), "battery-staple", ""), "code")).isEqualTo("ok");
    }

    /** What stands in {@code send} is not believed after log in. */
    @Test
    void aPasswordIsChangedOfOnesOwnAccountAlone() {
        JsonSocket json = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        json.send("{'type': 11, 'send': '%s', 'info': {'PU': 0, 'OldPwd': '%s', 'NewInf': 'battery-staple'}}"
                .formatted(ben.name(), ann.password()));
        assertThat(json.expect(JsonType.CHANGED).path("info").path("success").asBoolean())
                .isTrue();
        phone.expect(JsonType.TEXT);
        phone.untilClosed();
        json.fence();
        assertThat(text(connect().logIn(ann.name(), "battery-staple", ""), "code"))
                .isEqualTo("ok");
        json.send("{'type': 11, 'info': {'PU': 0, 'NewInf': 'battery-staple-2'}}");
        assertThat(text(json.expect(JsonType.CHANGED), "info", "code")).isEqualTo("wrong-password");
    }

    @Test
    void aUserChangesItsOwnName() throws Exception {
        JsonSocket laptop = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        JsonSocket bens = logIn(ben.person(), "phone");
        ben.expectPresence(Wire.ONLINE, ann.name());
        String name = Chatd.newName();
        String change = "{'type': 11, 'id': 'n', 'info': {'PU': 1, 'NewInf': '%s'}}";
        laptop.send(change.formatted(name));
        assertThat(laptop.expect(JsonType.CHANGED).path("info").toString())
                .isEqualTo("{\"PU\":1,\"NewInf\":\"" + name + "\",\"success\":true,\"code\":\"ok\"}");
        laptop.fence();
        assertThat(text(phone.expect(JsonType.TEXT), "send")).isEqualTo("server");
        for (JsonSocket other : List.of(phone, bens)) {
            assertThat(text(other.expectPresence(JsonType.RENAMED, laptop.user()), "info", "user_name"))
                    .isEqualTo(name);
        }
        ben.expectPresence(Wire.OFFLINE, ann.name());
        ben.expectPresence(Wire.ONLINE, name);
        for (String refused : List.of(ben.name(), "server", "U12", "")) {
            laptop.send(change.formatted(refused));
            JsonNode answer = laptop.expect(JsonType.CHANGED).path("info");
            assertThat(answer.path("success").asBoolean()).isFalse();
            assertThat(text(answer, "code")).isIn("name-taken", "bad-name");
        }
        // Its own former name it may have back; the third change of the month is the last.
        laptop.send(change.formatted(ann.name()));
        assertThat(text(laptop.expect(JsonType.CHANGED), "info", "code")).isEqualTo("ok");
        laptop.send(change.formatted(name));
        assertThat(text(laptop.expect(JsonType.CHANGED), "info", "code")).isEqualTo("ok");
        laptop.send(change.formatted(Chatd.newName()));
        assertThat(laptop.refusal()).isEqualTo("too-many");
        chatd.admin("", "log", "publish").exits(0);
        assertThat(Files.readAllLines(chatd.auditLog().resolve("audit.xml")))
                .anyMatch(line -> line.contains("was=\"" + ann.name() + '"')
                        && line.contains("by=\"" + laptop.user() + '"')
                        && line.contains("detail=\"rename\""));
    }

    @Test
    void usersAreFoundByTheBeginningOfTheirName() {
        JsonSocket json = logIn(ann, "laptop");
        String start = ben.name().substring(0, ben.name().length() - 1);
        for (String typed : List.of(start, start.toUpperCase(Locale.ROOT), ben.name())) {
            json.send("{'type': 28, 'info': {'text': '%s', 'limit': 5}}".formatted(typed));
            assertThat(json.expect(JsonType.USERS).path("info").path("users").toString())
                    .isEqualTo("[{\"user_id\":\"%s\",\"user_name\":\"%s\",\"online\":true,\"friend\":false}]"
                            .formatted(number(ben), ben.name()));
        }
        chatd.admin("made-by-an-admin-7\n", "user", "add", "Ölaf" + start, "--password-stdin")
                .exits(0);
        json.send("{'type': 28, 'info': {'text': 'ölaF" + start + "'}}");
        assertThat(text(json.expect(JsonType.USERS).path("info").path("users").path(0), "user_name"))
                .isEqualTo("Ölaf" + start);
        json.send("{'type': 28, 'info': {'text': 'nobody-begins-so'}}");
        assertThat(json.expect(JsonType.USERS).path("info").path("users")).isEmpty();
        json.send("{'type': 28, 'info': {'text': '" + "x".repeat(100_000) + "'}}");
        assertThat(json.expect(JsonType.USERS).path("info").path("users")).isEmpty();
        json.send("{'type': 28, 'info': {'users': ['U999999999', '%s', 'server', '%s']}}"
                .formatted(number(ben), number(ben).toLowerCase(Locale.ROOT)));
        assertThat(json.expect(JsonType.USERS)
                        .path("info")
                        .path("users")
                        .valueStream()
                        .map(user -> text(user, "user_name")))
                .containsExactly(ben.name());
        json.send("{'type': 28, 'info': {'users': [" + "'U1',".repeat(200) + "'U1']}}");
        assertThat(json.refusal()).isEqualTo("malformed");
        chatd.admin("", "user", "delete", "Ölaf" + start, "--yes").exits(0);
        json.send("{'type': 28, 'info': {'text': 'Ölaf" + start + "'}}");
        assertThat(json.expect(JsonType.USERS).path("info").path("users")).isEmpty();
    }

    @Test
    void inWhateverCaseANameIsTypedItIsThatUser() {
        Chatd.Person jurgen = new Chatd.Person("mia.J\u00FCrg" + Chatd.newName(), Chatd.PASSWORD);
        Chat1Socket socket = chatd.connect();
        open.add(socket);
        assertThat(socket.send(Wire.register(jurgen.name(), jurgen.password()))
                        .next()
                        .code())
                .isEqualTo(Wire.LOGGED_IN);
        String shouted = jurgen.name().toUpperCase(Locale.ROOT);
        String apart = Normalizer.normalize(jurgen.name(), Normalizer.Form.NFD);
        JsonSocket json = logIn(ann, "laptop");
        for (String part :
                List.of(jurgen.name().substring(4), "jurg" + jurgen.name().substring(8), shouted, apart)) {
            json.send("{'type': 28, 'info': {'text': '%s'}}".formatted(part));
            assertThat(json.expect(JsonType.USERS)
                            .path("info")
                            .path("users")
                            .valueStream()
                            .map(user -> text(user, "user_name")))
                    .containsExactly(jurgen.name());
        }
        for (String typed : List.of(shouted, apart)) {
            JsonSocket phone = carrier.connect(chatd);
            open.add(phone);
            assertThat(text(phone.logIn(typed, jurgen.password(), "phone"), "user_name"))
                    .isEqualTo(jurgen.name());
            json.send("{'type': 3, 'receive': '%s', 'info': 'hi', 'id': '%s'}".formatted(typed, Chatd.newName()));
            assertThat(json.skipTo(JsonType.DONE).path("info").path("mid").asLong())
                    .isPositive();
        }
        // In chat/1, case counts; normal forms do not.
        socket = chatd.connect();
        open.add(socket);
        assertThat(socket.send(Wire.logIn(shouted, jurgen.password())).next().code())
                .isEqualTo(Wire.NO_SUCH_USER);
        assertThat(socket.send(Wire.logIn(apart, jurgen.password())).next().code())
                .isEqualTo(Wire.LOGGED_IN);
    }

    @Test
    void onesOwnSessionsAreListedAndEnded() {
        JsonSocket laptop = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        Chat1Socket terminal = chat1(ann);
        logIn(ben.person(), "laptop");
        laptop.send("{'type': 30, 'info': {'op': 'list'}}");
        JsonNode sessions = laptop.expect(JsonType.SESSIONS).path("info");
        assertThat(sessions.valueStream().map(one -> text(one, "device"))).containsExactly("laptop", "phone", "");
        assertThat(sessions.valueStream().map(one -> text(one, "dialect")))
                .containsExactly(carrier.dialect, carrier.dialect, "chat/1");
        assertThat(sessions.valueStream().map(one -> one.path("this").asBoolean()))
                .containsExactly(true, false, false);
        assertThat(text(sessions.path(0), "address")).isNotEmpty();
        laptop.send("{'type': 30, 'id': 'e', 'info': {'op': 'end', 'session': '%s'}}"
                .formatted(text(sessions.path(1), "session")));
        laptop.expect(JsonType.DONE);
        assertThat(text(phone.expect(JsonType.TEXT), "send")).isEqualTo("server");
        phone.expectPresence(JsonType.OFFLINE, phone.user());
        phone.untilClosed();
        laptop.send("{'type': 30, 'info': {'op': 'end', 'session': 's1'}}");
        assertThat(laptop.refusal()).isEqualTo("no-such-session");
        laptop.send("{'type': 30, 'id': 'o', 'info': {'op': 'end-others'}}");
        laptop.expect(JsonType.DONE);
        terminal.expectServerText();
        terminal.expectPresence(Wire.OFFLINE, ann.name());
        terminal.expectClosed();
        laptop.fence();
    }

    @Test
    void settingsAreStored() {
        JsonSocket laptop = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        laptop.send("{'type': 26, 'id': 's', 'info': {'web': {'theme': 'dark'}}}");
        assertThat(laptop.expect(JsonType.DONE).path("info").has("mid")).isFalse();
        assertThat(phone.expect(JsonType.SETTINGS).path("info").toString()).isEqualTo("{\"web\":{\"theme\":\"dark\"}}");
        laptop.fence();
    }

    private static List<String> texts(JsonNode page) {
        return page.path("items").valueStream().map(item -> text(item, "info")).toList();
    }

    /** A page of large messages holds fewer of them and says that there are more, whichever end it begins at. */
    @Test
    void aPageOfLargeTextsIsShort() {
        String large = "x".repeat(60_000);
        for (int i = 0; i < 12; i++) {
            ben.send(Wire.text(i + large, ann.name()));
        }
        ben.fence();
        JsonSocket json = logIn(ann, "laptop");
        JsonNode page = json.history(200, "");
        assertThat(page.path("items").size()).isBetween(2, 11);
        assertThat(page.path("more").asBoolean()).isTrue();
        assertThat(text(page.path("items").path(page.path("items").size() - 1), "info"))
                .startsWith("11x");
        JsonNode forward = json.history(200, ", 'after': 1");
        assertThat(text(forward.path("items").path(0), "info")).startsWith("0x");
        assertThat(forward.path("more").asBoolean()).isTrue();
    }

    @Test
    void whatIsNoMessageIsToleratedTwice() {
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
    void aMessageOverTheSizeClosesTheConnection(boolean loggedIn) {
        JsonSocket json = loggedIn ? logIn(ann, "") : connect();
        String start = "{\"type\":19,\"info\":{\"before\":1,\"limit\":1,\"x\":\"";
        int most = loggedIn ? 1 << 20 : 16 << 10;
        json.raw(start + "x".repeat(most - start.length() - 3) + "\"}}\n");
        if (loggedIn) {
            assertThat(json.expect(JsonType.PAGE).path("info").path("items")).isEmpty();
        } else {
            assertThat(json.refusal()).isEqualTo("not-logged-in");
        }
        json.raw(start + "x".repeat(most - start.length() - 2) + "\"}}\n");
        json.untilClosed();
    }

    @Test
    void bytesMayComeOneByOne() {
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

    @Test
    void settingsThatAreStoredElsewhereAreToldAndComeWithTheLogIn() {
        JsonSocket json = logIn(ann, "laptop");
        Chat1Socket own = chat1(ann);
        own.send(Wire.store(Wire.utf8("{\"common\":\n{\"a\": 1.25}}")));
        own.fence();
        assertThat(json.expect(JsonType.SETTINGS).path("info").toString()).isEqualTo("{\"common\":{\"a\":1.25}}");
        own.send(Wire.store(Wire.utf8("theme dark\n")));
        own.fence();
        assertThat(text(json.expect(JsonType.SETTINGS), "info")).isEqualTo("theme dark\n");
        assertThat(text(connect().logIn(ann.name(), ann.password(), "phone"), "settings"))
                .isEqualTo("theme dark\n");
    }

    /** A document that no parser can read is stored, delivered as a string, and closes no connection. */
    @Test
    void settingsThatLookLikeANumberBeyondAllNumbersHarmNobody() {
        JsonSocket json = logIn(ann, "laptop");
        Chat1Socket own = chat1(ann);
        own.send(Wire.store(Wire.utf8("1e99999999999")));
        own.fence();
        assertThat(text(json.expect(JsonType.SETTINGS), "info")).isEqualTo("1e99999999999");
        assertThat(text(connect().logIn(ann.name(), ann.password(), "phone"), "settings"))
                .isEqualTo("1e99999999999");
        json.raw("{\"type\":5,\"x\":1e99999999999}\n");
        assertThat(json.refusal()).isEqualTo("malformed");
        ben.send(Wire.text("still there", ann.name()));
        assertThat(text(json.expect(JsonType.TEXT), "info")).isEqualTo("still there");
    }

    /** Unsolicited settings count against the same bound as everything unsolicited. */
    @Test
    void whoDoesNotReadSettingsIsCutOff() {
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
    void aRenamingIsOneThingHereAndTwoInChat1() {
        JsonSocket watching = logIn(ben.person(), "phone");
        JsonSocket own = logIn(ann, "laptop");
        ben.expectPresence(Wire.ONLINE, ann.name());
        watching.expectPresence(JsonType.ONLINE, own.user());
        String name = Chatd.newName();
        chatd.admin("", "user", "rename", ann.name(), name).exits(0);
        ben.expectPresence(Wire.OFFLINE, ann.name());
        ben.expectPresence(Wire.ONLINE, name);
        JsonNode renamed = watching.expectPresence(JsonType.RENAMED, own.user());
        assertThat(text(renamed, "info", "user_name")).isEqualTo(name);
        assertThat(text(own.expect(JsonType.TEXT), "send")).isEqualTo("server");
        own.expectPresence(JsonType.RENAMED, own.user());
        watching.fence();
        own.fence();
    }

    @Test
    void anAdministratorEndsAllSessionsOfAnAccount() {
        JsonSocket laptop = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        Chat1Socket terminal = chat1(ann);
        chatd.admin("", "session", "kick", ann.name()).exits(0);
        for (JsonSocket one : List.of(laptop, phone)) {
            JsonNode farewell = one.expect(JsonType.TEXT);
            assertThat(text(farewell, "send")).isEqualTo("server");
            assertThat(farewell.has("mid")).isFalse();
            one.expectPresence(JsonType.OFFLINE, one.user());
            one.untilClosed();
        }
        terminal.expectServerText();
        terminal.expectPresence(Wire.OFFLINE, ann.name());
        terminal.expectClosed();
        ben.expectPresence(Wire.ONLINE, ann.name());
        ben.expectPresence(Wire.OFFLINE, ann.name());
    }

    @Test
    void aPasswordChangedElsewhereEndsTheOtherSessions() {
        JsonSocket laptop = logIn(ann, "laptop");
        Chat1Socket terminal = chat1(ann);
        terminal.send(Wire.change(ann.name(), ann.password(), "another-password-9"));
        terminal.expect(Wire.CHANGED);
        laptop.expect(JsonType.TEXT);
        laptop.expectPresence(JsonType.OFFLINE, laptop.user());
        laptop.untilClosed();
        terminal.fenceWithNothing();
    }

    @Test
    void theDaemonPrefersJson() {
        SSLSocket socket = chatd.tls().connect(chatd.host(), chatd.port(), "http/1.1", "chat/1", "chat-json/1");
        assertThat(socket.getApplicationProtocol()).isEqualTo("chat-json/1");
        JsonCarrier.LINES.on(socket).close();
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
