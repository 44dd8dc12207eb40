package chatd.client.command;

import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import chatd.client.talk.resume.ResumedSession;
import chatd.text.SafeText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ObjectNode;

/** The base of the commands that print a list, as a table to read or as JSON, one object a line. */
public abstract class ListCommand extends ScriptCommand {
    @Mixin
    private MessagePrinter printer;

    /** One line: its cells for the table, and the same as JSON. */
    public record Line(List<String> cells, ObjectNode json) {
        public Line(ObjectNode json, String... cells) {
            this(List.of(cells), json);
        }
    }

    /** Returns what is to be printed. Blocks. */
    protected abstract List<Line> lines(ResumedSession session) throws IOException, InterruptedException;

    @Override
    protected boolean needsChatJson() {
        return true;
    }

    @Override
    protected final void run() throws IOException, UnknownServer, InterruptedException {
        List<Line> lines;
        try (ScriptSession session = session()) {
            lines = lines(session.numbered());
        }
        if (printer.isJson()) {
            lines.forEach(line -> MessagePrinter.print(context().out(), line.json()));
        } else {
            print(lines);
        }
    }

    /** Returns how wide a text is in a terminal: a Chinese character takes two columns. */
    private static int columns(String text) {
        return new AttributedString(text).columnLength();
    }

    private void print(List<Line> lines) {
        List<Integer> widths = new ArrayList<>();
        for (Line line : lines) {
            for (int i = 0; i < line.cells().size(); i++) {
                int width = columns(SafeText.line(line.cells().get(i)));
                if (i == widths.size()) {
                    widths.add(width);
                } else {
                    widths.set(i, Math.max(widths.get(i), width));
                }
            }
        }
        for (Line line : lines) {
            if (line.cells().isEmpty()) {
                continue;
            }
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < line.cells().size(); i++) {
                String cell = SafeText.line(line.cells().get(i));
                text.append(cell).append(" ".repeat(widths.get(i) - columns(cell) + 2));
            }
            context().out().println(text.toString().stripTrailing());
        }
    }
}
