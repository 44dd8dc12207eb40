package chatd.protocol.json;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.protocol.ContentEquality;
import chatd.protocol.Dialect;
import chatd.protocol.MalformedFrame;
import chatd.protocol.MessageReader;
import chatd.protocol.command.Command;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.Document;
import chatd.protocol.value.people.User;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** JSON messages as in the golden files, and input that is not a message. */
class JsonTest {
    private static final int MAX = 100_000;
    private static final Json JSON = new Json(Carrier.LINES, MAX);

    static Set<String> commands() {
        return JsonSamples.commands().keySet();
    }

    static Set<String> events() {
        return JsonSamples.events().keySet();
    }

    /** Returns the line in a golden file, including its line end. */
    static String golden(String direction, String name) {
        String path = "golden/" + direction + "/" + name + ".json";
        try (InputStream in = requireNonNull(JsonTest.class.getResourceAsStream(path), path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Command read(String line) {
        ByteBuf in = Unpooled.copiedBuffer(line + "\n", StandardCharsets.UTF_8);
        Command command = requireNonNull(JSON.commandReader().next(in, true));
        assertThat(in.isReadable()).isFalse();
        return command;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aCommandIsReadFromItsGoldenFile(String name) {
        assertThat(read(golden("commands", name).stripTrailing()))
                .matches(read ->
                        ContentEquality.areEqual(read, JsonSamples.commands().get(name)));
    }

    @ParameterizedTest
    @MethodSource("events")
    void anEventIsWrittenAsInItsGoldenFile(String name) {
        assertThat(line(requireNonNull(JsonSamples.events().get(name)), 1)).isEqualTo(golden("events", name));
    }

    @Test
    void linesAreReadHoweverTheyAreSplit() {
        String lines = golden("commands", "log-in") + golden("commands", "history");
        MessageReader<Command> reader = JSON.commandReader();
        ByteBuf in = Unpooled.buffer();
        java.util.List<Command> read = new java.util.ArrayList<>();
        for (byte one : lines.getBytes(StandardCharsets.UTF_8)) {
            in.writeByte(one);
            Command command = reader.next(in, true);
            if (command != null) {
                read.add(command);
            }
            assertThat(reader.inFrame()).isEqualTo(command == null);
        }
        assertThat(read)
                .matches(all -> ContentEquality.areEqual(
                        all,
                        List.of(
                                requireNonNull(JsonSamples.commands().get("log-in")),
                                requireNonNull(JsonSamples.commands().get("history")))));
    }

    /** Input that no client speaking the dialect sends. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "GET / HTTP/1.1\r",
                "null",
                "[]",
                "7",
                "\"text\"",
                "{",
                "{}",
                "{} {}",
                "{\"type\": 5, \"type\": 5}",
                "{\"type\": \"5\"}",
                "{\"type\": 5.0}",
                "{\"type\": 0}",
                "{\"type\": 40}",
                "{\"type\": -1}",
                "{\"type\": 99999999999}",
                "{'type': 5}",
                "{\"type\": 5,}",
                "{\"type\": 5, \"x\": NaN}",
                "{\"type\": 5, \"x\": 1e99999999999}",
                "{\"type\": 5, \"x\": -1E-99999999999}",
                "{\"type\": 5, \"x\": [[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]}"
            })
    void inputThatIsNotAMessageCountsAsAViolation(String line) {
        assertThat(read(line)).isInstanceOfSatisfying(SessionCommand.Malformed.class, malformed -> {
            assertThat(malformed.isViolation()).isTrue();
            assertThat(malformed.claimedType()).isEmpty();
        });
    }

    /** A megabyte of parts would take fifty times as much memory, and block everybody else on the event loop. */
    @Test
    void aLineWithMorePartsThanAnyMessageNeedsIsMalformed() {
        String line = "{\"type\": 19, \"info\": {\"limit\": 1}, \"x\": [%s0]}";
        assertThat(read(line.formatted("{},".repeat(9_000)))).isInstanceOf(MessageCommand.ReadHistory.class);
        assertThat(read(line.formatted("{},".repeat(15_000)))).isInstanceOf(SessionCommand.Malformed.class);
    }

    /** Anybody can cause any number of these, with HTTP requests that are refused. */
    @Test
    void anAnswerForAnotherCarrierLeaksNoMemory() {
        SessionEvent refused = SessionEvent.Refused.to(
                new SessionCommand.LogOut("x"), Code.NOT_LOGGED_IN, "Log in first.".repeat(10), Instant.EPOCH);
        UnpooledByteBufAllocator buffers = UnpooledByteBufAllocator.DEFAULT;
        long before = buffers.metric().usedDirectMemory() + buffers.metric().usedHeapMemory();
        for (int i = 0; i < 20_000; i++) {
            assertThat(Json.info(refused)).isNotEmpty();
        }
        assertThat(buffers.metric().usedDirectMemory() + buffers.metric().usedHeapMemory() - before)
                .isLessThan(1_000_000);
    }

    @Test
    void aLineThatIsNotUtf8IsMalformed() {
        for (String hex : java.util.List.of("c328", "ff", "eda080", "c080", "f8888080")) {
            ByteBuf in = Unpooled.buffer()
                    .writeBytes("{\"type\":5,\"id\":\"".getBytes(StandardCharsets.US_ASCII))
                    .writeBytes(java.util.HexFormat.of().parseHex(hex))
                    .writeBytes("\"}\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(JSON.commandReader().next(in, true)).as(hex).isInstanceOf(SessionCommand.Malformed.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'type': 1} | It has no user_id.",
                "{'type': 1, 'info': 'alice'} | It has no user_id.",
                "{'type': 1, 'info': {'user_id': 'alice'}} | It has no user_pwd.",
                "{'type': 1, 'info': {'user_id': 1, 'user_pwd': 'x'}} | user_id has to be a string.",
                "{'type': 1, 'info': {'user_id': null, 'user_pwd': 'x'}} | user_id has to be a string.",
                "{'type': 1, 'info': {'user_id': 'a', 'user_pwd': ['x']}} | user_pwd has to be a string.",
                "{'type': 1, 'info': {'user_id': 'a', 'user_pwd': '\\ud800'}} | user_pwd contains an unpaired surrogate.",
                "{'type': 1, 'info': {'user_id': 'a', 'user_pwd': 'x', 'device': 7}} | device has to be a string.",
                "{'type': 5, 'send': 7} | send has to be a string.",
                "{'type': 5, 'receive': {}} | receive has to be a string.",
                "{'type': 3, 'info': 'hello'} | It has no receive.",
                "{'type': 3, 'receive': 'U2'} | It has no text.",
                "{'type': 3, 'receive': 'U2', 'info': {}} | text has to be a string.",
                "{'type': 3, 'receive': 'U2', 'info': '\\udc00'} | text contains an unpaired surrogate.",
                "{'type': 3, 'receive': 'U2', 'info': 'x', 're': 'U1'} | re has to be a whole number that is not negative.",
                "{'type': 4, 'receive': 'U1', 'info': 'x'} | receive has to be \"\", for everyone, or a group's number.",
                "{'type': 23, 'info': {'op': 'join', 'group_id': 'U1'}} | group_id has to be a group's number.",
                "{'type': 23, 'info': {'op': 'add', 'group_id': 'G1'}} | It has no users.",
                "{'type': 23, 'info': {'op': 'create', 'name': 'x', 'history': 'some'}} | history has to be one of all, joined.",
                "{'type': 23, 'info': {'op': 'role', 'group_id': 'G1', 'user': 'a', 'role': 'king'}} | role has to be one of owner, admin, member.",
                "{'type': 23, 'info': {'op': 'dance', 'group_id': 'G1'}} | Messages of type 23 have no such info.",
                "{'type': 11, 'info': {'PU': 0}} | It has no NewInf.",
                "{'type': 11, 'info': {'NewInf': 'x'}} | Messages of type 11 have no such info.",
                "{'type': 11, 'info': {'PU': 1.9, 'NewInf': 'x'}} | Messages of type 11 have no such info.",
                "{'type': 11, 'info': {'PU': 1e-99999, 'NewInf': 'x'}} | Messages of type 11 have no such info.",
                "{'type': 13, 'info': {'user_name': 'x'}} | It has no user_pwd.",
                "{'type': 19, 'info': {'limit': -1}} | limit has to be a whole number that is not negative.",
                "{'type': 19, 'info': {'limit': 1.5}} | limit has to be a whole number that is not negative.",
                "{'type': 19, 'info': {'limit': '5'}} | limit has to be a whole number that is not negative.",
                "{'type': 19, 'info': {'limit': 5, 'after': -1}} | after has to be a whole number that is not negative.",
                "{'type': 19, 'info': {'limit': 5, 'before': 9223372036854775808}} | before has to be a whole number that is not negative.",
                "{'type': 19, 'info': {'limit': 5, 'with': 7}} | with has to be a string.",
                "{'type': 26} | It has no any.",
                "{'type': 12, 'info': 5} | Messages of type 12 have no such info."
            })
    void aMessageOfTheWrongShapeIsExplainedAndDoesNotCountAsAViolation(String line, String what) {
        String named = line.replace('\'', '"').replace("{\"type", "{\"id\": \"7\", \"type");
        assertThat(read(named)).isInstanceOfSatisfying(SessionCommand.Malformed.class, malformed -> {
            assertThat(malformed.problem()).isEqualTo(what);
            assertThat(malformed.isViolation()).isFalse();
            assertThat(malformed.id()).isEqualTo("7");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"U2", "u2", "2"})
    void aUserIsReferredToByNumber(String user) {
        assertThat(userOfLogIn(user)).isEqualTo(new User.Numbered(2, user));
    }

    @ParameterizedTest
    @ValueSource(strings = {"G2", "g2"})
    void aGroupIsReferredToByNumber(String group) {
        assertThat(userOfLogIn(group)).isEqualTo(new User.Group(2, group));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bob", "U", "U02", "0", "02", "U2x", "UU2", "-2", "G0", "G02", "U1234567890123456789"})
    void aUserIsReferredToByName(String user) {
        assertThat(userOfLogIn(user)).isEqualTo(new User.NamedLoosely(user));
    }

    private static User userOfLogIn(String user) {
        return ((SessionCommand.LogIn)
                        read("{\"type\":1,\"info\":{\"user_id\":\"%s\",\"user_pwd\":\"x\"}}".formatted(user)))
                .user();
    }

    @Test
    void anIdHasAtMost64Bytes() {
        String line = "{\"type\":5,\"id\":\"%s\"}";
        assertThat(read(line.formatted("ü".repeat(32)))).isEqualTo(new SessionCommand.LogOut("ü".repeat(32)));
        assertThat(read(line.formatted("ü".repeat(32) + "x")))
                .isEqualTo(new SessionCommand.Malformed("5", "id is longer than 64 bytes.", false, ""));
        assertThat(read(line.formatted("")).id()).isEmpty();
    }

    @Test
    void aLimitIsReducedToTheMaximum() {
        String line = "{\"type\":19,\"info\":{\"limit\":%s}}";
        for (String limit : java.util.List.of("200", "201", "99999999999")) {
            assertThat(((MessageCommand.ReadHistory) read(line.formatted(limit))).limit())
                    .isEqualTo(200);
        }
        assertThat(((MessageCommand.ReadHistory) read(line.formatted("1"))).limit())
                .isOne();
    }

    /** Settings can be sent whatever their form. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e99999999999",
                "[-1E-99999999999]",
                "theme dark",
                "{\"a\":1} {\"b\":2}",
                "\u0000",
                " ",
                "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
            })
    void settingsThatAreNotJsonAreAString(String settings) {
        assertThat(sentSettings(settings.getBytes(StandardCharsets.UTF_8)).stringValue())
                .isEqualTo(settings);
    }

    @Test
    void settingsMayBeAnyJson() {
        assertThat(sentSettings("[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]".getBytes(StandardCharsets.UTF_8))
                        .isArray())
                .isTrue();
        assertThat(sentSettings("{\"a\":1,\n\"a\":2}".getBytes(StandardCharsets.UTF_8))
                        .toString())
                .isEqualTo("{\"a\":2}");
        assertThat(sentSettings("1e999999999".getBytes(StandardCharsets.UTF_8)).isNumber())
                .isTrue();
        assertThat(sentSettings(new byte[] {(byte) 0xff, 'x'}).stringValue()).isEqualTo("\uFFFDx");
    }

    @Test
    void settingsWithTooManyPartsAreAString() {
        String settings = "[" + "{},".repeat(60_000) + "0]";
        assertThat(sentSettings(settings.getBytes(StandardCharsets.UTF_8)).stringValue())
                .isEqualTo(settings);
    }

    private static JsonNode sentSettings(byte[] settings) {
        String text = line(new UserEvent.Settings(new Document(settings)), 1);
        assertThat(text.indexOf('\n')).isEqualTo(text.length() - 1);
        return Json.LENIENT.readTree(text).path("info");
    }

    @Test
    void aLineOverTheLimitIsRefusedBeforeItsEnd() {
        for (boolean loggedIn : new boolean[] {false, true}) {
            int max = loggedIn ? MAX : LineReader.MAX_BYTES_BEFORE_LOGIN;
            MessageReader<Command> reader = JSON.commandReader();
            ByteBuf in = Unpooled.buffer().writeBytes(" ".repeat(max).getBytes(StandardCharsets.US_ASCII));
            assertThat(reader.next(in, loggedIn)).isNull();
            in.writeByte(' ');
            assertThatThrownBy(() -> reader.next(in, loggedIn))
                    .isInstanceOf(MalformedFrame.class)
                    .hasMessage("a message over the limit");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':19,'info':{'limit':0}}",
                "{'type':27,'info':{'text':'a','limit':0}}",
                "{'type':28,'info':{'text':'a','limit':0}}",
                "{'type':28,'info':{'friends':true,'limit':0}}",
                "{'type':37,'info':{'limit':0}}",
                "{'type':23,'info':{'op':'members','group_id':'G1','limit':0}}"
            })
    void aLimitOfZeroIsRefused(String message) {
        assertThat(read(message.replace('\'', '"')))
                .isInstanceOfSatisfying(
                        SessionCommand.Malformed.class,
                        bad -> assertThat(bad.toString()).contains("limit has to be at least 1."));
        assertThat(read(message.replace('\'', '"').replace(":0}}", ":1}}")))
                .isNotInstanceOf(SessionCommand.Malformed.class);
    }

    @Test
    void aLineThatIsExactlyFullIsRead() {
        String message = "{\"type\":5,\"x\":\"";
        String full = message + "x".repeat(MAX - message.length() - 2) + "\"}";
        assertThat(full).hasSize(MAX);
        assertThat(read(full)).isEqualTo(new SessionCommand.LogOut(""));
    }

    @Test
    void aLongLineReservesTheMaximumSize() {
        Json json = new Json(Carrier.LINES, 1 << 20);
        MessageReader<Command> reader = json.commandReader();
        ByteBuf in = Unpooled.buffer().writeZero(128 << 10);
        assertThat(reader.next(in, true)).isNull();
        assertThat(reader.bytesToReserve()).isZero();
        in.writeZero(1);
        assertThat(reader.next(in, true)).isNull();
        assertThat(reader.bytesToReserve()).isEqualTo(1 << 20);
    }

    /** Encodes an event as its one line. */
    private static String line(Event event, long viewer) {
        List<Dialect.Frame> frames = JSON.frames(event, viewer, UnpooledByteBufAllocator.DEFAULT);
        assertThat(frames).hasSize(1);
        return frames.getFirst().bytes().toString(StandardCharsets.UTF_8);
    }

    /** Returns the names of all events except refusals, which a client reads without the refused command. */
    static Stream<String> wholeEvents() {
        return JsonSamples.events().entrySet().stream()
                .filter(sample -> !(sample.getValue() instanceof SessionEvent.Refused))
                .map(Map.Entry::getKey);
    }

    private static Event readEvent(String line) {
        ByteBuf in = Unpooled.copiedBuffer(line, StandardCharsets.UTF_8);
        Event event = requireNonNull(JSON.eventReader().next(in, true));
        assertThat(in.isReadable()).isFalse();
        return event;
    }

    @ParameterizedTest
    @MethodSource("wholeEvents")
    void anEventIsReadFromItsGoldenFile(String name) {
        Event read = readEvent(golden("events", name));
        assertThat(read).hasSameClassAs(requireNonNull(JsonSamples.events().get(name)));
        assertThat(line(read, 1)).isEqualTo(golden("events", name));
    }

    @Test
    void aRefusalIsReadFromItsGoldenFile() {
        assertThat(readEvent(golden("events", "refused")))
                .isEqualTo(new SessionEvent.Refused(null, Code.NOT_LOGGED_IN, "Log in first.", "7", null));
        assertThat(readEvent(golden("events", "log-in-refused")))
                .isEqualTo(new SessionEvent.Refused(null, Code.MUST_CHANGE_PASSWORD, "", "", null));
    }

    @Test
    void aClientSkipsMessagesItDoesNotKnow() {
        assertThat(readEvent("{\"type\":999}\n{\"type\":6,\"info\":{\"op\":\"other\"}}\n" + golden("events", "notice")))
                .isInstanceOf(SessionEvent.Notice.class);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aCommandIsReadAsItWasWritten(String name) {
        Command command = requireNonNull(JsonSamples.commands().get(name));
        if (command instanceof SessionCommand.Malformed) {
            assertThatThrownBy(() -> JSON.write(command, UnpooledByteBufAllocator.DEFAULT))
                    .isInstanceOf(IllegalArgumentException.class);
        } else {
            ByteBuf line = JSON.write(command, UnpooledByteBufAllocator.DEFAULT);
            assertThat(JSON.commandReader().next(line, true)).matches(read -> ContentEquality.areEqual(read, command));
        }
    }

    @Test
    void eventsOnlyForChat1HaveNoFramesInJson() {
        assertThat(JSON.frames(new MessageEvent.ClearScreen(), 1, UnpooledByteBufAllocator.DEFAULT))
                .isEmpty();
        assertThat(JSON.frames(new UserEvent.Joined(3, "carol"), 1, UnpooledByteBufAllocator.DEFAULT))
                .isEmpty();
    }

    /**
     * Each receiver of a message to several sees no other receiver; the sender sees all of them.
     */
    @Test
    void aMessageToSeveralHidesTheOtherReceivers() {
        Event event = requireNonNull(JsonSamples.events().get("text-to-several"));
        assertThat(line(event, 1)).isEqualTo(golden("events", "text-to-several"));
        assertThat(line(event, 3))
                .contains("\"receive\":\"U3\"")
                .doesNotContain("receivers")
                .doesNotContain("U2");
        assertThat(JSON.viewKey(event, 2)).isNotEqualTo(JSON.viewKey(event, 3));
        assertThat(JSON.viewKey(requireNonNull(JsonSamples.events().get("text")), 2))
                .isEqualTo(JSON.viewKey(requireNonNull(JsonSamples.events().get("text")), 3));
    }
}
