package chatd.admin.log;

import chatd.admin.api.LogCalls;
import chatd.admin.terminal.Output;
import chatd.admin.terminal.Program;
import chatd.text.SafeText;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Prints log events: one readable line each, one JSON object per line, or one XML document of the original lines. */
final class EventPrinter implements AutoCloseable {
    private static final String BEGIN =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<events xmlns=\"urn:chatd:audit:1\">";

    private final PrintStream out;
    private final Output form;
    private final Map<String, String> names = new HashMap<>();

    EventPrinter(Program program) {
        this.out = program.out();
        this.form = program.output() == Output.xml ? Output.xml : program.isJson() ? Output.json : Output.table;
        if (form == Output.xml) {
            out.println(BEGIN);
        }
    }

    /** Updates the current names of accounts. */
    void updateNames(List<LogCalls.Name> present) {
        present.forEach(each -> names.put(each.user(), each.name()));
    }

    /** Returns the current names, by {@code U} and number. */
    Map<String, String> names() {
        return names;
    }

    /** @param raw the line as it stands in the document */
    void print(String raw, EventLine line) {
        out.println(
                switch (form) {
                    case json -> line.json(names);
                    case xml -> asItStands(raw);
                    default -> line.readable(names);
                });
    }

    /** Returns a line unchanged, unless it has characters that the daemon would have escaped. */
    private static String asItStands(String raw) {
        return raw.codePoints()
                .map(c -> SafeText.isInvisible(c) ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @Override
    public void close() {
        if (form == Output.xml) {
            out.println("</events>");
        }
        out.flush();
    }
}
