package chatd.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventLineTest {
    private static final String TEXT =
            "<event seq=\"7\" time=\"2026-11-20T06:15:00.123456Z\" type=\"text\" outcome=\"ok\""
                    + " message=\"42\" name=\"a&lt;b\" chain=\"CCC\"><to user=\"U13\" name=\"王芳\"/><to user=\"U2\" name=\"x\"/></event>";

    @Test
    void anEventIsALineForPeople() {
        assertThat(EventLine.readable(TEXT))
                .isEqualTo("     7 2026-11-20T06:15:00.123456Z text        ok       message=42 name=a<b → 王芳 → x");
    }

    @Test
    void anEventIsAnObjectForPrograms() {
        assertThat(EventLine.json(TEXT))
                .isEqualTo(
                        "{\"seq\":\"7\",\"time\":\"2026-11-20T06:15:00.123456Z\",\"type\":\"text\",\"outcome\":\"ok\","
                                + "\"message\":\"42\",\"name\":\"a<b\",\"chain\":\"CCC\",\"to\":[{\"user\":\"U13\",\"name\":\"王芳\"},"
                                + "{\"user\":\"U2\",\"name\":\"x\"}]}");
    }

    @Test
    void nothingThatSteersATerminalIsPrinted() {
        assertThat(Shown.visible("a\u001b[31mb\u202Ec")).isEqualTo("a\uFFFD[31mb\uFFFDc");
    }
}
