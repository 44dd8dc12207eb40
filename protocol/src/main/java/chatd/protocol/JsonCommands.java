package chatd.protocol;

import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What clients say in JSON. Any thread. */
final class JsonCommands {
    static final int LOG_IN = 1;
    static final int LOG_OUT = 5;
    static final int HISTORY = 19;

    /** The last of the types that the pages have. */
    private static final int LAST = 29;

    private static final int LONGEST_ID = 64;

    private JsonCommands() {}

    /** Something in {@code info} that is not as its type has it. */
    private static final class Shape extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Shape(String what) {
            super(what, null, false, false);
        }
    }

    /** A message as a command; {@link Command.Malformed} where it is none. */
    static Command read(byte[] message) {
        JsonNode object = Json.parse(message).orElse(null);
        if (object == null) {
            return new Command.Malformed(
                    0, "It is not JSON, is nested too deep, has too many parts, or has a key twice.", true, "");
        }
        if (!object.isObject()) {
            return new Command.Malformed(0, "It is no JSON object.", true, "");
        }
        JsonNode type = object.path("type");
        if (!type.isInt() || type.intValue() < 1 || type.intValue() > LAST) {
            return new Command.Malformed(0, "It has no type that there is.", true, "");
        }
        String id = "";
        try {
            id = text(object, "id", LONGEST_ID, () -> "");
            text(object, "send", Integer.MAX_VALUE, () -> "");
            text(object, "receive", Integer.MAX_VALUE, () -> "");
            return command(type.intValue(), object.path("info"), id);
        } catch (Shape e) {
            return new Command.Malformed(type.intValue(), String.valueOf(e.getMessage()), false, id);
        }
    }

    private static Command command(int type, JsonNode info, String id) {
        return switch (type) {
            case LOG_IN ->
                new Command.LogIn(
                        text(info, "user_id"),
                        Secret.of(text(info, "user_pwd")),
                        text(info, "device", LONGEST_ID, () -> ""),
                        id);
            case LOG_OUT -> new Command.LogOut(id);
            case HISTORY ->
                new Command.ReadHistory(
                        with(info),
                        number(info, "before", () -> Long.MAX_VALUE),
                        number(info, "after", () -> -1),
                        (int) Math.min(Command.ReadHistory.MOST, number(info, "limit", () -> {
                            throw missing("limit");
                        })),
                        id);
            default -> throw new Shape("This server does not take type " + type + " yet.");
        };
    }

    private static @Nullable String with(JsonNode info) {
        return info.has("with") ? text(info, "with") : null;
    }

    private static String text(JsonNode from, String key) {
        return text(from, key, Integer.MAX_VALUE, () -> {
            throw missing(key);
        });
    }

    private static String text(JsonNode from, String key, int most, Supplier<String> absent) {
        JsonNode value = from.path(key);
        if (value.isMissingNode()) {
            return absent.get();
        }
        if (!value.isString()) {
            throw new Shape(key + " has to be a string.");
        }
        String text = value.stringValue();
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new Shape(key + " has half a character.");
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > most) {
            throw new Shape("%s has at most %d bytes.".formatted(key, most));
        }
        return text;
    }

    private static long number(JsonNode from, String key, LongSupplier absent) {
        JsonNode value = from.path(key);
        if (value.isMissingNode()) {
            return absent.getAsLong();
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw new Shape(key + " has to be a whole number, not negative.");
        }
        return value.longValue();
    }

    /** For what has to be there. */
    private static Shape missing(String key) {
        return new Shape("It has no " + key + ".");
    }
}
