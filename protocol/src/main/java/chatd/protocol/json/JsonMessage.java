package chatd.protocol.json;

import chatd.protocol.command.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * One row of the table: a message of {@code chat-json/1}. Symmetric: it reads what it writes. Built once, by {@link
 * #row}; immutable afterwards.
 *
 * @param <T> the record that it carries
 */
final class JsonMessage<T> {
    /** The position of a key in the message. */
    private enum Place {
        /** Next to {@code type}. */
        ENVELOPE,
        /** In the object {@code info}. */
        INFO,
        /** The value is {@code info} itself. */
        WHOLE_INFO
    }

    /**
     * One key.
     *
     * @param absent supplies the value of a missing key; throws if the key is required
     * @param isWritten whether a value is written; a value left out is read as {@code absent}
     * @param documented the key as shown in the page
     */
    record Key<T, V>(
            Place place,
            String name,
            JsonValue<V> kind,
            Function<T, V> get,
            Absent<V> absent,
            Predicate<V> isWritten,
            String documented) {

        /** Returns {@code ?} for a key that may be left out, otherwise nothing. */
        private String mark() {
            return documented.endsWith("?") ? "?" : "";
        }

        private V read(JsonNode message) {
            JsonNode value = switch (place) {
                case ENVELOPE -> message.path(name);
                case INFO -> message.path("info").path(name);
                case WHOLE_INFO -> message.path("info");
            };
            return value.isMissingNode() ? absent.value() : kind.read(value, name);
        }

        private void write(JsonGenerator out, T from) {
            V value = get.apply(from);
            if (isWritten.test(value)) {
                out.writeName(place == Place.WHOLE_INFO ? "info" : name);
                kind.write(out, value);
            }
        }
    }

    private interface Absent<V> {
        V value();
    }

    /** A message being read. */
    record In<T>(JsonNode message) {
        /** @throws JsonValue.InvalidMessage if the key is required but missing, or its value is of another kind */
        <V> V get(Key<T, V> key) {
            return key.read(message);
        }
    }

    private final int type;
    private final Class<T> record;
    private final List<Key<T, ?>> keys = new ArrayList<>();
    private Function<In<T>, T> make = in -> {
        throw new IllegalStateException();
    };
    private Predicate<T> carries = value -> true;
    private Predicate<JsonNode> isRead = message -> true;

    private JsonMessage(int type, Class<T> record) {
        this.type = type;
        this.record = record;
    }

    /** The keys of a row, in the order in which they are written; {@code send} and {@code receive} before the type. */
    interface Shape<T> {
        /** Declares the keys; returns the function that builds the record from their values. */
        Function<In<T>, T> of(JsonMessage<T> row);
    }

    /** Creates the row that encodes a record as a message of a type. */
    static <T> JsonMessage<T> row(int type, Class<T> record, Shape<T> shape) {
        JsonMessage<T> row = new JsonMessage<>(type, record);
        row.make = shape.of(row);
        return row;
    }

    /** Restricts the values this row writes and the messages it reads, where several rows carry the record. */
    JsonMessage<T> onlyFor(Predicate<T> which, Predicate<JsonNode> messages) {
        carries = which;
        isRead = messages;
        return this;
    }

    /** Declares the identifier that a client may give any command. */
    static <C extends Command> Key<C, String> id(JsonMessage<C> row) {
        return row.envelope("id", JsonValue.ID, Command::id, "");
    }

    /** Restricts the values this row writes; {@link #op} restricts what it reads. */
    JsonMessage<T> writingOnly(Predicate<T> which) {
        carries = which;
        return this;
    }

    /** Makes the row read-only: another row writes the record. */
    JsonMessage<T> readOnly() {
        return writingOnly(value -> false);
    }

    /** As {@link #readOnly()}, and restricts the row to these messages. */
    JsonMessage<T> readOnly(Predicate<JsonNode> messages) {
        isRead = messages;
        return readOnly();
    }

    <V> Key<T, V> envelope(String name, JsonValue<V> kind, Function<T, V> get) {
        return required(Place.ENVELOPE, name, kind, get);
    }

    /** Declares a key that is left out if its value equals {@code absent}. */
    <V> Key<T, V> envelope(String name, JsonValue<V> kind, Function<T, V> get, V absent) {
        return optional(Place.ENVELOPE, name, kind, get, absent);
    }

    <V> Key<T, V> info(String name, JsonValue<V> kind, Function<T, V> get) {
        return required(Place.INFO, name, kind, get);
    }

    /** Declares a key in {@code info} that is left out if its value equals {@code absent}. */
    <V> Key<T, V> info(String name, JsonValue<V> kind, Function<T, V> get, V absent) {
        return optional(Place.INFO, name, kind, get, absent);
    }

    /** Declares a key that is left out if its value is null. */
    <V> Key<T, @Nullable V> envelopeOrNull(String name, JsonValue<V> kind, Function<T, @Nullable V> get) {
        return optional(Place.ENVELOPE, name, kind, get, null);
    }

    /** Declares a key in {@code info} that is left out if its value is null. */
    <V> Key<T, @Nullable V> infoOrNull(String name, JsonValue<V> kind, Function<T, @Nullable V> get) {
        return optional(Place.INFO, name, kind, get, null);
    }

    <V> Key<T, V> wholeInfo(String name, JsonValue<V> kind, Function<T, V> get) {
        return required(Place.WHOLE_INFO, name, kind, get);
    }

    /** Declares a key with a constant value, always written and never read. */
    void constant(String name, String text) {
        keys.add(constantKey(Place.ENVELOPE, name, text));
    }

    /** Declares the constant in {@code info} that distinguishes this row from others of its type. */
    void op(String op) {
        keys.add(constantKey(Place.INFO, "op", op));
        isRead = message -> message.path("info").path("op").asString("").equals(op);
    }

    /** As {@link #constant}, for the whole of {@code info}. */
    void wholeInfoConstant(String text) {
        keys.add(constantKey(Place.WHOLE_INFO, "info", text));
    }

    /** Declares that {@code info} is an object without keys. */
    void emptyInfo() {
        keys.add(new Key<T, String>(
                Place.WHOLE_INFO,
                "info",
                JsonValue.of(
                        "Record<string, never>",
                        (value, key) -> "",
                        (out, _) -> out.writeStartObject().writeEndObject()),
                value -> "",
                () -> "",
                value -> true,
                "`{}`"));
    }

    /** Declares that {@code info} is null. */
    void nullInfo() {
        keys.add(new Key<T, String>(
                Place.WHOLE_INFO,
                "info",
                JsonValue.of("null", (value, key) -> "", (out, _) -> out.writeNull()),
                value -> "",
                () -> "",
                value -> true,
                "null"));
    }

    /** Declares a list that is always written and always empty. */
    void emptyList(String name) {
        keys.add(new Key<T, List<String>>(
                Place.INFO, name, JsonValue.list(JsonValue.TEXT), value -> List.of(), List::of, value -> true, name));
    }

    private static <T> Key<T, String> constantKey(Place place, String name, String text) {
        String quoted = '"' + text + '"';
        String documented = place == Place.WHOLE_INFO ? '`' + quoted + '`' : name + ": " + quoted;
        return new Key<>(place, name, JsonValue.constant(text), value -> text, () -> text, value -> true, documented);
    }

    private <V> Key<T, V> required(Place place, String name, JsonValue<V> kind, Function<T, V> get) {
        return add(new Key<>(
                place,
                name,
                kind,
                get,
                () -> {
                    throw new JsonValue.InvalidMessage("It has no " + name + ".");
                },
                value -> true,
                name));
    }

    @SuppressWarnings("NullAway") // absent is null only if the record accepts null
    private <V> Key<T, V> optional(
            Place place, String name, JsonValue<V> kind, Function<T, V> get, @Nullable V absent) {
        return add(new Key<>(
                place, name, kind, get, () -> absent, value -> value != null && !value.equals(absent), name + '?'));
    }

    private <V> Key<T, V> add(Key<T, V> key) {
        keys.add(key);
        return key;
    }

    int type() {
        return type;
    }

    Class<T> record() {
        return record;
    }

    /** Returns whether this row writes a value. */
    boolean carries(Object value) {
        return record.isInstance(value) && carries.test(record.cast(value));
    }

    /** Returns whether this row reads a message. */
    boolean reads(int itsType, JsonNode message) {
        return type == itsType && isRead.test(message);
    }

    /** @throws JsonValue.InvalidMessage if the message does not match the row */
    T read(JsonNode message) {
        return make.apply(new In<>(message));
    }

    /** @param any a value that the row {@linkplain #carries} */
    void write(JsonGenerator out, Object any) {
        T value = Objects.requireNonNull(record.cast(any));
        out.writeStartObject();
        boolean isTyped = false;
        boolean isInInfo = false;
        for (Key<T, ?> key : keys) {
            if (!isTyped && !isAddress(key)) {
                out.writeNumberProperty("type", type);
                isTyped = true;
            }
            if (isInInfo != (key.place() == Place.INFO)) {
                if (isInInfo) {
                    out.writeEndObject();
                } else {
                    out.writeName("info");
                    out.writeStartObject();
                }
                isInInfo = !isInInfo;
            }
            key.write(out, value);
        }
        if (isInInfo) {
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static boolean isAddress(Key<?, ?> key) {
        return key.place() == Place.ENVELOPE
                && (key.name().equals("send") || key.name().equals("receive"));
    }

    /** Returns the description of {@code info} for the documentation page. */
    String documentation() {
        List<Key<T, ?>> inside =
                keys.stream().filter(key -> key.place() == Place.INFO).toList();
        return inside.isEmpty()
                ? keys.stream()
                        .filter(key -> key.place() == Place.WHOLE_INFO)
                        .map(Key::documented)
                        .collect(Collectors.joining())
                : inside.stream().map(Key::documented).collect(Collectors.joining(", ", "`{", "}`"));
    }

    /** Returns the type of the message in TypeScript. */
    String typescript() {
        List<String> properties = new ArrayList<>(List.of("type: " + type));
        List<String> inside = new ArrayList<>();
        for (Key<T, ?> key : keys) {
            String valueType = key.kind().type();
            switch (key.place()) {
                case ENVELOPE -> properties.add(key.name() + key.mark() + ": " + valueType);
                case INFO -> inside.add(key.name() + key.mark() + ": " + valueType);
                case WHOLE_INFO -> properties.add("info: " + valueType);
            }
        }
        if (!inside.isEmpty()) {
            properties.add("info: { " + String.join(", ", inside) + " }");
        }
        return "{ " + String.join(", ", properties) + " }";
    }

    @Override
    public String toString() {
        return "type " + type + ": " + record.getSimpleName();
    }
}
