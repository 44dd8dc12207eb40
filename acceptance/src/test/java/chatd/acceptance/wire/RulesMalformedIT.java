package chatd.acceptance.wire;

import static chatd.acceptance.kit.Wire.frame;
import static chatd.acceptance.kit.Wire.header;
import static chatd.acceptance.kit.Wire.join;
import static chatd.acceptance.kit.Wire.name;
import static chatd.acceptance.kit.Wire.number;
import static chatd.acceptance.kit.Wire.padded;
import static chatd.acceptance.kit.Wire.to;
import static chatd.acceptance.kit.Wire.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import chatd.acceptance.kit.AuditReader;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Wire;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rule 12: a malformed frame closes the connection, has no effect, and nobody else notices. */
@ExtendWith(SharedChatd.class)
class RulesMalformedIT {

    private static final byte[] BROKEN = Arrays.copyOf(utf8("ab\0c"), 32);
    private static final byte[] NOT_UTF8 = Arrays.copyOf(new byte[] {'a', (byte) 0xc3, '('}, 32);
    private static final byte[] FILE_NAME = padded("file", 64);
    private static final int TO_SOME = 4 + 32 * 1000;
    private final Chatd chatd;

    RulesMalformedIT(Chatd chatd) {
        this.chatd = chatd;
    }

    static Stream<Arguments> anywhere() {
        byte[] ok = name("somebody");
        return Stream.of(
                arguments("unknown type", frame(0x0011_0000)),
                arguments("type 0", frame(0)),
                arguments("a type of the daemon's", frame(Wire.TEXT, new byte[51], utf8("x"))),
                arguments("unknown subtype of 0x10", frame(0x0010_0003, ok, ok)),
                arguments("unknown subtype of 0x12", frame(0x0012_0006, number(1))),
                arguments("unknown subtype of 0x13", frame(0x0013_0001)),
                arguments("login too short", frame(Wire.LOG_IN, ok, padded("x", 31))),
                arguments("login without a body", frame(Wire.LOG_IN)),
                arguments("login too long, header only", header(Wire.LOG_IN, 65)),
                arguments("register too long, header only", header(Wire.REGISTER, 65)),
                arguments("change too short", frame(Wire.CHANGE, ok, ok)),
                arguments("change too long, header only", header(Wire.CHANGE, 97)),
                arguments("4 GiB, header only", header(Wire.LOG_IN, 0xffff_ffffL)),
                arguments("name's padding in login", frame(Wire.LOG_IN, BROKEN, ok)),
                arguments("password's padding in login", frame(Wire.LOG_IN, ok, BROKEN)),
                arguments("name's padding in register", frame(Wire.REGISTER, BROKEN, ok)),
                arguments("password's padding in register", frame(Wire.REGISTER, ok, BROKEN)),
                arguments("name's padding in change", frame(Wire.CHANGE, BROKEN, ok, ok)),
                arguments("old password's padding in change", frame(Wire.CHANGE, ok, BROKEN, ok)),
                arguments("new password's padding in change", frame(Wire.CHANGE, ok, ok, BROKEN)));
    }

    static Stream<Arguments> afterLogIn() {
        byte[] bob = name("bob");
        byte[] text = utf8("not to be seen");
        byte[] badText = {'x', (byte) 0xed, (byte) 0xa0, (byte) 0x80}; // a surrogate
        return Stream.of(
                arguments("text to some too long, header only", header(Wire.TEXT_TO_SOME, TO_SOME + 65_536 + 1)),
                arguments("text to all too long, header only", header(Wire.TEXT_TO_ALL, 65_536 + 1)),
                arguments(
                        "file to some too long, header only", header(Wire.FILE_TO_SOME, TO_SOME + 64 + (16 << 20) + 1)),
                arguments("file to all too long, header only", header(Wire.FILE_TO_ALL, 64 + (16 << 20) + 1)),
                arguments("fetch too long, header only", header(Wire.FETCH, 5)),
                arguments("replay too long, header only", header(Wire.REPLAY, 5)),
                arguments("settings too long, header only", header(Wire.STORE, (1 << 20) + 1)),
                arguments("fetch too short", frame(Wire.FETCH, new byte[3])),
                arguments("replay without a body", frame(Wire.REPLAY)),
                arguments("text without a count", frame(Wire.TEXT_TO_SOME, new byte[3])),
                arguments("text with fewer names than its count", frame(Wire.TEXT_TO_SOME, number(3), bob, bob)),
                arguments("text with 4,294,967,295 names", frame(Wire.TEXT_TO_SOME, number(-1), bob, text)),
                arguments("text with 134,217,728 names", frame(Wire.TEXT_TO_SOME, number(1 << 27), text)),
                arguments("text with an empty name among two", frame(Wire.TEXT_TO_SOME, to("bob", ""), text)),
                arguments("text with broken padding", frame(Wire.TEXT_TO_SOME, number(1), BROKEN, text)),
                arguments("text to a name that is not UTF-8", frame(Wire.TEXT_TO_SOME, number(1), NOT_UTF8, text)),
                arguments("text that is not UTF-8", frame(Wire.TEXT_TO_SOME, to("bob"), badText)),
                arguments("text to all that is not UTF-8", frame(Wire.TEXT_TO_ALL, badText)),
                arguments(
                        "text cut in a character", frame(Wire.TEXT_TO_ALL, new byte[] {'x', (byte) 0xe4, (byte) 0xb8})),
                arguments("file without a name field", frame(Wire.FILE_TO_SOME, to("bob"), new byte[63])),
                arguments("file to all without a name field", frame(Wire.FILE_TO_ALL, new byte[63])),
                arguments("file with fewer names than its count", frame(Wire.FILE_TO_SOME, number(9), bob, FILE_NAME)),
                arguments("file with an empty name among two", frame(Wire.FILE_TO_SOME, to("", "bob"), FILE_NAME)),
                arguments("file with an empty name", Wire.file("", text, "bob")),
                arguments("file named .", Wire.file(".", text, "bob")),
                arguments("file named ..", Wire.fileToAll("..", text)),
                arguments("file with a slash", Wire.file("a/b", text, "bob")),
                arguments("file with a backslash", Wire.fileToAll("a\\b", text)),
                arguments("file with a line end", Wire.file("a\nb", text, "bob")),
                arguments("file that hides its extension", Wire.file("photo\u202Egpj.exe", text, "bob")),
                arguments("file with an invisible character", Wire.fileToAll("a\u200Bb", text)),
                arguments("file with DEL", Wire.file("a\u007fb", text, "bob")),
                arguments("file with a C1 control", Wire.file("a\u0085b", text, "bob")),
                arguments("file name that is not UTF-8", frame(Wire.FILE_TO_ALL, Arrays.copyOf(NOT_UTF8, 64), text)),
                arguments("file name with broken padding", frame(Wire.FILE_TO_ALL, Arrays.copyOf(BROKEN, 64), text)));
    }

    static Stream<Arguments> beforeLogIn() {
        return Stream.of(
                arguments("text before login", Wire.text("x", "bob")),
                arguments("text to all before login", Wire.textToAll("x")),
                arguments("file before login", Wire.fileToAll("f", utf8("x"))),
                arguments("fetch before login", Wire.fetch(1)),
                arguments("replay before login", Wire.replay(0)),
                arguments("settings before login", Wire.store(utf8("x"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"anywhere", "beforeLogIn"})
    void closesAConnectionBeforeLogIn(String what, byte[] malformed) {
        try (Chat1Socket watcher = chatd.newcomer();
                Chat1Socket socket = chatd.connect()) {
            socket.send(malformed);
            socket.expectClosed();
            watcher.fenceWithNothing();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"anywhere", "afterLogIn"})
    void closesASessionWithoutAnyEffect(String what, byte[] malformed) {
        Chatd.Person person = chatd.person();
        try (Chat1Socket watcher = chatd.newcomer();
                Chat1Socket socket = chatd.logIn(person)) {
            watcher.expectPresence(Wire.ONLINE, socket.name());
            socket.send(malformed);
            socket.expectClosed();
            watcher.expectPresence(Wire.OFFLINE, socket.name());
            watcher.fenceWithNothing();
            assertThat(watcher.history(1)).isEmpty();
            try (Chat1Socket again = chatd.logIn(person)) {
                assertThat(again.history(1)).isEmpty();
            }
        }
    }

    @Test
    void nothingAfterAMalformedFrameTakesEffect() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket ben = chatd.newcomer();
                Chat1Socket socket = chatd.logIn(person)) {
            ben.expectPresence(Wire.ONLINE, socket.name());
            socket.send(Wire.text("before", ben.name()), frame(0x0011_0000), Wire.text("after", ben.name()));
            socket.expectClosed();
            ben.expectText(socket.name(), "before");
            ben.expectPresence(Wire.OFFLINE, socket.name());
            assertThat(ben.history(10)).containsExactly("before");
        }
    }

    @Test
    void truncatedFrameHasNoEffect() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket ben = chatd.newcomer();
                Chat1Socket socket = chatd.logIn(person)) {
            ben.expectPresence(Wire.ONLINE, socket.name());
            byte[] whole = Wire.text("cut off", ben.name());
            socket.send(Arrays.copyOf(whole, whole.length - 1)).close();
            ben.expectPresence(Wire.OFFLINE, socket.name());
            assertThat(ben.history(10)).isEmpty();
        }
    }

    @Test
    void framesMayArriveOneByteAtATimeOrManyAtOnce() {
        Chatd.Person person = chatd.person();
        byte[] both = join(Wire.logIn(person.name(), person.password()), Wire.text("slow", person.name()));
        try (Chat1Socket socket = chatd.connect()) {
            for (byte b : both) {
                socket.send(new byte[] {b});
            }
            socket.expect(Wire.LOGGED_IN);
            socket.expect(Wire.SETTINGS);
            socket.expectText(person.name(), "slow");
        }
        try (Chat1Socket socket = chatd.connect()) {
            socket.send(both);
            assertThat(socket.next().code()).isIn(Wire.LOGGED_IN, Wire.LOGGED_IN_DISPLACING);
            socket.expect(Wire.SETTINGS);
            socket.expectText(person.name(), "slow");
        }
    }

    @Test
    void badNamesAndPasswordsAreAnsweredAtLoginAndRegistration() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket socket = chatd.connect()) {
            byte[] password = name(Chatd.PASSWORD);
            assertThat(socket.send(Wire.logIn("", Chatd.PASSWORD)).next().code())
                    .isEqualTo(Wire.NO_SUCH_USER);
            assertThat(socket.send(Wire.logIn("a/b\n", Chatd.PASSWORD)).next().code())
                    .isEqualTo(Wire.NO_SUCH_USER);
            assertThat(socket.send(frame(Wire.LOG_IN, NOT_UTF8, password))
                            .next()
                            .code())
                    .isEqualTo(Wire.NO_SUCH_USER);
            assertThat(socket.send(frame(Wire.REGISTER, NOT_UTF8, password))
                            .next()
                            .code())
                    .isEqualTo(Wire.BAD_NAME);
            assertThat(socket.send(Wire.register("a/b\n", Chatd.PASSWORD))
                            .next()
                            .code())
                    .isEqualTo(Wire.BAD_NAME);
            assertThat(socket.send(frame(Wire.LOG_IN, name(person.name()), NOT_UTF8))
                            .next()
                            .code())
                    .isEqualTo(Wire.WRONG_PASSWORD);
            assertThat(socket.send(Wire.logIn(person.name(), "")).next().code()).isEqualTo(Wire.WRONG_PASSWORD);
            assertThat(socket.send(frame(Wire.REGISTER, name(Chatd.newName()), NOT_UTF8))
                            .next()
                            .code())
                    .isEqualTo(Wire.BAD_PASSWORD);
        }
    }

    @Test
    void violationIsInTheLogWithItsHeader() throws Exception {
        byte[] malformed = header(Wire.FETCH, 0x5a5a);
        try (Chat1Socket socket = chatd.newcomer()) {
            socket.send(malformed);
            socket.expectClosed();
            var reader = new AuditReader(chatd.auditLog());
            String hex = HexFormat.of().formatHex(malformed);
            await().untilAsserted(() -> assertThat(reader.all())
                    .anyMatch(entry -> entry.get("name").equals(socket.name())
                            && entry.line()
                                    .toLowerCase(Locale.ROOT)
                                    .replace(" ", "")
                                    .contains(hex)));
        }
    }
}
