package chatd.admin;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** How results are printed: as JSON, or as a table without lines around it. */
final class Shown {
    private static final JsonMapper PRETTY =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Shown() {}

    static void json(PrintStream out, JsonNode node) {
        out.println(PRETTY.writeValueAsString(node));
    }

    /** A column: its head, and the key of its value. */
    record Heading(String title, String key) {}

    static void table(PrintStream out, JsonNode rows, List<Heading> headings) {
        List<JsonNode> all = new ArrayList<>();
        rows.forEach(all::add);
        List<com.github.freva.asciitable.ColumnData<JsonNode>> columns = new ArrayList<>();
        for (Heading heading : headings) {
            columns.add(new Column()
                    .header(heading.title())
                    .headerAlign(HorizontalAlign.LEFT)
                    .dataAlign(HorizontalAlign.LEFT)
                    .maxWidth(200)
                    .with(row -> value(row.path(heading.key()))));
        }
        out.println(AsciiTable.builder()
                .border(AsciiTable.NO_BORDERS)
                .data(all, columns)
                .asString()
                .stripTrailing());
    }

    private static String value(JsonNode node) {
        if (node.isNull() || node.isMissingNode()) {
            return "–";
        }
        return node.isBoolean() ? (node.asBoolean() ? "yes" : "no") : visible(node.asString());
    }

    /** {@code 1 event}, {@code 2 events}. */
    static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    /** Without anything that could steer a terminal. */
    static String visible(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
