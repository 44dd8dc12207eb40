package chatd.audit.event;

import java.util.List;
import java.util.Map;

/**
 * A child element of an event: its name, and its attributes in order.
 *
 * @param longest maximum length of a value in characters; longer values are truncated
 */
public record Element(String name, List<Map.Entry<String, String>> attributes, int longest) {
    Element(String name, List<Map.Entry<String, String>> attributes) {
        this(name, attributes, Escape.LONGEST);
    }
}
