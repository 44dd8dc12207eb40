package chatd.protocol;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** JSON messages, as the golden files have them, and what is none. */
class JsonTest {
    private static final int MOST = 100_000;
    private static final Json JSON = new Json(MOST);

    static Set<String> commands() {
        return JsonSamples.commands().keySet();
    }

    static Set<String> events() {
        return JsonSamples.events().keySet();
    }

    /** A line, with its end. */
    private static String golden(String direction, String name) throws IOException {
        String path = "golden/json/" + direction + "/" + name + ".json";
        try (InputStream in = requireNonNull(JsonTest.class.getResourceAsStream(path), path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
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
    void aCommandIsReadFromItsGoldenFile(String name) throws IOException {
        assertThat(read(golden("commands", name).stripTrailing()))
                .isEqualTo(JsonSamples.commands().get(name));
    }

    @ParameterizedTest
    @MethodSource("events")
    void anEventIsWrittenAsItsGoldenFileHasIt(String name) throws IOException {
        ByteBuf line = JSON.write(requireNonNull(JsonSamples.events().get(name)), UnpooledByteBufAllocator.DEFAULT);
        assertThat(line.toString(StandardCharsets.UTF_8)).isEqualTo(golden("events", name));
    }

    @Test
    void linesAreReadHoweverTheyAreCut() throws IOException {
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
                .containsExactly(
                        JsonSamples.commands().get("log-in"),
                        JsonSamples.commands().get("history"));
    }

    /** What no client that speaks the dialect sends. */
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
                "{\"type\": 30}",
                "{\"type\": -1}",
                "{\"type\": 99999999999}",
                "{'type': 5}",
                "{\"type\": 5,}",
                "{\"type\": 5, \"x\": NaN}",
                "{\"type\": 5, \"x\": 1e99999999999}",
                "{\"type\": 5, \"x\": -1E-99999999999}",
                "{\"type\": 5, \"x\": [[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]}"
            })
    void whatIsNoMessageCounts(String line) {
        assertThat(read(line)).isInstanceOfSatisfying(Command.Malformed.class, no -> {
            assertThat(no.counts()).isTrue();
            assertThat(no.type()).isZero();
        });
    }

    /** A megabyte of them would take fifty times as much memory, and hold up everybody else on the event loop. */
    @Test
    void whatHasMorePartsThanAnyMessageNeedsIsNoMessage() {
        String line = "{\"type\": 19, \"info\": {\"limit\": 1}, \"x\": [%s0]}";
        assertThat(read(line.formatted("{},".repeat(9_000)))).isInstanceOf(Command.ReadHistory.class);
        assertThat(read(line.formatted("{},".repeat(15_000)))).isInstanceOf(Command.Malformed.class);
    }

    @Test
    void whatIsNotUtf8IsNoMessage() {
        for (String hex : java.util.List.of("c328", "ff", "eda080", "c080", "f8888080")) {
            ByteBuf in = Unpooled.buffer()
                    .writeBytes("{\"type\":5,\"id\":\"".getBytes(StandardCharsets.US_ASCII))
                    .writeBytes(java.util.HexFormat.of().parseHex(hex))
                    .writeBytes("\"}\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(JSON.commandReader().next(in, true)).as(hex).isInstanceOf(Command.Malformed.class);
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
                "{'type': 1, 'info': {'user_id': 'a', 'user_pwd': '\\ud800'}} | user_pwd has half a character.",
                "{'type': 1, 'info': {'user_id': 'a', 'user_pwd': 'x', 'device': 7}} | device has to be a string.",
                "{'type': 5, 'send': 7} | send has to be a string.",
                "{'type': 5, 'receive': {}} | receive has to be a string.",
                "{'type': 19} | It has no limit.",
                "{'type': 19, 'info': {'limit': -1}} | limit has to be a whole number, not negative.",
                "{'type': 19, 'info': {'limit': 1.5}} | limit has to be a whole number, not negative.",
                "{'type': 19, 'info': {'limit': '5'}} | limit has to be a whole number, not negative.",
                "{'type': 19, 'info': {'limit': 5, 'after': -1}} | after has to be a whole number, not negative.",
                "{'type': 19, 'info': {'limit': 5, 'before': 9223372036854775808}} | before has to be a whole number, not negative.",
                "{'type': 19, 'info': {'limit': 5, 'with': 7}} | with has to be a string.",
                "{'type': 12, 'info': 5} | This server does not take type 12 yet."
            })
    void whatHasAnotherShapeSaysWhatIsWrongAndDoesNotCount(String line, String what) {
        String named = line.replace('\'', '"').replace("{\"type", "{\"id\": \"7\", \"type");
        assertThat(read(named)).isInstanceOfSatisfying(Command.Malformed.class, no -> {
            assertThat(no.what()).isEqualTo(what);
            assertThat(no.counts()).isFalse();
            assertThat(no.id()).isEqualTo("7");
        });
    }

    @Test
    void anIdHasAtMost64Bytes() {
        String line = "{\"type\":5,\"id\":\"%s\"}";
        assertThat(read(line.formatted("ü".repeat(32)))).isEqualTo(new Command.LogOut("ü".repeat(32)));
        assertThat(read(line.formatted("ü".repeat(32) + "x")))
                .isEqualTo(new Command.Malformed(5, "id has at most 64 bytes.", false, ""));
        assertThat(read(line.formatted("")).id()).isEmpty();
    }

    @Test
    void aLimitIsCutToTheMostThereIs() {
        String line = "{\"type\":19,\"info\":{\"limit\":%s}}";
        for (String limit : java.util.List.of("200", "201", "99999999999")) {
            assertThat(((Command.ReadHistory) read(line.formatted(limit))).limit())
                    .isEqualTo(200);
        }
        assertThat(((Command.ReadHistory) read(line.formatted("0"))).limit()).isZero();
    }

    /** Whatever users keep as their settings can be told. */
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
        assertThat(told(settings.getBytes(StandardCharsets.UTF_8)).stringValue())
                .isEqualTo(settings);
    }

    @Test
    void settingsMayBeAnyJson() {
        assertThat(told("[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]".getBytes(StandardCharsets.UTF_8))
                        .isArray())
                .isTrue();
        assertThat(told("{\"a\":1,\n\"a\":2}".getBytes(StandardCharsets.UTF_8)).toString())
                .isEqualTo("{\"a\":2}");
        assertThat(told("1e999999999".getBytes(StandardCharsets.UTF_8)).isNumber())
                .isTrue();
        assertThat(told(new byte[] {(byte) 0xff, 'x'}).stringValue()).isEqualTo("\uFFFDx");
    }

    @Test
    void settingsOfVeryManyPartsAreAString() {
        String settings = "[" + "{},".repeat(60_000) + "0]";
        assertThat(told(settings.getBytes(StandardCharsets.UTF_8)).stringValue())
                .isEqualTo(settings);
    }

    private static JsonNode told(byte[] settings) {
        ByteBuf line = JSON.write(new Event.Settings(new Document(settings)), UnpooledByteBufAllocator.DEFAULT);
        String text = line.toString(StandardCharsets.UTF_8);
        assertThat(text.indexOf('\n')).isEqualTo(text.length() - 1);
        return Json.LENIENT.readTree(text).path("info");
    }

    @Test
    void aLineOverTheLimitIsRefusedBeforeItsEnd() {
        for (boolean loggedIn : new boolean[] {false, true}) {
            int most = loggedIn ? MOST : LineReader.BEFORE_LOG_IN;
            MessageReader<Command> reader = JSON.commandReader();
            ByteBuf in = Unpooled.buffer().writeBytes(" ".repeat(most).getBytes(StandardCharsets.US_ASCII));
            assertThat(reader.next(in, loggedIn)).isNull();
            in.writeByte(' ');
            assertThatThrownBy(() -> reader.next(in, loggedIn))
                    .isInstanceOf(MalformedFrame.class)
                    .hasMessage("a message over the limit");
        }
    }

    @Test
    void aLineThatIsExactlyFullIsRead() {
        String message = "{\"type\":5,\"x\":\"";
        String full = message + "x".repeat(MOST - message.length() - 2) + "\"}";
        assertThat(full).hasSize(MOST);
        assertThat(read(full)).isEqualTo(new Command.LogOut(""));
    }

    @Test
    void aLongLineIsTakenForAsLongAsMayBe() {
        Json json = new Json(1 << 20);
        MessageReader<Command> reader = json.commandReader();
        ByteBuf in = Unpooled.buffer().writeZero(128 << 10);
        assertThat(reader.next(in, true)).isNull();
        assertThat(reader.awaited()).isZero();
        in.writeZero(1);
        assertThat(reader.next(in, true)).isNull();
        assertThat(reader.awaited()).isEqualTo(1 << 20);
    }

    @Test
    void whatChat1AloneHasIsNotWritten() {
        assertThatThrownBy(() -> JSON.write(new Event.ClearScreen(), UnpooledByteBufAllocator.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Chat1().write(new Event.Renamed(1, "alice"), UnpooledByteBufAllocator.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** What chat/1 says of a welcome is two packets. */
    @Test
    void aWelcomeIsTheListAndTheSettingsInChat1() {
        Event.Welcome welcome =
                (Event.Welcome) requireNonNull(JsonSamples.events().get("welcome"));
        Chat1 chat1 = new Chat1();
        MessageReader<Event> reader = chat1.eventReader();
        ByteBuf both = chat1.write(welcome, UnpooledByteBufAllocator.DEFAULT);
        assertThat(reader.next(both, true))
                .isInstanceOfSatisfying(
                        Event.LoggedIn.class, in -> assertThat(in.roster()).isEqualTo(welcome.roster()));
        assertThat(reader.next(both, true)).isEqualTo(new Event.Settings(welcome.settings()));
        assertThat(both.isReadable()).isFalse();
    }
}
