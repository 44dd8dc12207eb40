package chatd.daemon.admin;

import chatd.admin.api.UserCalls;
import chatd.daemon.accounts.AccountImport;
import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import com.fasterxml.jackson.annotation.Nulls;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/** A request: a JSON object. Missing fields are refused as {@link Code#MALFORMED}. */
public record Request(JsonNode json) {
    static final String COMMAND = "command";

    /** Maximum JSON tokens: those of an account list of the maximum size, and some to spare. */
    private static final int MAX_TOKENS = 12 * AccountImport.MAX_ROWS + 1_000;

    private static final int MAX_DEPTH = 8;

    /** Maximum characters of an argument that are logged, or kept in memory while the log can't be written. */
    private static final int MAX_LOGGED = 256;

    /** Maximum characters of each field of an object, so that one does not hide the others. */
    private static final int MAX_FIELD = 40;

    private static final JsonMapper STRICT = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MAX_TOKENS)
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION, true)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .changeDefaultNullHandling(nulls -> nulls.withContentNulls(Nulls.FAIL))
            .withCoercionConfig(
                    LogicalType.Textual,
                    texts -> texts.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();

    /** An empty request, for the log event of a request that could not be read. */
    static final Request NOTHING = new Request(STRICT.createObjectNode());

    /**
     * Reads a request, enforcing its limits while parsing. Blocks.
     *
     * @param line the request, without its newline
     * @throws Refusal {@link Code#MALFORMED} if it is not a valid JSON object; {@link Code#TOO_LARGE} if it exceeds a
     *     limit
     */
    static Request read(InputStream line) {
        try {
            JsonNode json = STRICT.readTree(line);
            if (!json.isObject()) {
                throw new Refusal(Code.MALFORMED, "Not a command: a command is a JSON object.");
            }
            return new Request(json);
        } catch (StreamConstraintsException e) {
            throw new Refusal(
                    Code.TOO_LARGE,
                    "The command has too many parts, or too large ones. A list may have %d accounts."
                            .formatted(AccountImport.MAX_ROWS));
        } catch (JacksonException e) {
            throw new Refusal(Code.MALFORMED, "Not a command: it is not valid JSON, or has a duplicate key.");
        }
    }

    /** Returns the command's name; empty if it has none. */
    String command() {
        return json.path(COMMAND).isString() ? json.path(COMMAND).asString() : "";
    }

    /** Truncates a text to a number of code points, for the log. */
    private static String cut(String text, int longest) {
        return text.codePointCount(0, text.length()) <= longest
                ? text
                : text.substring(0, text.offsetByCodePoints(0, longest)) + '…';
    }

    /** Returns a request with the command's name only, truncated. */
    Request withCommandOf(int longest) {
        return new Request(STRICT.createObjectNode().put(COMMAND, cut(command(), longest)));
    }

    /**
     * Converts the request to its command's record.
     *
     * @throws Refusal {@link Code#MALFORMED} if a field is missing, empty or of the wrong type
     */
    <Q> Q as(Class<Q> type) {
        for (RecordComponent field : type.getRecordComponents()) {
            boolean isOptional =
                    field.getType().isPrimitive() || field.getAnnotatedType().isAnnotationPresent(Nullable.class);
            JsonNode value = json.path(field.getName());
            boolean isPresent = !value.isMissingNode() && !value.isNull();
            if (!isOptional && !isPresent) {
                throw new Refusal(Code.MALFORMED, "The command lacks " + field.getName() + ".");
            }
            if (!isOptional && value.isString() && value.asString().isEmpty()) {
                throw new Refusal(Code.MALFORMED, "The " + field.getName() + " must not be empty.");
            }
        }
        try {
            return STRICT.treeToValue(json, type);
        } catch (MismatchedInputException e) {
            throw mismatch(place(e), expected(e.getTargetType()));
        } catch (InputCoercionException e) {
            throw mismatch(place(e), expected(e.getTargetType()));
        }
    }

    private static String place(JacksonException wrong) {
        return wrong.getPath().stream()
                .map(JacksonException.Reference::getPropertyName)
                .filter(Objects::nonNull)
                .collect(Collectors.joining("."));
    }

    private static String expected(@Nullable Class<?> type) {
        if (type == boolean.class) {
            return "true or false";
        }
        if (type == int.class || type == Integer.class) {
            return "a whole number in range";
        }
        return type != null && Iterable.class.isAssignableFrom(type)
                ? "a list"
                : type == UserCalls.ImportRow.class ? "a list of objects" : "a text";
    }

    private static Refusal mismatch(String field, String what) {
        return new Refusal(Code.MALFORMED, "The command's " + field + " is not " + what + ".");
    }

    /**
     * Returns the requested number, or {@code byDefault} if none was given.
     *
     * @throws Refusal {@link Code#MALFORMED} if it is below 0 or above {@code limit}
     */
    public static int within(String field, @Nullable Integer value, int byDefault, int limit) {
        if (value != null && (value < 0 || value > limit)) {
            throw mismatch(field, "a whole number from 0 to " + limit);
        }
        return value == null ? byDefault : value;
    }

    /**
     * Returns the fields to be logged: {@code mustChange} as {@code must-change}, a list as its length, an object as its
     * fields.
     */
    List<Map.Entry<String, String>> shown(List<String> keys) {
        List<Map.Entry<String, String>> shown = new ArrayList<>();
        for (String key : keys) {
            JsonNode value = json.path(key);
            if (!value.isMissingNode() && !value.isNull()) {
                String name = key.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
                String text = switch (value.getNodeType()) {
                    case ARRAY -> Integer.toString(value.size());
                    case OBJECT ->
                        value.properties().stream()
                                .map(field -> field.getKey() + "="
                                        + (field.getValue().isNull()
                                                ? "(default)"
                                                : cut(field.getValue().asString(""), MAX_FIELD)))
                                .collect(Collectors.joining(", "));
                    default -> value.asString("");
                };
                shown.add(Map.entry(name, cut(text, MAX_LOGGED)));
            }
        }
        return shown;
    }
}
