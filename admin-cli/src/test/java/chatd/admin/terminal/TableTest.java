package chatd.admin.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class TableTest {
    private static final JsonMapper JSON = new JsonMapper();

    private record Row(
            String name, @Nullable Boolean on, @Nullable String note) {}

    private static List<String> printed(Display screen, String... rows) {
        List<Row> all =
                Arrays.stream(rows).map(row -> JSON.readValue(row, Row.class)).toList();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new Table<Row>()
                .column("NAME", Row::name)
                .column("ON", row -> row.on() == null ? null : Format.yesOrNo(row.on()))
                .column("NOTE", Row::note)
                .print(all, screen, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void wideCharactersTakeTwoColumnsAndMarksNone() {
        assertThat(printed(
                        Display.NONE,
                        "{\"name\":\"王芳\",\"on\":true,\"note\":\"x\"}",
                        "{\"name\":\"e\u0301va\",\"on\":false,\"note\":\"y\"}",
                        "{\"name\":\"alice\",\"note\":null}"))
                .containsExactly("NAME   ON   NOTE", "王芳   yes  x", "e\u0301va    no   y", "alice  –    –");
    }

    @Test
    void onATerminalTheWidestColumnShrinks() {
        String row = "{\"name\":\"alice\",\"on\":true,\"note\":\"" + "长".repeat(30) + "\"}";
        List<String> lines = printed(Display.of(30, false), row);
        assertThat(lines.getLast()).isEqualTo("alice  yes  " + "长".repeat(8) + "…");
        assertThat(Display.columns(lines.getLast())).isLessThanOrEqualTo(30);
        assertThat(printed(Display.NONE, row).getLast()).endsWith("长".repeat(30));
    }

    @Test
    void theHeaderIsBoldIfThereAreColours() {
        assertThat(printed(Display.of(80, true)).getFirst()).isEqualTo("\033[1mNAME  ON  NOTE\033[0m");
        assertThat(printed(Display.of(80, false)).getFirst()).isEqualTo("NAME  ON  NOTE");
    }

    @Test
    void terminalControlsInValuesAreReplaced() {
        assertThat(printed(Display.NONE, "{\"name\":\"a\",\"on\":true,\"note\":\"\\u001b[31m\\n\\u202e\"}")
                        .getLast())
                .isEqualTo("a     yes  ␛[31m␤\uFFFD");
    }
}
