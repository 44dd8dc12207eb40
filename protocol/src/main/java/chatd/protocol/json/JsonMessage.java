package chatd.protocol.json;

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
 * One row of the table: a message of {@code chat-json/1}, symmetric: what it writes it reads. Built once, by {@link
 * #row}; then immutable.
 *
 * @param <T> the record that it carries
 */
final class JsonMessage<T> {
    /** Where a key stands. */
    private enum Place {
        /** Beside {@code type}. */
        ENVELOPE,
        /** In the object {@code info}. */
        INFO,
        /** It is {@code info} itself. */
        WHOLE_INFO
    }

    /**
     * One key.
     *
     * @param absent makes the value of a key that is not there; throws where it has to be
     * @param isWritten whether a value is written, or left out as what is absent
     * @param documented as the page has it
     */
    record Key<T, V>(
            Place place,
            String name,
            JsonValue<V> kind,
            Function<T, V> get,
            Absent<V> absent,
            Predicate<V> isWritten,
            String documented) {

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

    /** A message that is being read. */
    record In<T>(JsonNode message) {
        /** @throws JsonValue.Misshapen where the key is missing, or its value is of another kind */
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
        /** Declares them; returns what makes the record of them. */
        Function<In<T>, T> of(JsonMessage<T> row);
    }

    /** A message that is the record, of the type. */
    static <T> JsonMessage<T> row(int type, Class<T> record, Shape<T> shape) {
        JsonMessage<T> row = new JsonMessage<>(type, record);
        row.make = shape.of(row);
        return row;
    }

    /** Where several rows carry the record: which values go by this one, and which messages are read by it. */
    JsonMessage<T> only(Predicate<T> which, Predicate<JsonNode> messages) {
        carries = which;
        isRead = messages;
        return this;
    }

    <V> Key<T, V> envelope(String name, JsonValue<V> kind, Function<T, V> get) {
        return required(Place.ENVELOPE, name, kind, get);
    }

    /** Left out where it is as {@code absent}. */
    <V> Key<T, V> envelope(String name, JsonValue<V> kind, Function<T, V> get, V absent) {
        return optional(Place.ENVELOPE, name, kind, get, absent);
    }

    <V> Key<T, V> info(String name, JsonValue<V> kind, Function<T, V> get) {
        return required(Place.INFO, name, kind, get);
    }

    /** Left out where it is as {@code absent}. */
    <V> Key<T, V> info(String name, JsonValue<V> kind, Function<T, V> get, V absent) {
        return optional(Place.INFO, name, kind, get, absent);
    }

    /** Left out where it is null. */
    <V> Key<T, @Nullable V> infoOrNull(String name, JsonValue<V> kind, Function<T, @Nullable V> get) {
        return optional(Place.INFO, name, kind, get, null);
    }

    <V> Key<T, V> wholeInfo(String name, JsonValue<V> kind, Function<T, V> get) {
        return required(Place.WHOLE_INFO, name, kind, get);
    }

    /** Always written, and never asked for. */
    void constant(String name, String text) {
        keys.add(always(Place.ENVELOPE, name, text));
    }

    /** As {@link #constant}, in {@code info}. */
    void infoConstant(String name, String text) {
        keys.add(always(Place.INFO, name, text));
    }

    /** What tells this row from others of its type: always the same, in {@code info}. */
    void op(String op) {
        infoConstant("op", op);
        isRead = message -> message.path("info").path("op").asString("").equals(op);
    }

    /** As {@link #constant}: all of {@code info}. */
    void wholeInfoConstant(String text) {
        keys.add(always(Place.WHOLE_INFO, "info", text));
    }

    /** A list that is always written, and always empty. */
    void emptyList(String name) {
        keys.add(new Key<T, List<String>>(
                Place.INFO, name, JsonValue.list(JsonValue.TEXT), value -> List.of(), List::of, value -> true, name));
    }

    private static <T> Key<T, String> always(Place place, String name, String text) {
        String quoted = '"' + text + '"';
        String documented = place == Place.WHOLE_INFO ? '`' + quoted + '`' : name + ": " + quoted;
        return new Key<>(place, name, JsonValue.constant(text), value -> text, () -> text, value -> true, documented);
    }

    private <V> Key<T, V> required(Place place, String name, JsonValue<V> kind, Function<T, V> get) {
        return added(new Key<>(
                place,
                name,
                kind,
                get,
                () -> {
                    throw new JsonValue.Misshapen("It has no " + name + ".");
                },
                value -> true,
                name));
    }

    @SuppressWarnings("NullAway") // null is absent only where the record takes null
    private <V> Key<T, V> optional(
            Place place, String name, JsonValue<V> kind, Function<T, V> get, @Nullable V absent) {
        return added(new Key<>(
                place, name, kind, get, () -> absent, value -> value != null && !value.equals(absent), name + '?'));
    }

    private <V> Key<T, V> added(Key<T, V> key) {
        keys.add(key);
        return key;
    }

    int type() {
        return type;
    }

    Class<T> record() {
        return record;
    }

    /** Whether a value goes by this row. */
    boolean carries(Object value) {
        return record.isInstance(value) && carries.test(record.cast(value));
    }

    /** Whether a message is to be read by this row. */
    boolean reads(int itsType, JsonNode message) {
        return type == itsType && isRead.test(message);
    }

    /** @throws JsonValue.Misshapen where it is not as the row has it */
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

    /** What {@code info} is, as the page of the documentation has it. */
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

    @Override
    public String toString() {
        return "type " + type + ": " + record.getSimpleName();
    }
}
