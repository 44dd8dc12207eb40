package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.WebSocketClient;
import chatd.acceptance.kit.WebSocketClient.Received;
import chatd.acceptance.kit.Wire;
import io.netty.util.internal.PlatformDependent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The WebSocket as a carrier, tested with the cases of the Autobahn suite (1 framing, 2 pings, 3 reserved bits, 4
 * opcodes, 5 fragments, 6 UTF-8, 7 closing, 10 chops, 12 and 13 compression), with messages that the daemon answers in
 * place of an echo.
 */
@ParameterizedClass
@ValueSource(booleans = {false, true})
@ExtendWith(SharedChatd.class)
class WebSocketIT {
    private static final int NORMAL = 1000;
    private static final int PROTOCOL_ERROR = 1002;
    private static final int UNSUPPORTED_DATA = 1003;
    private static final int NOT_UTF8 = 1007;
    private static final int POLICY_VIOLATION = 1008;
    private static final int TOO_LARGE = 1009;

    private static final int WHOLE = WebSocketClient.FINAL | WebSocketClient.TEXT;

    private final Chatd chatd;
    private final boolean compressed;
    private final WebSocketClient socket;

    WebSocketIT(boolean compressed, Chatd chatd) throws IOException {
        this.chatd = chatd;
        this.compressed = compressed;
        this.socket = connect();
    }

    private WebSocketClient connect() throws IOException {
        return WebSocketClient.open(chatd.tls().connect(chatd.host(), chatd.port(), "http/1.1"), compressed);
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
    }

    /** Returns a message of this many bytes that is refused before login, with its id. */
    private static String message(String id, int size) {
        String start = "{\"type\":19,\"id\":\"" + id + "\",\"info\":{\"before\":1,\"limit\":1},\"x\":\"";
        return start + "*".repeat(Math.max(0, size - start.length() - 2)) + "\"}";
    }

    private static String message(String id) {
        return message(id, 0);
    }

    private void expectAnswer(String id) throws IOException {
        byte[] answer = Objects.requireNonNull(socket.nextText(), "closed");
        JsonNode info = JsonMapper.shared().readTree(answer).path("info");
        assertThat(info.path("id").asString()).isEqualTo(id);
        assertThat(info.path("code").asString()).isEqualTo("not-logged-in");
    }

    private void expectOpen() throws IOException {
        socket.send(WHOLE, message("still here"));
        expectAnswer("still here");
    }

    private void logIn() throws IOException {
        Chatd.Person person = chatd.person();
        socket.send(
                WHOLE,
                "{\"type\":1,\"info\":{\"user_id\":\"%s\",\"user_pwd\":\"%s\"}}"
                        .formatted(person.name(), person.password()));
        assertThat(text(socket.nextText())).contains("\"code\":\"ok\"");
    }

    private static String text(byte @Nullable [] message) {
        return new String(Objects.requireNonNull(message), StandardCharsets.UTF_8);
    }

    // 1: framing

    @ParameterizedTest
    @ValueSource(ints = {0, 125, 126, 127, 128, 1_000, 16 << 10})
    void textsOfAllLengthsArrive(int size) throws IOException {
        socket.send(WHOLE, message("a", size));
        expectAnswer("a");
        expectOpen();
    }

    @ParameterizedTest
    @ValueSource(ints = {65_535, 65_536, 200_000, 1 << 20})
    void longTextsArriveAfterLogin(int size) throws IOException {
        logIn();
        socket.send(WHOLE, message("a", size));
        assertThat(text(socket.nextText())).contains("\"type\":20");
    }

    @Test
    void anOversizedTextClosesTheConnection() throws IOException {
        socket.send(WHOLE, message("a", (16 << 10) + 1));
        assertThat(socket.closeCode()).isEqualTo(TOO_LARGE);
    }

    @Test
    void anOversizedTextAfterLoginClosesTheConnection() throws IOException {
        logIn();
        socket.send(WHOLE, message("a", (1 << 20) + 1));
        assertThat(socket.closeCode()).isEqualTo(TOO_LARGE);
    }

    @Test
    void anOversizedFrameIsRefusedAtItsHeader() throws IOException {
        byte[] header = ByteBuffer.allocate(14)
                .put((byte) WHOLE)
                .put((byte) 0xff)
                .putLong(1L << 40)
                .putInt(0)
                .array();
        socket.raw(header);
        assertThat(socket.closeCode()).isEqualTo(TOO_LARGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {WebSocketClient.BINARY, WebSocketClient.BINARY | WebSocketClient.FINAL})
    void binaryDataIsRefused(int first) throws IOException {
        socket.send(first, message("a"));
        assertThat(socket.closeCode()).isEqualTo(UNSUPPORTED_DATA);
    }

    @ParameterizedTest
    @CsvSource({"126, 2, 125", "127, 8, 125", "127, 8, 65535", "127, 8, -1"})
    void lengthsMustBeInTheirShortestForm(int code, int bytes, long length) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(2 + bytes + 4).put((byte) WHOLE).put((byte) (0x80 | code));
        header = bytes == 2 ? header.putShort((short) length) : header.putLong(length);
        socket.raw(header.putInt(0).array());
        assertThat(socket.closeCode()).isEqualTo(PROTOCOL_ERROR);
    }

    // Masks

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 0x0a0a0a0a, 0x7b000000})
    void anyMaskIsRemoved(int mask) throws IOException {
        socket.setMask(mask);
        socket.send(WHOLE, message("a", 1_001));
        expectAnswer("a");
    }

    @Test
    void anUnmaskedFrameIsRefused() throws IOException {
        byte[] text = Wire.utf8(message("a"));
        socket.raw(new byte[] {(byte) WHOLE, (byte) text.length}).raw(text);
        assertThat(socket.closeCode()).isEqualTo(PROTOCOL_ERROR);
    }

    // 2: pings

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125})
    void pongsEchoThePayloadOfThePing(int size) throws IOException {
        byte[] payload = "\n".repeat(size).getBytes(StandardCharsets.US_ASCII);
        socket.send(WebSocketClient.FINAL | WebSocketClient.PING, payload);
        Received pong = Objects.requireNonNull(socket.next());
        assertThat(pong.kind()).isEqualTo(WebSocketClient.PONG);
        assertThat(pong.payload()).isEqualTo(payload);
    }

    @Test
    void unsolicitedPongsAreIgnored() throws IOException {
        socket.send(WebSocketClient.FINAL | WebSocketClient.PONG, "unsolicited");
        expectOpen();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                WebSocketClient.FINAL | WebSocketClient.PING,
                WebSocketClient.FINAL | WebSocketClient.PONG,
                WebSocketClient.FINAL | WebSocketClient.CLOSE
            })
    void longControlFramesAreRefused(int first) throws IOException {
        socket.send(first, new byte[126]);
        assertThat(socket.closeCode()).isEqualTo(PROTOCOL_ERROR);
    }

    /** A client that sends pings and reads nothing gets one pong, not one for each. */
    @Test
    void aFloodOfPingsIsNotQueued() throws IOException {
        byte[] ping = socket.frame(WebSocketClient.FINAL | WebSocketClient.PING, new byte[125]);
        var many = new ByteArrayOutputStream();
        for (int i = 0; i < 1_000; i++) {
            many.write(ping);
        }
        for (int i = 0; i < 100; i++) {
            socket.raw(many.toByteArray());
        }
        socket.send(WHOLE, message("a"));
        int pongs = 0;
        Received frame = Objects.requireNonNull(socket.next());
        while (frame.kind() == WebSocketClient.PONG) {
            pongs++;
            frame = Objects.requireNonNull(socket.next());
        }
        assertThat(frame.kind()).isEqualTo(WebSocketClient.TEXT);
        assertThat(pongs).isPositive();
    }

    // 3: reserved bits; 4: opcodes

    @ParameterizedTest
    @ValueSource(ints = {0x91, 0xa1, 0xb1, 0x99, 0xa9, 0xc8, 0xc9, 0xca, 0xf1})
    void reservedBitsMustNotBeSet(int first) throws IOException {
        socket.send(first, message("a"));
        assertThat(socket.closeCode()).isEqualTo(PROTOCOL_ERROR);
    }

    @Test
    void compressionMustBeNegotiated() throws IOException {
        if (compressed) {
            socket.send(0xc1, new byte[] {(byte) 0xff, (byte) 0xff, 1, 2, 3});
        } else {
            socket.send(0xc1, "x");
        }
        assertThat(socket.closeCode()).isEqualTo(PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    void unknownOpcodesAreRefused(int kind) throws IOException {
        socket.send(WebSocketClient.FINAL | kind, "");
        assertThat(socket.closeCode()).isEqualTo(PROTOCOL_ERROR);
    }

    // 5: fragments

    static Stream<List<Integer>> cuts() {
        return Stream.of(List.of(0), List.of(1), List.of(10, 10), List.of(5, 5, 9, 20), List.of(0, 0, 30));
    }

    @ParameterizedTest
    @MethodSource("cuts")
    void messagesMayArriveInFragmentsWithPingsBetween(List<Integer> cuts) throws IOException {
        String text = message("你好".substring(0, 1));
        byte[] bytes = Wire.utf8(text);
        int from = 0;
        int first = WebSocketClient.TEXT;
        for (int cut : cuts) {
            int to = Math.min(bytes.length, from + cut);
            socket.send(first, Arrays.copyOfRange(bytes, from, to));
            socket.send(WebSocketClient.FINAL | WebSocketClient.PING, "between");
            assertThat(Objects.requireNonNull(socket.next()).kind()).isEqualTo(WebSocketClient.PONG);
            from = to;
            first = WebSocketClient.CONTINUATION;
        }
        socket.send(
                WebSocketClient.FINAL | WebSocketClient.CONTINUATION, Arrays.copyOfRange(bytes, from, bytes.length));
        expectAnswer("你");
    }

    @ParameterizedTest
    @ValueSource(ints = {WebSocketClient.CONTINUATION, WebSocketClient.CONTINUATION | WebSocketClient.FINAL})
    void aMessageDoesNotBeginWithAContinuation(int first) throws IOException {
        socket.send(first, message("a"));
        assertThat(socket.closeCode()).isEqualTo(PROTOCOL_ERROR);
    }

    @Test
    void aContinuationBelongsToAnOpenMessage() throws IOException {
        socket.send(WHOLE, message("a"));
        socket.send(WebSocketClient.FINAL | WebSocketClient.CONTINUATION, "b");
        expectAnswer("a");
        assertThat(socket.closeCode()).isEqualTo(PROTOCOL_ERROR);
    }

    @Test
    void aMessageDoesNotBeginWithinAnother() throws IOException {
        socket.send(WebSocketClient.TEXT, "{");
        socket.send(WHOLE, message("a"));
        assertThat(socket.closeCode()).isEqualTo(PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @ValueSource(ints = {WebSocketClient.PING, WebSocketClient.PONG, WebSocketClient.CLOSE})
    void controlFramesMustNotBeFragmented(int kind) throws IOException {
        socket.send(kind, "half");
        assertThat(socket.closeCode()).isEqualTo(PROTOCOL_ERROR);
    }

    @Test
    void theSizeLimitAppliesToAllFragmentsTogether() throws IOException {
        socket.send(WebSocketClient.TEXT, "{\"x\":\"" + "x".repeat(16_000));
        for (int i = 0; i < 8; i++) {
            socket.send(WebSocketClient.CONTINUATION, "x".repeat(100));
        }
        assertThat(socket.closeCode()).isEqualTo(TOO_LARGE);
    }

    // 6: UTF-8

    @ParameterizedTest
    @ValueSource(strings = {"c080", "eda080", "f4908080", "ff", "80", "e4bd", "f09f98", "f7bfbfbf"})
    void invalidUtf8ClosesTheConnection(String hex) throws IOException {
        var bytes = new ByteArrayOutputStream();
        bytes.write(Wire.utf8("{\"type\":19,\"x\":\""));
        bytes.write(java.util.HexFormat.of().parseHex(hex));
        bytes.write(Wire.utf8("\"}"));
        socket.send(WHOLE, bytes.toByteArray());
        assertThat(socket.closeCode()).isEqualTo(NOT_UTF8);
    }

    @Test
    void charactersMayBeSplitAcrossFragments() throws IOException {
        byte[] text = Wire.utf8(message("😀"));
        for (int i = 0; i < text.length; i++) {
            int kind = i == 0 ? WebSocketClient.TEXT : WebSocketClient.CONTINUATION;
            socket.send(i == text.length - 1 ? WebSocketClient.FINAL | kind : kind, new byte[] {text[i]});
        }
        expectAnswer("😀");
    }

    /** JSON may have line ends between its tokens, but never within its strings. */
    @Test
    void lineEndsAreWhitespace() throws IOException {
        socket.send(WHOLE, message("a").replace(",", ",\r\n\t").replace("{", "{\n"));
        expectAnswer("a");
        socket.send(WHOLE, message("two\nlines"));
        assertThat(text(socket.nextText())).contains("malformed");
        socket.send(WHOLE, message("b") + "\n" + message("c"));
        assertThat(text(socket.nextText())).contains("malformed");
        expectOpen();
    }

    /** Messages before a violation are answered, however many are queued. */
    @Test
    void messagesBeforeAViolationAreAnswered() throws IOException {
        logIn();
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < 300; i++) {
            bytes.write(socket.frame(WHOLE, Wire.utf8(message("m" + i))));
        }
        bytes.write(socket.frame(WebSocketClient.FINAL | 3, new byte[0]));
        socket.raw(bytes.toByteArray());
        for (int i = 0; i < 300; i++) {
            assertThat(text(socket.nextText())).contains("\"type\":20");
        }
        assertThat(socket.closeCode()).isEqualTo(PROTOCOL_ERROR);
    }

    /** A client that never pauses is read no faster than it is answered: nothing piles up in the daemon. */
    @Test
    void aClientThatNeverPausesIsHeldBack() throws Exception {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < 1_000; i++) {
            bytes.write(
                    socket.frame(WHOLE, Wire.utf8("{\"type\":7,\"x\":\"0123456789012345678901234567890123456789\"}")));
        }
        byte[] thousand = bytes.toByteArray();
        long before = PlatformDependent.usedDirectMemory();
        Thread sender = Thread.ofPlatform().daemon().start(() -> {
            try {
                for (int i = 0; i < 80; i++) {
                    socket.raw(thousand);
                }
            } catch (IOException e) {
                // The test is over.
            }
        });
        long most = before;
        while (sender.isAlive()) {
            assertThat(socket.nextText()).isNotNull();
            most = Math.max(most, PlatformDependent.usedDirectMemory());
        }
        assertThat(most - before).isLessThan(8L << 20);
    }

    // 7: closing

    @ParameterizedTest
    @ValueSource(ints = {0, 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999})
    void aCloseIsAnswered(int code) throws IOException {
        socket.send(
                WebSocketClient.FINAL | WebSocketClient.CLOSE,
                code == 0
                        ? new byte[0]
                        : ByteBuffer.allocate(8)
                                .putShort((short) code)
                                .put(Wire.utf8("你好"))
                                .array());
        socket.send(WHOLE, message("too late"));
        assertThat(socket.closeCode()).isEqualTo(NORMAL);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
    void aCloseWithoutAValidCodeIsRefused(int code) throws IOException {
        socket.send(
                WebSocketClient.FINAL | WebSocketClient.CLOSE,
                code == 1
                        ? new byte[] {3}
                        : ByteBuffer.allocate(2).putShort((short) code).array());
        assertThat(socket.closeCode()).isEqualTo(PROTOCOL_ERROR);
    }

    @Test
    void theReasonOfACloseMustBeUtf8() throws IOException {
        socket.send(WebSocketClient.FINAL | WebSocketClient.CLOSE, new byte[] {3, (byte) 0xe8, (byte) 0xff});
        assertThat(socket.closeCode()).isEqualTo(NOT_UTF8);
    }

    @Test
    void tooManyInvalidMessagesCloseTheConnection() throws IOException {
        for (String wrong : List.of("", "hello", "[]", "{}")) {
            socket.send(WHOLE, wrong);
        }
        assertThat(socket.closeCode()).isEqualTo(POLICY_VIOLATION);
    }

    @Test
    void aDisplacedSessionIsNotified() throws IOException {
        JsonCarrier carrier = compressed ? JsonCarrier.COMPRESSED_WEB_SOCKET : JsonCarrier.WEB_SOCKET;
        Chatd.Person person = chatd.person();
        JsonSocket first = chatd.logInJson(carrier, person, "phone");
        JsonSocket second = chatd.logInJson(carrier, person, "phone");
        first.expectPresence(JsonType.OFFLINE, first.user());
        first.untilClosed();
        second.fence();
        first.close();
        second.close();
    }

    /** A connection that ends without a Close frame ends its session. */
    @Test
    void aConnectionThatBreaksEndsItsSession() throws IOException {
        logIn();
        String name = chatd.admin("", "session", "list").exits(0).out();
        socket.close();
        await().until(() ->
                chatd.admin("", "session", "list").exits(0).out().lines().count()
                        < name.lines().count());
    }

    // 10: chops; 12, 13: compression

    /** However the bytes are split, the same messages arrive; the seed is printed on failure. */
    @Test
    void bytesMayBeSplitAnywhere() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        var bytes = new ByteArrayOutputStream();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String id = "m" + i;
            ids.add(id);
            byte[] text = Wire.utf8(message(id, random.nextInt(3_000)));
            boolean zip = compressed && random.nextBoolean();
            byte[] payload = zip ? deflated(text, random.nextInt(10)) : text;
            int cut = random.nextInt(payload.length + 1);
            int first = WebSocketClient.TEXT | (zip ? WebSocketClient.COMPRESSED : 0);
            bytes.write(socket.frame(first, Arrays.copyOf(payload, cut)));
            bytes.write(socket.frame(WebSocketClient.FINAL | WebSocketClient.PONG, new byte[random.nextInt(126)]));
            bytes.write(socket.frame(WebSocketClient.FINAL, Arrays.copyOfRange(payload, cut, payload.length)));
        }
        byte[] all = bytes.toByteArray();
        Thread sender = Thread.ofVirtual().start(() -> {
            try {
                for (int at = 0; at < all.length; ) {
                    int to = Math.min(all.length, at + 1 + random.nextInt(at % 7 == 0 ? 5 : 2_000));
                    socket.raw(Arrays.copyOfRange(all, at, to));
                    at = to;
                }
            } catch (IOException e) {
                // The reader sees that answers are missing.
            }
        });
        for (String id : ids) {
            byte[] answer = socket.nextText();
            assertThat(answer).as("seed %d", seed).isNotNull();
            assertThat(text(answer)).as("seed %d", seed).contains('"' + id + '"');
        }
        assertThat(sender.isAlive()).isFalse();
    }

    private static byte[] deflated(byte[] text, int level) {
        var deflater = new Deflater(level, true);
        deflater.setInput(text);
        byte[] out = new byte[text.length + 100];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(out, length - 4);
    }

    /** The size limit is checked while a message is inflated, so that a small frame can't become a huge message. */
    @Test
    void aDecompressionBombExceedsTheSizeLimit() throws IOException {
        byte[] bomb = deflated(new byte[50 << 20], 9);
        assertThat(bomb.length).isLessThan(60_000);
        socket.send(WHOLE | WebSocketClient.COMPRESSED, bomb);
        assertThat(socket.closeCode()).isEqualTo(compressed ? TOO_LARGE : PROTOCOL_ERROR);
    }

    /** A message compressed as a finished stream is accepted, too (RFC 7692, section 7.2.3.4). */
    @Test
    void aFinishedStreamIsAccepted() throws IOException {
        var deflater = new Deflater(9, true);
        deflater.setInput(Wire.utf8(message("a", 5_000)));
        deflater.finish();
        byte[] out = new byte[6_000];
        int length = deflater.deflate(out);
        deflater.end();
        // Includes the byte that the section adds.
        socket.send(WHOLE | WebSocketClient.COMPRESSED, Arrays.copyOf(out, length + 1));
        if (compressed) {
            expectAnswer("a");
            expectOpen();
        } else {
            assertThat(socket.closeCode()).isEqualTo(PROTOCOL_ERROR);
        }
    }
}
