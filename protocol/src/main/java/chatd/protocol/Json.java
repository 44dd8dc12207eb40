package chatd.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The dialect {@code chat-json/1}: an object a line (pages {@code json.md} and {@code extensions.md}). The daemon's
 * side. Immutable; any thread.
 */
public final class Json {
    /** Its name in ALPN, where a line is a message. */
    public static final String ALPN = "chat-json/1";

    /** What is longer stays on the heap: much of it may wait for slow readers. */
    private static final int LARGE = 64 << 10;

    /** Keys, values, beginnings and ends in one message: more cost more than their bytes, and no message needs them. */
    static final int MOST_PARTS = 20_000;

    /** The page's bounds: no key twice, nothing after the value. */
    private static final JsonMapper STRICT = mapper(16, MOST_PARTS, true);

    /** For what users keep as they like it. */
    static final JsonMapper LENIENT = mapper(64, 5 * MOST_PARTS, false);

    private static JsonMapper mapper(int deepest, int parts, boolean strict) {
        return JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(deepest)
                                .maxTokenCount(parts)
                                .build())
                        .configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION, strict)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
    }

    /** A message as it has come; nothing where it is not JSON within the page's bounds. */
    static Optional<JsonNode> parse(byte[] message) {
        return parse(STRICT, message);
    }

    /** Any JSON; nothing where it is none. */
    static Optional<JsonNode> parse(JsonMapper mapper, byte[] json) {
        try {
            // Jackson itself lets a character through that is longer than it has to be.
            JsonNode node = mapper.readTree(Field.utf8(json, "message"));
            return node.isMissingNode() ? Optional.empty() : Optional.of(node);
        } catch (MalformedFrame | JacksonException | ArithmeticException | NumberFormatException e) {
            // Of a number whose exponent is beyond all numbers Jackson says nothing of its own.
            return Optional.empty();
        }
    }

    private final int most;

    /** @param most bytes of a message that a client sends */
    public Json(int most) {
        this.most = most;
    }

    /** Reads what clients send. One a connection. */
    public MessageReader<Command> commandReader() {
        return new LineReader<>(most, JsonCommands::read);
    }

    /**
     * An event as a line.
     *
     * @throws IllegalArgumentException where the dialect has no message for it
     */
    public ByteBuf write(Event event, ByteBufAllocator buffers) {
        byte[] message = JsonEvents.bytes(event);
        ByteBuf line =
                message.length > LARGE ? Unpooled.buffer(message.length + 1) : buffers.buffer(message.length + 1);
        return line.writeBytes(message).writeByte('\n');
    }

    /** The type that a command came as; 0 where it had none. */
    public static int type(Command command) {
        return switch (command) {
            case Command.LogIn login -> JsonCommands.LOG_IN;
            case Command.LogOut logout -> JsonCommands.LOG_OUT;
            case Command.ReadHistory history -> JsonCommands.HISTORY;
            case Command.Malformed malformed -> malformed.type();
            default -> 0;
        };
    }
}
