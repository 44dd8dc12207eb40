package chatd.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** An event of the log, as a line for people or as JSON. */
final class EventLine {
    private static final Pattern TAG = Pattern.compile("<(\\w+)((?: [\\w-]+=\"[^\"]*\")*) ?/?>");
    private static final Pattern ATTRIBUTE = Pattern.compile(" ([\\w-]+)=\"([^\"]*)\"");
    private static final JsonMapper JSON = new JsonMapper();

    private EventLine() {}

    /** {@code seq time type outcome key=value … → receivers}; the chain left out. */
    static String readable(String line) {
        StringBuilder shown = new StringBuilder();
        Matcher tag = TAG.matcher(line);
        while (tag.find()) {
            Map<String, String> values = attributes(tag.group(2));
            switch (tag.group(1)) {
                case "to" -> shown.append(" → ").append(values.get("name"));
                case "seal" -> {
                    columns(shown, values, "seal", values.get("events"));
                    shown.append(" key=").append(values.get("key"));
                }
                case "key" -> shown.append(' ').append(values.get("alg"));
                case "argument" ->
                    shown.append(' ').append(values.get("name")).append('=').append(values.get("value"));
                default -> event(shown, values);
            }
        }
        return Shown.visible(shown.toString());
    }

    private static void columns(
            StringBuilder shown, Map<String, String> values, @Nullable Object type, @Nullable Object outcome) {
        shown.append("%6s %s %-11s %-8s".formatted(values.remove("seq"), values.remove("time"), type, outcome));
    }

    private static void event(StringBuilder shown, Map<String, String> values) {
        columns(shown, values, values.remove("type"), values.remove("outcome"));
        values.remove("chain");
        values.forEach(
                (name, value) -> shown.append(' ').append(name).append('=').append(value));
    }

    /** One JSON object, its child elements as lists. */
    static String json(String line) {
        Map<String, Object> all = new LinkedHashMap<>();
        Matcher tag = TAG.matcher(line);
        while (tag.find()) {
            Map<String, String> values = attributes(tag.group(2));
            if (all.isEmpty()) {
                all.putAll(values);
            } else {
                @SuppressWarnings("unchecked")
                List<Object> list = (List<Object>) all.computeIfAbsent(tag.group(1), key -> new ArrayList<>());
                list.add(values);
            }
        }
        return JSON.writeValueAsString(all);
    }

    private static Map<String, String> attributes(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        Matcher attribute = ATTRIBUTE.matcher(text);
        while (attribute.find()) {
            values.put(attribute.group(1), unescaped(attribute.group(2)));
        }
        return values;
    }

    private static String unescaped(String value) {
        return value.replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
    }
}
