package chatd.audit;

import java.util.List;
import java.util.Map;

/** A child element of an event: its name and its attributes in their order. */
record Element(String name, List<Map.Entry<String, String>> attributes) {}
