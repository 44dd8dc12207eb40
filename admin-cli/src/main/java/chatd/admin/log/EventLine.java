package chatd.admin.log;

import chatd.admin.terminal.Format;
import chatd.audit.read.ParsedLine;
import chatd.text.SafeText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A line of the log, to be shown.
 *
 * @param kind {@code event} or {@code seal}
 * @param attributes in document order
 * @param children its child elements: receivers, arguments, a key
 */
record EventLine(String kind, Map<String, String> attributes, List<ParsedLine.Child> children) {
    private static final JsonMapper JSON = new JsonMapper();

    /** Parses a line as it stands in the document. */
    static EventLine parse(String line) {
        ParsedLine parsed = ParsedLine.parse(line);
        return new EventLine(parsed.kind(), parsed.attributes(), parsed.children());
    }

    /** Returns the value of an attribute; empty if it is absent. */
    String get(String attribute) {
        return attributes.getOrDefault(attribute, "");
    }

    /**
     * Returns {@code seq time type outcome key=value … → receivers}, without the chain.
     *
     * @param names current names, by {@code U} and number; shown if the log has a different name, or none
     */
    String readable(Map<String, String> names) {
        boolean isSeal = kind.equals("seal");
        StringBuilder shown = new StringBuilder()
                .append("%6s %s %-11s %-8s"
                        .formatted(
                                get("seq"),
                                get("time"),
                                isSeal ? kind : get("type"),
                                isSeal ? get("events") : get("outcome")));
        if (isSeal) {
            shown.append(" key=").append(get("key"));
        } else {
            attributes.forEach((name, value) -> {
                if (!List.of("seq", "time", "type", "outcome", "chain").contains(name)) {
                    boolean isToAll = name.equals("receivers") && value.equals("everyone");
                    shown.append(' ').append(name).append('=').append(isToAll ? Format.EVERYONE : quoted(value));
                }
                if (name.equals("user")) {
                    shown.append(currentNameNote(attributes, names));
                }
            });
        }
        for (ParsedLine.Child child : children) {
            switch (child.kind()) {
                case "to" ->
                    shown.append(" → ")
                            .append(child.attributes()
                                    .getOrDefault("name", child.attributes().get("user")))
                            .append(currentNameNote(child.attributes(), names));
                case "expired", "lost" -> {
                    String range = child.attributes().get("from") + "-"
                            + child.attributes().get("to");
                    shown.append(' ')
                            .append(child.attributes().getOrDefault("kind", "messages"))
                            .append('=')
                            .append(range);
                }
                case "key" -> shown.append(' ').append(child.attributes().get("alg"));
                default ->
                    shown.append(' ')
                            .append(child.attributes().get("name"))
                            .append('=')
                            .append(quoted(child.attributes().getOrDefault("value", "")));
            }
        }
        return SafeText.line(shown.toString());
    }

    /** Quotes a value that contains blanks or separators, so that it can't pass for several values. */
    private static String quoted(String value) {
        return value.matches("[^\\s=→\"]+") ? value : "\"" + value.replace("\"", "\\\"") + "\"";
    }

    private static String currentNameNote(Map<String, String> of, Map<String, String> names) {
        String now = now(of, names);
        return now == null ? "" : " (now " + now + ")";
    }

    /** Returns an account's current name, or null if it is unknown or the same as the logged one. */
    private static @Nullable String now(Map<String, String> of, Map<String, String> names) {
        String user = of.get("user");
        String now = user == null ? null : names.get(user);
        return Objects.equals(now, of.get("name")) ? null : now;
    }

    /** Returns a JSON object, child elements as lists; {@code now} is a current name, as in {@link #readable}. */
    String json(Map<String, String> names) {
        Map<String, Object> all = new LinkedHashMap<>(withCurrentName(attributes, names));
        for (ParsedLine.Child child : children) {
            @SuppressWarnings("unchecked")
            List<Object> list = (List<Object>) all.computeIfAbsent(child.kind(), key -> new ArrayList<>());
            list.add(child.kind().equals("to") ? withCurrentName(child.attributes(), names) : child.attributes());
        }
        return SafeText.json(JSON.writeValueAsString(all));
    }

    private static Map<String, String> withCurrentName(Map<String, String> of, Map<String, String> names) {
        String now = now(of, names);
        if (now == null) {
            return of;
        }
        Map<String, String> named = new LinkedHashMap<>(of);
        named.put("now", now);
        return named;
    }
}
