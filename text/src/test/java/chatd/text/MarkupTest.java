package chatd.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MarkupTest {
    static Stream<JsonNode> table() {
        return JsonMapper.shared()
                .readTree(Path.of("src/test/resources/chatd/text/markup.json"))
                .valueStream();
    }

    @ParameterizedTest
    @MethodSource("table")
    void textsAreShownAsTheTableSays(JsonNode row) {
        assertThat(shown(row.path("text").asString()))
                .isEqualTo(row.path("shown").asString());
    }

    private static String shown(String text) {
        return Markup.lines(text).stream()
                .map(line -> switch (line.kind()) {
                            case TEXT -> "";
                            case QUOTE -> "> ";
                            case ITEM -> "  ".repeat(line.level()) + line.mark() + " ";
                            case CODE -> "| ";
                        }
                        + line.runs().stream()
                                .map(run -> line.kind() == Markup.Kind.CODE ? run.text() : shown(run))
                                .collect(Collectors.joining()))
                .collect(Collectors.joining("\n"));
    }

    private static String shown(Markup.Run run) {
        String text = run.isCode() ? "<c>" + run.text() + "</c>" : run.text();
        String italic = run.isItalic() ? "<i>" + text + "</i>" : text;
        return run.isBold() ? "<b>" + italic + "</b>" : italic;
    }

    /** Everything that was written is still there, but for the marks that are shown as a style. */
    @Test
    void aTextWithoutMarksIsTheSame() {
        String text = "Zürich 中文\n\n  indented\t\n" + "x".repeat(1_000);
        assertThat(shown(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "**a ",
                " *a",
                "_a* ",
                "`",
                "`` ` ",
                "a`b``",
                "> ",
                "- x\n",
                "```\n",
                "```\nx\n",
                "**a *b _c "
            })
    void hostileTextsAreNoWorkOfMinutes(String part) {
        String text = part.repeat(65_536 / part.length());
        assertThat(Markup.lines(text)).isNotEmpty();
    }
}
