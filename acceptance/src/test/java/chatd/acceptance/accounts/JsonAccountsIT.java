package chatd.acceptance.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.TwoDialectsTestBase;
import chatd.acceptance.kit.Wire;
import java.nio.file.Files;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Accounts in JSON messages (page {@code chat-json-1.md}), on each carrier: registration, passwords, names, sessions, settings. */
class JsonAccountsIT extends TwoDialectsTestBase {
    JsonAccountsIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

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
    void aPasswordIsChangedBeforeTheFirstLogin() {
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

    /** After login, the field {@code send} is ignored. */
    @Test
    void onlyOnesOwnPasswordCanBeChanged() {
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
    void aUserChangesTheirOwnName() throws Exception {
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
        // One's own former name may be taken again; the third change in a month is the last.
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
    void aNameIsRecognizedInAnyCaseAndNormalForm() {
        Chatd.Person jurgen = new Chatd.Person("mia.J\u00FCrg" + Chatd.newName(), Chatd.PASSWORD);
        Chat1Socket socket = chatd.connect();
        closeAfterTest(socket);
        assertThat(socket.send(Wire.register(jurgen.name(), jurgen.password()))
                        .next()
                        .code())
                .isEqualTo(Wire.LOGGED_IN);
        String shouted = jurgen.name().toUpperCase(Locale.ROOT);
        String decomposed = Normalizer.normalize(jurgen.name(), Normalizer.Form.NFD);
        JsonSocket json = logIn(ann, "laptop");
        for (String part :
                List.of(jurgen.name().substring(4), "jurg" + jurgen.name().substring(8), shouted, decomposed)) {
            json.send("{'type': 28, 'info': {'text': '%s'}}".formatted(part));
            assertThat(json.expect(JsonType.USERS)
                            .path("info")
                            .path("users")
                            .valueStream()
                            .map(user -> text(user, "user_name")))
                    .containsExactly(jurgen.name());
        }
        for (String typed : List.of(shouted, decomposed)) {
            JsonSocket phone = carrier.connect(chatd);
            closeAfterTest(phone);
            assertThat(text(phone.logIn(typed, jurgen.password(), "phone"), "user_name"))
                    .isEqualTo(jurgen.name());
            json.send("{'type': 3, 'receive': '%s', 'info': 'hi', 'id': '%s'}".formatted(typed, Chatd.newName()));
            assertThat(json.skipTo(JsonType.DONE).path("info").path("mid").asLong())
                    .isPositive();
        }
        // In chat/1, case counts; normal forms do not.
        socket = chatd.connect();
        closeAfterTest(socket);
        assertThat(socket.send(Wire.logIn(shouted, jurgen.password())).next().code())
                .isEqualTo(Wire.NO_SUCH_USER);
        assertThat(socket.send(Wire.logIn(decomposed, jurgen.password())).next().code())
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

    @Test
    void settingsStoredElsewhereAreSentAtOnceAndWithTheLogin() {
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
    void settingsThatLookLikeAnOverflowingNumberDoNoHarm() {
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

    @Test
    void aRenameIsOneMessageHereAndTwoInChat1() {
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
}
