package chatd.protocol.json;

import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Document;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.User;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * A kind of value in a JSON message, with its reader and writer in one place.
 *
 * @param <V> the type of the value
 */
interface JsonValue<V> {

    /**
     * Reads a value that is present.
     *
     * @param key the value's key, for error messages
     * @throws InvalidMessage if the value is of another kind
     */
    V read(JsonNode value, String key);

    void write(JsonGenerator out, V value);

    /**
     * Returns the type of the JSON value in TypeScript; {@code Numbered}, {@code GroupNumber},
     * {@code Time}, {@code Code} and {@code Item} are defined next to the messages.
     */
    String type();

    /** Thrown if a message does not have the form of its type. The text is sent to the sender and quotes no input. */
    final class InvalidMessage extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InvalidMessage(String what) {
            super(what, null, false, false);
        }
    }

    interface Reader<V> {
        V read(JsonNode value, String key);
    }

    interface Writer<V> {
        void write(JsonGenerator out, V value);
    }

    /** @param type the type of the JSON value in TypeScript */
    static <V> JsonValue<V> of(String type, Reader<V> reader, Writer<V> writer) {
        return new JsonValue<>() {
            @Override
            public String type() {
                return type;
            }

            @Override
            public V read(JsonNode value, String key) {
                return reader.read(value, key);
            }

            @Override
            public void write(JsonGenerator out, V value) {
                writer.write(out, value);
            }
        };
    }

    JsonValue<String> TEXT = text(Integer.MAX_VALUE);

    /** @param limit the maximum length in bytes of UTF-8 */
    static JsonValue<String> text(int limit) {
        return of(
                "string",
                (value, key) -> {
                    if (!value.isString()) {
                        throw new InvalidMessage(key + " has to be a string.");
                    }
                    String text = value.stringValue();
                    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
                        throw new InvalidMessage(key + " contains an unpaired surrogate.");
                    }
                    if (text.getBytes(StandardCharsets.UTF_8).length > limit) {
                        throw new InvalidMessage("%s is longer than %d bytes.".formatted(key, limit));
                    }
                    return text;
                },
                (out, text) -> out.writeString(text));
    }

    /** A client's own identifier for a message, or label for its device: at most 64 bytes. */
    JsonValue<String> ID = text(64);

    /** The receivers of a message to many: everyone, or the members of a group. */
    JsonValue<Audience> MANY = of(
            "GroupNumber | \"\"",
            (value, key) -> {
                String typed = TEXT.read(value, key);
                if (typed.isEmpty()) {
                    return Audience.everyone();
                }
                if (user(typed) instanceof User.Group group) {
                    return new Audience.Group(group.number());
                }
                throw new InvalidMessage(key + " has to be \"\", for everyone, or a group's number.");
            },
            (out, many) -> out.writeString(many instanceof Audience.Group group ? "G" + group.number() : ""));

    /** A constant; any value that a client sends in its place is read as the constant. */
    static JsonValue<String> constant(String text) {
        return of('"' + text + '"', (value, key) -> text, (out, _) -> out.writeString(text));
    }

    JsonValue<Secret> SECRET = of(
            "string",
            (value, key) -> Secret.of(TEXT.read(value, key)),
            (out, secret) -> out.writeString(
                    secret.text().orElseThrow(() -> new IllegalArgumentException("a password that is not UTF-8"))));

    JsonValue<Long> WHOLE = of(
            "number",
            (value, key) -> {
                if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
                    throw new InvalidMessage(key + " has to be a whole number that is not negative.");
                }
                return value.longValue();
            },
            (out, number) -> out.writeNumber(number));

    /** A whole number; a value above {@code limit} is read as {@code limit}. */
    static JsonValue<Integer> upTo(int limit) {
        return bounded(0, limit);
    }

    /**
     * The number of items wanted: at least one, since after none there would always be more; a
     * value above {@code limit} is read as {@code limit}.
     */
    static JsonValue<Integer> limit(int limit) {
        return bounded(1, limit);
    }

    private static JsonValue<Integer> bounded(int least, int limit) {
        return of(
                "number",
                (value, key) -> {
                    long number = WHOLE.read(value, key);
                    if (number < least) {
                        throw new InvalidMessage(key + " has to be at least " + least + ".");
                    }
                    return (int) Math.min(limit, number);
                },
                (out, number) -> out.writeNumber(number));
    }

    JsonValue<Boolean> FLAG = of(
            "boolean",
            (value, key) -> {
                if (!value.isBoolean()) {
                    throw new InvalidMessage(key + " has to be true or false.");
                }
                return value.booleanValue();
            },
            (out, flag) -> out.writeBoolean(flag));

    /** A flag that is always true. */
    JsonValue<Boolean> TRUE = of(
            "true",
            (value, key) -> {
                if (!FLAG.read(value, key)) {
                    throw new InvalidMessage(key + " has to be true.");
                }
                return true;
            },
            (out, flag) -> out.writeBoolean(true));

    /** One of a few values, each written as a word. */
    static <E> JsonValue<E> word(E[] values, Function<E, String> word) {
        return of(
                words(Arrays.stream(values).map(word)),
                (value, key) -> {
                    String typed = TEXT.read(value, key);
                    return Arrays.stream(values)
                            .filter(one -> word.apply(one).equals(typed))
                            .findFirst()
                            .orElseThrow(() -> new InvalidMessage(key + " has to be one of "
                                    + String.join(
                                            ", ",
                                            Arrays.stream(values).map(word).toList())
                                    + "."));
                },
                (out, value) -> out.writeString(word.apply(value)));
    }

    /** Returns the TypeScript type of a value that is one of a few words. */
    static String words(Stream<String> words) {
        return words.map(word -> '"' + word + '"').collect(Collectors.joining(" | "));
    }

    /** The form of a user's number, which no name can have. */
    Pattern NUMBER = Pattern.compile("[Uu]?([1-9][0-9]{0,17})");

    /** The form of a group's number, which no name can have. */
    Pattern GROUP_NUMBER = Pattern.compile("[Gg]([1-9][0-9]{0,17})");

    /** A user as clients may write one: {@code U123}, {@code u123}, {@code 123} or a name; or a group, {@code G123}. */
    JsonValue<User> USER =
            of("string", (value, key) -> user(TEXT.read(value, key)), (out, user) -> out.writeString(user.typed()));

    static User user(String typed) {
        Matcher number = NUMBER.matcher(typed);
        if (number.matches()) {
            return new User.Numbered(Long.parseLong(number.group(1)), typed);
        }
        Matcher group = GROUP_NUMBER.matcher(typed);
        return group.matches() ? new User.Group(Long.parseLong(group.group(1)), typed) : new User.NamedLoosely(typed);
    }

    /** A group's number. */
    JsonValue<Long> GROUP = of(
            "GroupNumber",
            (value, key) -> {
                if (user(TEXT.read(value, key)) instanceof User.Group group) {
                    return group.number();
                }
                throw new InvalidMessage(key + " has to be a group's number.");
            },
            (out, group) -> out.writeString("G" + group));

    /** An {@link Addressee} as the daemon writes it: {@code U123}, {@code G123}, or {@code server} for 0. */
    JsonValue<Long> NUMBERED = of(
            "Numbered",
            (value, key) -> number(TEXT.read(value, key), key),
            (out, one) -> out.writeString(numbered(one)));

    static String numbered(long one) {
        return one == MessageEvent.Stored.SERVER
                ? User.SERVER
                : Addressee.isGroup(one) ? "G" + Addressee.groupNumber(one) : "U" + one;
    }

    /** Parses a number as {@link #NUMBERED} does. */
    static long number(String text, String key) {
        Matcher number = NUMBER.matcher(text);
        if (number.matches()) {
            return Long.parseLong(number.group(1));
        }
        Matcher group = GROUP_NUMBER.matcher(text);
        if (group.matches()) {
            return Addressee.group(Long.parseLong(group.group(1)));
        }
        if (text.equals(User.SERVER)) {
            return MessageEvent.Stored.SERVER;
        }
        throw new InvalidMessage(key + " has to be a user's number.");
    }

    /** The other side of a conversation: a number, or the empty string for 0, everyone. */
    JsonValue<Long> WITH = of(
            "Numbered | \"\"",
            (value, key) -> TEXT.read(value, key).isEmpty() ? 0L : NUMBERED.read(value, key),
            (out, with) -> out.writeString(with == 0 ? "" : numbered(with)));

    DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** A time, written in UTC with milliseconds. */
    JsonValue<Instant> TIME = of(
            "Time",
            (value, key) -> {
                try {
                    return Instant.parse(TEXT.read(value, key));
                } catch (DateTimeParseException e) {
                    throw new InvalidMessage(key + " has to be a time.");
                }
            },
            (out, time) -> out.writeString(MILLIS.format(time)));

    /** Base64 for URLs, without padding. */
    JsonValue<byte[]> BASE64 = bytes(
            text -> Base64.getUrlDecoder().decode(text),
            bytes -> Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));

    /**
     * Base64 of either alphabet, with or without padding; written in the standard alphabet of RFC 4648, with padding.
     *
     * @param limit the maximum number of bytes
     */
    static JsonValue<byte[]> base64(int limit) {
        return of(
                "string",
                (value, key) -> {
                    try {
                        byte[] bytes = Base64.getDecoder()
                                .decode(TEXT.read(value, key).replace('-', '+').replace('_', '/'));
                        if (bytes.length > limit) {
                            throw new InvalidMessage("%s has more than %d bytes.".formatted(key, limit));
                        }
                        return bytes;
                    } catch (IllegalArgumentException e) {
                        throw new InvalidMessage(key + " has to be base64.");
                    }
                },
                (out, bytes) -> out.writeString(Base64.getEncoder().encodeToString(bytes)));
    }

    /** A fixed number of bytes in lower-case hexadecimal, kept as text. */
    static JsonValue<String> hex(int bytes) {
        Pattern form = Pattern.compile("[0-9a-f]{" + 2 * bytes + "}");
        return of(
                "string",
                (value, key) -> {
                    String text = TEXT.read(value, key);
                    if (!form.matcher(text).matches()) {
                        throw new InvalidMessage(
                                "%s has to be %d bytes, in lower-case hexadecimal.".formatted(key, bytes));
                    }
                    return text;
                },
                (out, text) -> out.writeString(text));
    }

    JsonValue<byte[]> HEX = bytes(HexFormat.of()::parseHex, HexFormat.of()::formatHex);

    private static JsonValue<byte[]> bytes(Function<String, byte[]> decode, Function<byte[], String> encode) {
        return of(
                "string",
                (value, key) -> {
                    try {
                        return decode.apply(TEXT.read(value, key));
                    } catch (IllegalArgumentException e) {
                        throw new InvalidMessage(key + " has to be bytes.");
                    }
                },
                (out, bytes) -> out.writeString(encode.apply(bytes)));
    }

    /** Any JSON; a document that is not JSON is written as a string, an empty one as null. */
    JsonValue<Document> DOCUMENT = of(
            "unknown",
            (value, key) ->
                    new Document(value.isNull() ? new byte[0] : value.toString().getBytes(StandardCharsets.UTF_8)),
            (out, document) -> {
                if (document.bytes().length == 0) {
                    out.writeNull();
                    return;
                }
                Json.parse(Json.LENIENT, document.bytes())
                        .ifPresentOrElse(
                                out::writeTree,
                                () -> out.writeString(new String(document.bytes(), StandardCharsets.UTF_8)));
            });

    JsonValue<Optional<Instant>> OPTIONAL_TIME = of(
            "Time | null",
            (value, key) -> value.isNull() ? Optional.empty() : Optional.of(TIME.read(value, key)),
            (out, time) -> time.ifPresentOrElse(known -> TIME.write(out, known), out::writeNull));

    static <V> JsonValue<List<V>> list(JsonValue<V> value) {
        return list(value, Integer.MAX_VALUE);
    }

    /** @param limit the maximum number of items */
    static <V> JsonValue<List<V>> list(JsonValue<V> found, int limit) {
        return of(
                "Array<" + found.type() + ">",
                (value, key) -> {
                    if (!value.isArray()) {
                        throw new InvalidMessage(key + " has to be a list.");
                    }
                    if (value.size() > limit) {
                        throw new InvalidMessage("%s has more than %d items.".formatted(key, limit));
                    }
                    List<V> all = new ArrayList<>(value.size());
                    value.forEach(one -> all.add(found.read(one, key)));
                    return all;
                },
                (out, all) -> {
                    out.writeStartArray();
                    all.forEach(one -> found.write(out, one));
                    out.writeEndArray();
                });
    }

    /** Names by number: {@code {"U5": "ann"}}. */
    JsonValue<SortedMap<Long, String>> NAMES = of(
            "{ [number: string]: string }",
            (value, key) -> {
                SortedMap<Long, String> names = new TreeMap<>();
                value.forEachEntry((number, name) -> names.put(number(number, key), TEXT.read(name, key)));
                return names;
            },
            (out, names) -> {
                out.writeStartObject();
                names.forEach((number, name) -> out.writeStringProperty(numbered(number), name));
                out.writeEndObject();
            });

    /** Message numbers by user: {@code {"U5": 12}}. */
    JsonValue<SortedMap<Long, Long>> READ = of(
            "{ [user: string]: number }",
            (value, key) -> {
                SortedMap<Long, Long> read = new TreeMap<>();
                value.forEachEntry((user, message) -> read.put(number(user, key), WHOLE.read(message, key)));
                return read;
            },
            (out, read) -> {
                out.writeStartObject();
                read.forEach((user, message) -> out.writeNumberProperty(numbered(user), message));
                out.writeEndObject();
            });
}
