package chatd.daemon.admin;

import chatd.daemon.service.Code;
import chatd.daemon.service.Refusal;
import chatd.protocol.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What was asked: a JSON object. What is missing in it is refused as {@link Code#MALFORMED}. */
record Request(JsonNode json) {
    static final String COMMAND = "command";

    /** Empty where it names none. */
    String command() {
        return json.path(COMMAND).isString() ? json.path(COMMAND).asString() : "";
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
                shown.add(Map.entry(name, value.isArray() ? Integer.toString(value.size()) : value.asString("")));
            }
        }
        return shown;
    }
}
