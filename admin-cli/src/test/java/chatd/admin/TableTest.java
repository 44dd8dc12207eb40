package chatd.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TableTest {
    private static final JsonMapper JSON = new JsonMapper();

    private static List<String> printed(Screen screen, String... rows) {
        List<JsonNode> all = java.util.Arrays.stream(rows).map(JSON::readTree).toList();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new Table()
                .column("NAME", "name")
                .column("ON", "on")
                .column("NOTE", "note")
                .print(all, screen, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void wideCharactersTakeTwoColumnsAndMarksNone() {
        assertThat(printed(
                        Screen.NONE,
                        "{\"name\":\"王芳\",\"on\":true,\"note\":\"x\"}",
                        "{\"name\":\"e\u0301va\",\"on\":false,\"note\":\"y\"}",
                        "{\"name\":\"alice\",\"note\":null}"))
                .containsExactly("NAME   ON   NOTE", "王芳   yes  x", "e\u0301va    no   y", "alice  –    –");
    }

    @Test
    void atATerminalTheWidestColumnGivesWay() {
        String row = "{\"name\":\"alice\",\"on\":true,\"note\":\"" + "长".repeat(30) + "\"}";
        List<String> lines = printed(Screen.of(30, false), row);
        assertThat(lines.getLast()).isEqualTo("alice  yes  " + "长".repeat(8) + "…");
        assertThat(Screen.columns(lines.getLast())).isLessThanOrEqualTo(30);
        assertThat(printed(Screen.NONE, row).getLast()).endsWith("长".repeat(30));
    }

    @Test
    void theHeadIsBoldWhereThereAreColours() {
        assertThat(printed(Screen.of(80, true)).getFirst()).isEqualTo("\033[1mNAME  ON  NOTE\033[0m");
        assertThat(printed(Screen.of(80, false)).getFirst()).isEqualTo("NAME  ON  NOTE");
    }

    @Test
    void nothingOfAValueSteersTheTerminal() {
        assertThat(printed(Screen.NONE, "{\"name\":\"a\",\"on\":true,\"note\":\"\\u001b[31m\\n\\u202e\"}")
                        .getLast())
                .isEqualTo("a     yes  \uFFFD[31m\uFFFD\uFFFD");
    }
}
