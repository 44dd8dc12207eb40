package chatd.protocol.json;

import static java.util.Objects.requireNonNull;

import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.MessageState;
import chatd.protocol.value.References;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** The keys shared by everything that has a number in the history. */
final class StoredKeys<T extends MessageEvent.Message> {
    private static final JsonValue<List<Long>> USERS = JsonValue.list(JsonValue.NUMBERED);

    private static final JsonValue<MessageState.Version> VERSION = JsonValue.of(
            "{ mid: number, time: Time }",
            (value, key) -> new MessageState.Version(
                    JsonValue.WHOLE.read(value.path("mid"), key), JsonValue.TIME.read(value.path("time"), key)),
            (out, version) -> {
                out.writeStartObject().writeNumberProperty("mid", version.number());
                JsonValue.TIME.write(out.writeName("time"), version.time());
                out.writeEndObject();
            });

    private static final JsonValue<List<MessageState.Text>> EARLIER = JsonValue.list(JsonValue.of(
            "{ mid: number, time: Time, text: string, salt: string }",
            (value, key) -> new MessageState.Text(
                    JsonValue.WHOLE.read(value.path("mid"), key),
                    JsonValue.TIME.read(value.path("time"), key),
                    JsonValue.TEXT.read(value.path("text"), key),
                    JsonValue.BASE64.read(value.path("salt"), key)),
            (out, text) -> {
                out.writeStartObject().writeNumberProperty("mid", text.number());
                JsonValue.TIME.write(out.writeName("time"), text.time());
                out.writeStringProperty("text", text.text());
                JsonValue.BASE64.write(out.writeName("salt"), text.salt());
                out.writeEndObject();
            }));

    private static final JsonValue<SequencedMap<String, MessageState.Reactions>> REACTIONS = JsonValue.of(
            "{ [code: string]: { n: number, by: Array<Numbered> } }",
            (value, key) -> {
                SequencedMap<String, MessageState.Reactions> reactions = new LinkedHashMap<>();
                value.forEachEntry((code, found) -> reactions.put(
                        code, new MessageState.Reactions(found.path("n").asInt(0), USERS.read(found.path("by"), key))));
                return reactions;
            },
            (out, reactions) -> {
                out.writeStartObject();
                reactions.forEach((code, found) -> {
                    out.writeName(code).writeStartObject().writeNumberProperty("n", found.count());
                    USERS.write(out.writeName("by"), found.users());
                    out.writeEndObject();
                });
                out.writeEndObject();
            });

    private final JsonMessage<T> row;
    private final JsonMessage.Key<T, Long> sender;
    private final JsonMessage.Key<T, String> receiver;
    private final JsonMessage.Key<T, List<Long>> receivers;
    private final JsonMessage.Key<T, String> senderName;
    private JsonMessage.@Nullable Key<T, Long> number;
    private JsonMessage.@Nullable Key<T, Instant> time;
    private @Nullable Proof<T> proof;

    /** The keys of the data that proves a message, and of its later changes. */
    private record Proof<T>(
            JsonMessage.Key<T, byte[]> salt,
            JsonMessage.Key<T, Long> answered,
            JsonMessage.Key<T, List<Long>> mentioned,
            JsonMessage.Key<T, MessageState.@Nullable Version> version,
            JsonMessage.Key<T, List<MessageState.Text>> earlier,
            JsonMessage.Key<T, SequencedMap<String, MessageState.Reactions>> reactions) {}

    /** Declares the shared keys before {@code info}. */
    StoredKeys(JsonMessage<T> row) {
        this.row = row;
        this.sender = row.envelope(
                "send", JsonValue.NUMBERED, message -> stored(message).sender());
        this.receiver = row.envelope("receive", JsonValue.TEXT, message -> {
            List<Long> to = stored(message).receivers();
            return to == null ? "" : JsonValue.numbered(to.getFirst());
        });
        this.senderName = row.envelope("name", JsonValue.TEXT, StoredKeys::nameOfUser, "");
        this.receivers = row.envelope(
                "receivers",
                USERS,
                message -> {
                    List<Long> to = stored(message).receivers();
                    return to == null || to.size() == 1 ? List.of() : to;
                },
                List.of());
    }

    /** Declares the shared keys after {@code info}: the number and time. */
    void numbered() {
        number = row.envelope("mid", JsonValue.WHOLE, message -> stored(message).number());
        time = row.envelope("time", JsonValue.TIME, MessageEvent.Message::time);
    }

    /**
     * Declares the shared keys after {@code info}: the number and time, the data that proves the
     * message, and its later changes.
     */
    void withProof() {
        numbered();
        proof = new Proof<>(
                row.envelope(
                        "salt", JsonValue.BASE64, message -> stored(message).salt()),
                row.envelope(
                        "re",
                        JsonValue.WHOLE,
                        message -> stored(message).references().replyTo(),
                        0L),
                row.envelope(
                        "mentions",
                        USERS,
                        message -> stored(message).references().mentioned(),
                        List.of()),
                row.envelopeOrNull(
                        "version", VERSION, message -> stored(message).amended().shown()),
                row.envelope(
                        "corrected",
                        EARLIER,
                        message -> stored(message).amended().earlier(),
                        List.of()),
                row.envelope(
                        "reactions",
                        REACTIONS,
                        message -> stored(message).amended().reactions(),
                        new LinkedHashMap<>()));
    }

    private static MessageEvent.Stored stored(MessageEvent.Message message) {
        return requireNonNull(message.stored(), "a message that is not stored");
    }

    /** Returns the sender's name; empty for the daemon, which needs none. */
    private static String nameOfUser(MessageEvent.Message message) {
        return stored(message).sender() == MessageEvent.Stored.SERVER ? "" : message.sender();
    }

    JsonMessage.Key<T, String> senderName() {
        return senderName;
    }

    JsonMessage.Key<T, Instant> time() {
        return requireNonNull(time);
    }

    MessageEvent.Stored of(JsonMessage.In<T> in) {
        String one = in.get(receiver);
        List<Long> several = in.get(receivers);
        List<Long> to = !several.isEmpty() ? several : one.isEmpty() ? null : List.of(JsonValue.number(one, "receive"));
        long mid = in.get(requireNonNull(number));
        Proof<T> keys = proof;
        return keys == null
                ? new MessageEvent.Stored(mid, in.get(sender), to)
                : new MessageEvent.Stored(
                        mid,
                        in.get(sender),
                        to,
                        in.get(keys.salt()),
                        new References(in.get(keys.answered()), in.get(keys.mentioned())),
                        new MessageState(in.get(keys.version()), in.get(keys.earlier()), in.get(keys.reactions())));
    }
}
