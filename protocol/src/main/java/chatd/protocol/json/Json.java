package chatd.protocol.json;

import chatd.protocol.Dialect;
import chatd.protocol.MalformedFrame;
import chatd.protocol.MessageReader;
import chatd.protocol.Utf8;
import chatd.protocol.command.Command;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dialect {@code chat-json/1}: an object a line (pages {@code json.md} and {@code extensions.md}). */
public final class Json implements Dialect {
    /** Its name in ALPN, where a line is a message. */
    public static final String ALPN = "chat-json/1";

    /** What is longer stays on the heap: much of it may wait for slow readers. */
    private static final int LARGE = 64 << 10;

    /** Bytes of the items in one page. */
    private static final long PAGE_BYTES = 256 << 10;

    /** Bytes of a message that a client takes: a page of the history, and a million who are online. */
    private static final int MOST_TO_CLIENTS = 40 << 20;

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
            JsonNode node = mapper.readTree(Utf8.decode(json, "message"));
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

    @Override
    public String name() {
        return ALPN;
    }

    @Override
    public MessageReader<Command> commandReader() {
        return new LineReader<>(most, Json::command);
    }

    @Override
    public MessageReader<Event> eventReader() {
        return new LineReader<>(MOST_TO_CLIENTS, Json::event);
    }

    @Override
    public ByteBuf write(Command command, ByteBufAllocator buffers) {
        return line(command, buffers)
                .orElseThrow(() -> new IllegalArgumentException(
                        "chat-json/1 has no message for " + command.getClass().getSimpleName()));
    }

    @Override
    public List<Frame> frames(Event event, long viewer, ByteBufAllocator buffers) {
        Change change = switch (event) {
            case UserEvent.CameOnline came -> new Change(came.user(), true, false);
            case UserEvent.WentOffline gone -> new Change(gone.user(), false, false);
            case SessionEvent other -> null;
            case UserEvent other -> null;
            case MessageEvent other -> null;
            case FileEvent other -> null;
        };
        return line(seen(event, viewer), buffers)
                .map(line -> List.of(new Frame(line, change)))
                .orElse(List.of());
    }

    /** Of several who got a message, each knows that it did; the sender knows all of them. */
    @Override
    public long view(Event event, long viewer) {
        return event instanceof MessageEvent.Message message && isToSeveral(message) ? viewer : 0;
    }

    private static Event seen(Event event, long viewer) {
        return switch (event) {
            case MessageEvent.Message message -> seen(message, viewer);
            case MessageEvent.Page page ->
                new MessageEvent.Page(
                        page.with(),
                        page.items().stream().map(item -> seen(item, viewer)).toList(),
                        page.more(),
                        page.names());
            case SessionEvent other -> other;
            case UserEvent other -> other;
            case MessageEvent other -> other;
            case FileEvent other -> other;
        };
    }

    private static MessageEvent.Message seen(MessageEvent.Message message, long viewer) {
        MessageEvent.Stored stored = message.stored();
        return stored == null || stored.sender() == viewer || !isToSeveral(message)
                ? message
                : message.with(
                        new MessageEvent.Stored(stored.number(), stored.sender(), List.of(viewer), stored.salt()));
    }

    private static boolean isToSeveral(MessageEvent.Message message) {
        MessageEvent.Stored stored = message.stored();
        List<Long> receivers = stored == null ? null : stored.receivers();
        return receivers != null && receivers.size() > 1;
    }

    @Override
    public long pageBytes() {
        return PAGE_BYTES;
    }

    /** A control character takes six bytes. */
    @Override
    public long pageBytes(MessageEvent.Message item) {
        return 400
                + switch (item) {
                    case MessageEvent.Text text ->
                        text.text()
                                .chars()
                                .map(c -> c < ' ' ? 6 : c < 0x80 ? 1 : 3)
                                .asLongStream()
                                .sum();
                    case MessageEvent.FileOffer offer -> 0;
                };
    }

    private static Optional<ByteBuf> line(Object message, ByteBufAllocator buffers) {
        ByteBuf written = Unpooled.buffer(512);
        try (JsonGenerator out = LENIENT.createGenerator((OutputStream) new ByteBufOutputStream(written))) {
            if (!JsonTable.write(out, message)) {
                return Optional.empty();
            }
        }
        written.writeByte('\n');
        if (written.readableBytes() > LARGE) {
            return Optional.of(written);
        }
        try {
            return Optional.of(buffers.buffer(written.readableBytes()).writeBytes(written));
        } finally {
            written.release();
        }
    }

    /**
     * A message as it is in this dialect, for a client that shows it as it came.
     *
     * @throws IllegalArgumentException where it is not stored
     */
    public static JsonNode tree(MessageEvent.Message message) {
        return line(message, UnpooledByteBufAllocator.DEFAULT)
                .flatMap(line -> parse(LENIENT, ByteBufUtil.getBytes(line)))
                .orElseThrow(() -> new IllegalArgumentException("a message that is not stored"));
    }

    /** A message as a command; {@link SessionCommand.Malformed} where it is none. */
    private static Command command(byte[] message) {
        JsonNode object = parse(message).orElse(null);
        if (object == null) {
            return new SessionCommand.Malformed(
                    "", "It is not JSON, is nested too deep, has too many parts, or has a key twice.", true, "");
        }
        if (!object.isObject()) {
            return new SessionCommand.Malformed("", "It is no JSON object.", true, "");
        }
        JsonNode type = object.path("type");
        if (!JsonTable.isType(type)) {
            return new SessionCommand.Malformed("", "It has no type that there is.", true, "");
        }
        String called = type.toString();
        String id = "";
        try {
            id = JsonTable.id(object);
            string(object, "send");
            string(object, "receive");
            return JsonTable.read(JsonCommands.ROWS, object)
                    .orElseThrow(() -> new JsonValue.Misshapen("This server does not take type " + called + " yet."));
        } catch (JsonValue.Misshapen e) {
            return new SessionCommand.Malformed(called, String.valueOf(e.getMessage()), false, id);
        }
    }

    private static void string(JsonNode object, String key) {
        if (object.has(key)) {
            JsonValue.TEXT.read(object.path(key), key);
        }
    }

    /** A message as an event; null where it is one that this client does not know. */
    private static @Nullable Event event(byte[] message) {
        JsonNode object = parse(LENIENT, message).orElseThrow(() -> new MalformedFrame("it is no JSON"));
        try {
            return JsonTable.read(JsonEvents.ROWS, object).orElse(null);
        } catch (JsonValue.Misshapen e) {
            throw new MalformedFrame(String.valueOf(e.getMessage()));
        }
    }

    /** The rows as the page of the documentation has them: type, way and {@code info}. */
    public Stream<String> documentation() {
        SortedMap<Integer, String> rows = new TreeMap<>();
        JsonCommands.ROWS.forEach(row -> rows.put(row.type(), "→ | " + row.documentation()));
        JsonEvents.ROWS.forEach(row -> {
            String from = "← | " + row.documentation();
            rows.merge(row.type(), from, (before, same) -> before.startsWith("→") ? "↔" + before.substring(1) : before);
        });
        return rows.entrySet().stream().map(row -> "| " + row.getKey() + " | " + row.getValue() + " |");
    }
}
