package chatd.admin;

import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Prints events of the log: a readable line each, JSON a line each, or one XML document of the lines as they stand. */
final class EventPrinter implements AutoCloseable {
    private static final String BEGIN =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<events xmlns=\"urn:chatd:audit:1\">";

    private final PrintStream out;
    private final Main.Output form;
    private final Map<String, String> names = new HashMap<>();

    EventPrinter(Main main) {
        this.out = main.out();
        this.form = main.output();
        if (form == Main.Output.xml) {
            out.println(BEGIN);
        }
    }

    /** From now on, accounts are called so: names by {@code U} and number. */
    void learn(JsonNode present) {
        present.forEach(each ->
                names.put(each.path("user").asString(), each.path("name").asString()));
    }

    /** The present names. */
    Map<String, String> names() {
        return names;
    }

    /** @param raw as it stands in the document */
    void print(String raw, EventLine line) {
        out.println(
                switch (form) {
                    case table -> line.readable(names);
                    case json -> line.json(names);
                    case xml -> Shown.visible(raw);
                });
    }

    @Override
    public void close() {
        if (form == Main.Output.xml) {
            out.println("</events>");
        }
        out.flush();
    }
}
