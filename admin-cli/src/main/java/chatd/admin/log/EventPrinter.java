package chatd.admin.log;

import chatd.admin.api.LogCalls;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Output;
import chatd.admin.terminal.Program;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Prints events of the log: a readable line each, JSON a line each, or one XML document of the lines as they stand. */
final class EventPrinter implements AutoCloseable {
    private static final String BEGIN =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<events xmlns=\"urn:chatd:audit:1\">";

    private final PrintStream out;
    private final Output form;
    private final Map<String, String> names = new HashMap<>();

    EventPrinter(Program program) {
        this.out = program.out();
        this.form = program.output();
        if (form == Output.xml) {
            out.println(BEGIN);
        }
    }

    /** From now on, accounts are called so. */
    void learn(List<LogCalls.Name> present) {
        present.forEach(each -> names.put(each.user(), each.name()));
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
                    case xml -> Format.visible(raw);
                });
    }

    @Override
    public void close() {
        if (form == Output.xml) {
            out.println("</events>");
        }
        out.flush();
    }
}
