package chatd.admin.terminal;

import chatd.text.SafeText;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A table without borders. On a terminal it is no wider than the screen: the widest columns shrink. */
public final class Table<T> {
    private static final int GAP = 2;

    /** Width below which no column shrinks. */
    private static final int MIN_WIDTH = 6;

    private final List<Column<T>> columns = new ArrayList<>();

    private record Column<T>(String head, Function<T, @Nullable String> value) {}

    /** @param value returns the value in a row; null if it has none */
    public Table<T> column(String head, Function<T, @Nullable String> value) {
        columns.add(new Column<>(head, value));
        return this;
    }

    private static String shown(@Nullable String value) {
        return value == null ? "–" : SafeText.line(value);
    }

    public void print(Iterable<T> rows, Display screen, PrintStream out) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(columns.stream().map(Column<T>::head).toList());
        rows.forEach(row -> lines.add(
                columns.stream().map(column -> shown(column.value().apply(row))).toList()));
        int[] widths = widths(lines, screen.width());
        for (int i = 0; i < lines.size(); i++) {
            String line = line(lines.get(i), widths);
            out.println(i == 0 ? screen.bold(line) : line);
        }
    }

    private int[] widths(List<List<String>> lines, int limit) {
        int[] widths = new int[columns.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], Display.columns(line.get(i)));
            }
        }
        long excess = -GAP - (long) limit;
        for (int width : widths) {
            excess += width + GAP;
        }
        for (; excess > 0; excess--) {
            int widest = 0;
            for (int i = 1; i < widths.length; i++) {
                widest = widths[i] > widths[widest] ? i : widest;
            }
            if (widths[widest] <= MIN_WIDTH) {
                break;
            }
            widths[widest]--;
        }
        return widths;
    }

    private static String line(List<String> values, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String value = Display.truncate(values.get(i), widths[i]);
            line.append(value).append(" ".repeat(Math.max(0, widths[i] - Display.columns(value) + GAP)));
        }
        return line.toString().stripTrailing();
    }
}
