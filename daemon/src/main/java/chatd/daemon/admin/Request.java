package chatd.daemon.admin;

import chatd.daemon.service.AccountImport;
import chatd.daemon.service.Refusal;
import chatd.protocol.Code;
import chatd.protocol.Secret;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What was asked: a JSON object. What is missing in it is refused as {@link Code#MALFORMED}. */
record Request(JsonNode json) {
    static final String COMMAND = "command";

    /** Keys, values, beginnings and ends: what a list of as many accounts as there may be has, and some more. */
    private static final int MOST_PARTS = 12 * AccountImport.MOST + 1_000;

    private static final int DEEPEST = 8;

    /** Characters of an argument that the log shows, and that are kept for it where it can't be written. */
    private static final int LONGEST_SHOWN = 256;

    private static final JsonMapper STRICT = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MOST_PARTS)
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION, true)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** What nobody asked. */
    static final Request NOTHING = new Request(STRICT.createObjectNode());

    /**
     * Reads one, judging it as it comes.
     *
     * @param line up to its end
     * @throws Refusal {@link Code#MALFORMED} where it is no object, or {@link Code#TOO_LARGE}
     */
    static Request read(InputStream line) {
        try {
            JsonNode json = STRICT.readTree(line);
            if (!json.isObject()) {
                throw new Refusal(Code.MALFORMED, "That is no command: a command is a JSON object.");
            }
            return new Request(json);
        } catch (StreamConstraintsException e) {
            throw new Refusal(
                    Code.TOO_LARGE,
                    "The command has too many parts, or too large ones. A list may have %d accounts."
                            .formatted(AccountImport.MOST));
        } catch (JacksonException e) {
            throw new Refusal(Code.MALFORMED, "That is no command: it is not JSON, or has a key twice.");
        }
    }

    /** Empty where it names none. */
    String command() {
        return json.path(COMMAND).isString() ? json.path(COMMAND).asString() : "";
    }

    /** As much of a text as the log may show. */
    private static String cut(String text, int longest) {
        return text.codePointCount(0, text.length()) <= longest
                ? text
                : text.substring(0, text.offsetByCodePoints(0, longest)) + '…';
    }

    /** The command alone, its name cut off. */
    Request withCommandOf(int longest) {
        return new Request(STRICT.createObjectNode().put(COMMAND, cut(command(), longest)));
    }

    /** A text that has to be there. */
    String text(String key) {
        String value = textOr(key, "");
        if (value.isEmpty()) {
            throw new Refusal(Code.MALFORMED, "The command lacks " + key + ".");
        }
        return value;
    }

    String textOr(String key, String otherwise) {
        JsonNode value = json.path(key);
        if (!value.isMissingNode() && !value.isString()) {
            throw wrong(key, "a text");
        }
        return value.isString() ? value.asString() : otherwise;
    }

    private static Refusal wrong(String key, String what) {
        return new Refusal(Code.MALFORMED, "The command's " + key + " is not " + what + ".");
    }

    Secret secret(String key) {
        return Secret.of(text(key));
    }

    boolean flag(String key) {
        JsonNode value = json.path(key);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw wrong(key, "true or false");
        }
        return value.asBoolean(false);
    }

    boolean has(String key) {
        return json.has(key);
    }

    int whole(String key, int otherwise, int most) {
        JsonNode value = json.path(key);
        if (!value.isMissingNode() && (!value.isInt() || value.asInt() < 0 || value.asInt() > most)) {
            throw wrong(key, "a whole number from 0 to " + most);
        }
        return value.asInt(otherwise);
    }

    /** The objects of a list. */
    Stream<Request> list(String key) {
        if (!json.path(key).isArray()) {
            throw wrong(key, "a list");
        }
        return json.path(key).valueStream().map(Request::new);
    }

    /** What the log shows of it: {@code mustChange} as {@code must-change}, of a list how long it is. */
    List<Map.Entry<String, String>> shown(List<String> keys) {
        List<Map.Entry<String, String>> shown = new ArrayList<>();
        for (String key : keys) {
            JsonNode value = json.path(key);
            if (!value.isMissingNode() && !value.isNull()) {
                String name = key.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
                shown.add(Map.entry(
                        name,
                        value.isArray() ? Integer.toString(value.size()) : cut(value.asString(""), LONGEST_SHOWN)));
            }
        }
        return shown;
    }
}
