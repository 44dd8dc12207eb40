package chatd.admin.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EventLineTest {
    private static final String TEXT =
            "<event seq=\"7\" time=\"2026-11-20T06:15:00.123456Z\" type=\"text\" outcome=\"ok\""
                    + " message=\"42\" name=\"a&lt;b\" chain=\"CCC\"><to user=\"U13\" name=\"王芳\"/><to user=\"U2\" name=\"x\"/></event>";

    @Test
    void anEventIsFormattedAsOneReadableLine() {
        assertThat(EventLine.parse(TEXT).readable(Map.of()))
                .isEqualTo("     7 2026-11-20T06:15:00.123456Z text        ok       message=42 name=a<b → 王芳 → x");
    }

    @Test
    void anEventIsFormattedAsAJsonObject() {
        assertThat(EventLine.parse(TEXT).json(Map.of()))
                .isEqualTo(
                        "{\"seq\":\"7\",\"time\":\"2026-11-20T06:15:00.123456Z\",\"type\":\"text\",\"outcome\":\"ok\","
                                + "\"message\":\"42\",\"name\":\"a<b\",\"chain\":\"CCC\",\"to\":[{\"user\":\"U13\",\"name\":\"王芳\"},"
                                + "{\"user\":\"U2\",\"name\":\"x\"}]}");
    }

    @Test
    void renamedAccountsAreShownWithTheirCurrentName() {
        EventLine line = EventLine.parse("<event seq=\"7\" time=\"2026-11-20T06:15:00.123456Z\" type=\"text\""
                + " outcome=\"ok\" user=\"U1\" name=\"alice\" chain=\"C\"><to user=\"U2\" name=\"bob\"/><to user=\"U3\"/>"
                + "</event>");
        Map<String, String> names = Map.of("U1", "alicia", "U2", "bob", "U3", "carol");
        assertThat(line.readable(names)).endsWith("user=U1 (now alicia) name=alice → bob → U3 (now carol)");
        assertThat(line.json(names))
                .contains("\"name\":\"alice\"", "\"now\":\"alicia\"", "{\"user\":\"U3\",\"now\":\"carol\"}");
    }

    @Test
    void terminalControlsAreNotPrinted() {
        EventLine forged = EventLine.parse(TEXT.replace("a&lt;b", "a\u001b[31m\u2028b\u202Ec" + "\u0301".repeat(14)));
        assertThat(forged.readable(Map.of()))
                .contains("a␛[31m\uFFFDb\uFFFDc" + "\u0301".repeat(6) + " ")
                .doesNotContain("\u0301".repeat(7));
        assertThat(forged.json(Map.of())).contains("\\u2028b\\u202Ec");
    }
}
