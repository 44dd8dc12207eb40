package chatd.acceptance.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Wire;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules 2 and 13: the forced change, changing a password, and which passwords are allowed. */
@ExtendWith(SharedChatd.class)
class RulesPasswordIT {

    private static final String NEW = "quite-another-7";
    private final Chatd chatd;

    RulesPasswordIT(Chatd chatd) {
        this.chatd = chatd;
    }

    private Chatd.Person added(String... options) {
        var person = new Chatd.Person(Chatd.newName(), "from-the-office-1");
        var arguments = Stream.concat(Stream.of("user", "add", person.name(), "--password-stdin"), Stream.of(options));
        chatd.admin(person.password() + "\n", arguments.toArray(String[]::new)).exits(0);
        return person;
    }

    private static void expectAnswer(Chat1Socket socket, byte[] packet, int code) {
        socket.send(packet).expect(code);
    }

    @Test
    void addedAccountMustChangeItsPasswordFirst() {
        Chatd.Person person = added();
        try (Chat1Socket socket = chatd.connect()) {
            expectAnswer(socket, Wire.logIn(person.name(), person.password()), Wire.MUST_CHANGE);
            expectAnswer(socket, Wire.logIn(person.name(), "wrong-one-88"), Wire.WRONG_PASSWORD);
            expectAnswer(socket, Wire.change(person.name(), person.password(), NEW), Wire.CHANGED);
            expectAnswer(socket, Wire.logIn(person.name(), person.password()), Wire.WRONG_PASSWORD);
            socket.logIn(new Chatd.Person(person.name(), NEW));
        }
    }

    @Test
    void forcedChangeMayComeOnAnotherConnection() {
        Chatd.Person person = added();
        try (Chat1Socket socket = chatd.connect();
                Chat1Socket other = chatd.connect()) {
            expectAnswer(socket, Wire.logIn(person.name(), person.password()), Wire.MUST_CHANGE);
            expectAnswer(other, Wire.change(person.name(), person.password(), NEW), Wire.CHANGED);
            socket.logIn(new Chatd.Person(person.name(), NEW));
        }
    }

    @Test
    void mustChangeDoesNotLogIn() {
        Chatd.Person person = added();
        try (Chat1Socket socket = chatd.connect()) {
            socket.send(Wire.logIn(person.name(), person.password()), Wire.replay(0));
            assertThat(socket.next().code()).isEqualTo(Wire.MUST_CHANGE);
            socket.expectClosed();
        }
    }

    @Test
    void administratorMayWaiveTheForcedChange() {
        chatd.logIn(added("--no-change")).close();
    }

    @Test
    void resetForcesAChangeAgain() {
        Chatd.Person person = chatd.person();
        chatd.admin("given-by-hand-2\n", "user", "reset", person.name(), "--password-stdin")
                .exits(0);
        try (Chat1Socket socket = chatd.connect()) {
            expectAnswer(socket, Wire.logIn(person.name(), person.password()), Wire.WRONG_PASSWORD);
            expectAnswer(socket, Wire.logIn(person.name(), "given-by-hand-2"), Wire.MUST_CHANGE);
            expectAnswer(socket, Wire.change(person.name(), "given-by-hand-2", NEW), Wire.CHANGED);
            socket.logIn(new Chatd.Person(person.name(), NEW));
        }
    }

    @Test
    void changeAfterLoginEndsEveryOtherSessionOfTheAccountOnly() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket session = chatd.logIn(person);
                Chat1Socket other = chatd.newcomer()) {
            expectAnswer(session, Wire.change(person.name(), person.password(), NEW), Wire.CHANGED);
            session.fenceWithNothing();
            other.send(Wire.change(person.name(), NEW, "a-third-one-33"));
            other.expect(Wire.CHANGED);
            session.expectServerText();
            session.expectPresence(Wire.OFFLINE, person.name());
            session.expectClosed();
            other.fenceWithNothing();
        }
        chatd.logIn(new Chatd.Person(person.name(), "a-third-one-33")).close();
    }

    @Test
    void changeChecksTheAccountThenTheOldPasswordThenTheNew() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket socket = chatd.connect()) {
            expectAnswer(socket, Wire.change(Chatd.newName(), "wrong-one-88", "bad"), Wire.NO_SUCH_USER);
            expectAnswer(socket, Wire.change(person.name(), "wrong-one-88", "bad"), Wire.WRONG_OLD);
            expectAnswer(socket, Wire.change(person.name(), person.password(), "bad"), Wire.BAD_NEW);
            expectAnswer(socket, Wire.change(person.name(), person.password(), person.password()), Wire.BAD_NEW);
            expectAnswer(socket, Wire.change(person.name(), person.password(), NEW), Wire.CHANGED);
        }
    }

    @Test
    void registeringChecksTheNameThenWhetherItIsTakenThenThePassword() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket socket = chatd.connect()) {
            expectAnswer(socket, Wire.register("-bad-", "bad"), Wire.BAD_NAME);
            expectAnswer(socket, Wire.register(person.name(), "bad"), Wire.NAME_TAKEN);
            expectAnswer(socket, Wire.register(Chatd.newName(), "bad"), Wire.BAD_PASSWORD);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "seven-7", "password", "12345678", "password123", "qwertyuiop", "ééééééé"})
    void badPasswordIsRefused(String password) {
        Chatd.Person person = chatd.person();
        try (Chat1Socket socket = chatd.connect()) {
            expectAnswer(socket, Wire.register(Chatd.newName(), password), Wire.BAD_PASSWORD);
            expectAnswer(socket, Wire.change(person.name(), person.password(), password), Wire.BAD_NEW);
        }
    }

    @Test
    void nameIsRefusedAsPassword() {
        String name = Chatd.newName() + "-long-enough";
        try (Chat1Socket socket = chatd.connect()) {
            expectAnswer(socket, Wire.register(name, name), Wire.BAD_PASSWORD);
        }
    }

    static Stream<String> goodPasswords() {
        return Stream.of(
                "8-chars!", "x7".repeat(16), "пароль-и7", "with space in it", "emoji 🦉 owl", "12345678-but-more");
    }

    @ParameterizedTest
    @MethodSource("goodPasswords")
    void goodPasswordIsAccepted(String password) {
        var person = new Chatd.Person(Chatd.newName(), password);
        try (Chat1Socket socket = chatd.connect()) {
            expectAnswer(socket, Wire.register(person.name(), password), Wire.LOGGED_IN);
            socket.logIn(person);
        }
    }

    @Test
    void passwordsAreComparedInNfc() {
        String name = Chatd.newName();
        try (Chat1Socket socket = chatd.connect()) {
            expectAnswer(socket, Wire.register(name, "cafe\u0301-au-lait"), Wire.LOGGED_IN);
            socket.logIn(new Chatd.Person(name, "caf\u00e9-au-lait"));
        }
    }

    @Test
    void selfRegisteredAccountNeedNotChangeItsPassword() {
        Chatd.Person person = chatd.person();
        chatd.logIn(person).close();
    }
}
