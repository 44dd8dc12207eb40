package chatd.protocol.json;

import chatd.protocol.Dialect;
import chatd.protocol.MalformedFrame;
import chatd.protocol.MessageReader;
import chatd.protocol.Utf8;
import chatd.protocol.command.Command;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.GroupEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.MessageState;
import chatd.protocol.value.References;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.people.User;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.OutputStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

/** The dialect of JSON messages, on one of its carriers (page {@code chat-json-1.md}). */
public final class Json implements Dialect {
    /**
     * Size in bytes above which a message stays on the heap, because many may be queued for slow
     * readers.
     */
    private static final int LARGE = 64 << 10;

    /** Maximum size of the items in one page, in bytes. */
    private static final long PAGE_BYTES = 256 << 10;

    /** Maximum message size that a client accepts, in bytes: room for a page of history and a million online users. */
    private static final int MAX_TO_CLIENTS = 40 << 20;

    /**
     * Maximum number of tokens (keys, values, starts and ends) in one message: no message needs more, and each
     * takes far more memory than its bytes once parsed.
     */
    static final int MAX_TOKENS = 20_000;

    /** For messages, with the limits of the page: no duplicate keys, nothing after the value. */
    private static final JsonMapper STRICT = mapper(16, MAX_TOKENS, true);

    /** For documents, in whatever form users choose to store them. */
    static final JsonMapper LENIENT = mapper(64, 5 * MAX_TOKENS, false);

    private static JsonMapper mapper(int maxDepth, int maxTokens, boolean strict) {
        return JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(maxDepth)
                                .maxTokenCount(maxTokens)
                                .build())
                        .configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION, strict)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
    }

    /** Parses any JSON; empty if it is invalid. */
    static Optional<JsonNode> parse(JsonMapper mapper, byte[] json) {
        try {
            // Jackson itself accepts overlong UTF-8 encodings.
            return parse(mapper, Utf8.decode(json, "message"));
        } catch (MalformedFrame e) {
            return Optional.empty();
        }
    }

    private static Optional<JsonNode> parse(JsonMapper mapper, String json) {
        try {
            JsonNode node = mapper.readTree(json);
            return node.isMissingNode() ? Optional.empty() : Optional.of(node);
        } catch (JacksonException | ArithmeticException | NumberFormatException e) {
            // Jackson has no exception of its own for a number whose exponent is out of range.
            return Optional.empty();
        }
    }

    private final Carrier carrier;
    private final int maxBytes;

    /** @param limit the maximum size of a message from a client, in bytes */
    public Json(Carrier carrier, int limit) {
        this.carrier = carrier;
        this.maxBytes = limit;
    }

    @Override
    public String name() {
        return carrier.protocol();
    }

    /**
     * Returns a reader of lines, whatever the carrier: messages that arrive in another framing are
     * passed to it as lines.
     */
    @Override
    public MessageReader<Command> commandReader() {
        return new LineReader<>(maxBytes, this::command);
    }

    @Override
    public MessageReader<Event> eventReader() {
        return new LineReader<>(MAX_TO_CLIENTS, Json::event);
    }

    @Override
    public ByteBuf write(Command command, ByteBufAllocator buffers) {
        return framed(Carrier.LINES, command, buffers)
                .orElseThrow(() -> new IllegalArgumentException(
                        "JSON has no message for " + command.getClass().getSimpleName()));
    }

    @Override
    public List<Frame> frames(Event event, long viewer, ByteBufAllocator buffers) {
        Change change = switch (event) {
            case UserEvent.CameOnline came -> new Change(came.user(), true, false);
            case UserEvent.WentOffline gone -> new Change(gone.user(), false, false);
            case SessionEvent _ -> null;
            case UserEvent _ -> null;
            case GroupEvent _ -> null;
            case MessageEvent _ -> null;
            case FileEvent _ -> null;
            case DirectEvent _ -> null;
        };
        // A message to several is encoded for each of them: to compress it a thousand times would
        // delay everyone.
        Carrier frameCarrier = viewKey(event, viewer) == 0 ? carrier : carrier.uncompressed();
        return framed(frameCarrier, asSeenBy(event, viewer), buffers)
                .map(frame -> List.of(new Frame(frame, change)))
                .orElse(List.of());
    }

    /**
     * Gives each receiver of a message to several a view of which they are the only receiver; the
     * sender sees all of them.
     */
    @Override
    public long viewKey(Event event, long viewer) {
        return event instanceof MessageEvent.Message message && isToSeveral(message) ? viewer : 0;
    }

    private static Event asSeenBy(Event event, long viewer) {
        return switch (event) {
            case MessageEvent.Message message -> asSeenBy(message, viewer);
            case MessageEvent.Page page ->
                new MessageEvent.Page(
                        page.with(),
                        page.items().stream()
                                .map(item -> asSeenBy(item, viewer))
                                .toList(),
                        page.more(),
                        page.names(),
                        page.read(),
                        page.found());
            case MessageEvent.Conversations all ->
                new MessageEvent.Conversations(
                        all.items().stream()
                                .map(one -> new MessageEvent.Conversation(
                                        one.with(),
                                        one.name(),
                                        asSeenBy(one.last(), viewer),
                                        one.unread(),
                                        one.read(),
                                        one.attention()))
                                .toList(),
                        all.more(),
                        all.names());
            case SessionEvent _ -> event;
            case UserEvent _ -> event;
            case GroupEvent _ -> event;
            case MessageEvent.ClearScreen _ -> event;
            case FileEvent _ -> event;
            case DirectEvent _ -> event;
        };
    }

    private static MessageEvent.Message asSeenBy(MessageEvent.Message message, long viewer) {
        MessageEvent.Stored stored = message.stored();
        return stored == null || stored.sender() == viewer || !isToSeveral(message)
                ? message
                : message.withStored(stored.withReceivers(List.of(viewer), asSeenBy(stored.references(), viewer)));
    }

    /**
     * Leaves out mentions of other users: they are receivers too, and the viewer must not learn of
     * the other receivers.
     */
    private static References asSeenBy(References references, long viewer) {
        return new References(
                references.replyTo(), references.mentioned().contains(viewer) ? List.of(viewer) : List.of());
    }

    private static boolean isToSeveral(MessageEvent.Message message) {
        MessageEvent.Stored stored = message.stored();
        List<Long> receivers = stored == null ? null : stored.receivers();
        return receivers != null && receivers.size() > 1;
    }

    /** Returns false: sessions learn of their own messages from {@code Accepted}. */
    @Override
    public boolean copiesToSender() {
        return false;
    }

    @Override
    public boolean hasConversations() {
        return true;
    }

    @Override
    public long pageBytes() {
        return PAGE_BYTES;
    }

    @Override
    public long pageBytes(MessageEvent.Message item) {
        MessageEvent.Stored stored = item.stored();
        return 500
                + (stored == null ? 0 : 12L * stored.references().mentioned().size() + bytes(stored.amended()))
                + switch (item) {
                    case MessageEvent.Text text -> bytes(text.text());
                    case MessageEvent.Corrected corrected -> bytes(corrected.text());
                    case MessageEvent.FileOffer offer -> 0;
                    case MessageEvent.Erased erased -> 0;
                    case MessageEvent.TakenBack taken -> 0;
                    case MessageEvent.Reacted reacted -> 0;
                    case MessageEvent.GroupChanged changed -> bytes(changed.act());
                };
    }

    private static long bytes(GroupAction act) {
        return switch (act) {
            case GroupAction.Created created -> 14L * created.users().size();
            case GroupAction.Added added -> 14L * added.users().size();
            case GroupAction.Set set -> set.topic() == null ? 0 : bytes(set.topic());
            default -> 0;
        };
    }

    private static long bytes(MessageState amended) {
        return amended.earlier().stream()
                        .mapToLong(earlier -> 120 + bytes(earlier.text()))
                        .sum()
                + amended.reactions().values().stream()
                        .mapToLong(reactions -> 60 + 14L * reactions.users().size())
                        .sum();
    }

    /**
     * Returns an upper estimate of a text's size in JSON; a control character counts as six bytes.
     */
    private static long bytes(String text) {
        return text.chars()
                .map(c -> c < ' ' ? 6 : c < 0x80 ? 1 : 3)
                .asLongStream()
                .sum();
    }

    private static Optional<ByteBuf> framed(Carrier carrier, Object message, ByteBufAllocator buffers) {
        ByteBuf written = Unpooled.buffer(512).setIndex(Carrier.MAX_HEADER_BYTES, Carrier.MAX_HEADER_BYTES);
        try (JsonGenerator out = LENIENT.createGenerator((OutputStream) new ByteBufOutputStream(written))) {
            if (!JsonTable.write(out, message)) {
                return Optional.empty();
            }
        }
        ByteBuf frame = carrier.framed(written);
        if (frame.readableBytes() > LARGE) {
            return Optional.of(frame);
        }
        try {
            return Optional.of(buffers.buffer(frame.readableBytes()).writeBytes(frame));
        } finally {
            frame.release();
        }
    }

    /** Parses a reference to a user or a group, as a client writes it. */
    public static User user(String typed) {
        return JsonValue.user(typed);
    }

    /**
     * Returns the {@code info} of a message to a client, for a carrier that has a form of its own
     * for the rest.
     */
    public static byte[] info(SessionEvent event) {
        return parsed(event)
                .map(message -> LENIENT.writeValueAsBytes(message.path("info")))
                .orElseThrow(() -> new IllegalArgumentException("an event without a message"));
    }

    /**
     * Returns a message in the form of this dialect, for a client that prints it as received.
     *
     * @throws IllegalArgumentException if the message is not stored
     */
    public static JsonNode tree(MessageEvent.Message message) {
        return parsed(message).orElseThrow(() -> new IllegalArgumentException("a message that is not stored"));
    }

    /**
     * Returns the line that a viewer's client receives for a message, with its end.
     *
     * @param viewer the number of an account
     * @throws IllegalArgumentException if the message is not stored
     */
    public static byte[] line(MessageEvent.Message message, long viewer) {
        ByteBuf line = framed(Carrier.LINES, asSeenBy(message, viewer), UnpooledByteBufAllocator.DEFAULT)
                .orElseThrow(() -> new IllegalArgumentException("a message that is not stored"));
        try {
            return ByteBufUtil.getBytes(line);
        } finally {
            line.release();
        }
    }

    private static Optional<JsonNode> parsed(Object message) {
        return framed(Carrier.LINES, message, UnpooledByteBufAllocator.DEFAULT).flatMap(line -> {
            try {
                return parse(LENIENT, ByteBufUtil.getBytes(line));
            } finally {
                line.release();
            }
        });
    }

    /**
     * Decodes a message as a command; {@link SessionCommand.Malformed} if it is not one.
     *
     * @throws MalformedFrame if it is not UTF-8, and the carrier carries text
     */
    private Command command(byte[] message) {
        String text = "";
        try {
            text = Utf8.decode(message, "message");
        } catch (MalformedFrame e) {
            if (carrier != Carrier.LINES) {
                throw e;
            }
        }
        JsonNode object = parse(STRICT, text).orElse(null);
        if (object == null) {
            return new SessionCommand.Malformed(
                    "", "It is not JSON, is nested too deeply, has too many parts, or repeats a key.", true, "");
        }
        if (!object.isObject()) {
            return new SessionCommand.Malformed("", "It is not a JSON object.", true, "");
        }
        JsonNode type = object.path("type");
        if (!JsonTable.isType(type)) {
            return new SessionCommand.Malformed("", "It has no known type.", true, "");
        }
        String called = type.toString();
        String id = "";
        try {
            id = JsonTable.id(object);
            checkText(object, "send");
            checkText(object, "receive");
            return JsonTable.read(JsonCommands.ROWS, object)
                    .orElseThrow(
                            () -> new JsonValue.InvalidMessage("Messages of type " + called + " have no such info."));
        } catch (JsonValue.InvalidMessage e) {
            return new SessionCommand.Malformed(called, String.valueOf(e.getMessage()), false, id);
        }
    }

    private static void checkText(JsonNode object, String key) {
        if (object.has(key)) {
            JsonValue.TEXT.read(object.path(key), key);
        }
    }

    /** Decodes a message as an event; null if this client does not know it. */
    private static @Nullable Event event(byte[] message) {
        JsonNode object = parse(LENIENT, message).orElseThrow(() -> new MalformedFrame("it is not JSON"));
        try {
            return JsonTable.read(JsonEvents.ROWS, object).orElse(null);
        } catch (JsonValue.InvalidMessage e) {
            throw new MalformedFrame(String.valueOf(e.getMessage()));
        }
    }

    /** Returns the rows as they appear in the documentation page: type, direction and {@code info}. */
    public Stream<String> documentation() {
        SortedMap<Integer, Set<String>> to = forms(JsonCommands.ROWS);
        SortedMap<Integer, Set<String>> from = forms(JsonEvents.ROWS);
        return Stream.concat(to.keySet().stream(), from.keySet().stream())
                .distinct()
                .sorted()
                .map(type -> {
                    String asked = String.join(" or ", to.getOrDefault(type, Set.of()));
                    String told = String.join(" or ", from.getOrDefault(type, Set.of()));
                    String both = asked.isEmpty()
                            ? "← | " + told
                            : told.isEmpty()
                                    ? "→ | " + asked
                                    : "↔ | " + (asked.equals(told) ? told : "→ " + asked + " · ← " + told);
                    return "| " + type + " | " + both + " |";
                });
    }

    /** Returns the forms of {@code info} by type; omits that of a refusal where an answer of the same type has more. */
    private static SortedMap<Integer, Set<String>> forms(List<? extends JsonMessage<?>> rows) {
        SortedMap<Integer, Set<String>> forms = new TreeMap<>();
        for (JsonMessage<?> row : rows) {
            if (row.record() != SessionEvent.Refused.class || !forms.containsKey(row.type())) {
                forms.computeIfAbsent(row.type(), type -> new LinkedHashSet<>()).add(row.documentation());
            }
        }
        return forms;
    }
}
