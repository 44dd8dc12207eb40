package chatd.audit.read;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A parsed line of the log.
 *
 * @param kind {@code event} or {@code seal}
 * @param attributes in document order
 * @param children its child elements: receivers, arguments, a key
 */
public record ParsedLine(String kind, Map<String, String> attributes, List<Child> children) {
    private static final Pattern TAG = Pattern.compile("<(\\w+)((?: [\\w-]+=\"[^\"]*\")*) ?/?>");
    private static final Pattern ATTRIBUTE = Pattern.compile(" ([\\w-]+)=\"([^\"]*)\"");

    /** A child element. */
    public record Child(String kind, Map<String, String> attributes) {}

    /** Parses a line as it stands in the document. */
    public static ParsedLine parse(String line) {
        Matcher tag = TAG.matcher(line);
        String kind = "";
        Map<String, String> attributes = Map.of();
        List<Child> children = new ArrayList<>();
        while (tag.find()) {
            if (kind.isEmpty()) {
                kind = tag.group(1);
                attributes = attributes(tag.group(2));
            } else {
                children.add(new Child(tag.group(1), attributes(tag.group(2))));
            }
        }
        return new ParsedLine(kind, attributes, children);
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
        return value.indexOf('&') < 0
                ? value
                : value.replace("&quot;", "\"")
                        .replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&amp;", "&");
    }

    /** Returns the value of an attribute; empty if it is absent. */
    public String get(String attribute) {
        return attributes.getOrDefault(attribute, "");
    }
}
