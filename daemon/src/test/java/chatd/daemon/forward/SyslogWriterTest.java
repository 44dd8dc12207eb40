package chatd.daemon.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SyslogWriterTest {
    private static final String EVENT = "<event seq=\"184\" time=\"2026-11-20T06:15:00.123456Z\" type=\"login\""
            + " outcome=\"%s\" user=\"U12\" name=\"王芳\" chain=\"" + "c".repeat(43) + "\"/>";

    private static List<String> written(int longest, String host, String line) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long bytes = new SyslogWriter(out, host, longest).write(line.getBytes(StandardCharsets.UTF_8));
        assertThat(bytes).isEqualTo(out.size());
        return Frames.split(out.toByteArray());
    }

    @Test
    void aLineIsOneMessageWithItsTimeItsTypeAndItsOutcome() throws Exception {
        assertThat(written(8192, "box", EVENT.formatted("ok")))
                .containsExactly("<110>1 2026-11-20T06:15:00.123456Z box chatd - login - " + EVENT.formatted("ok"));
        assertThat(written(8192, "box", EVENT.formatted("refused")).getFirst()).startsWith("<109>1 ");
        assertThat(written(8192, "box", EVENT.formatted("failed")).getFirst()).startsWith("<108>1 ");
        String seal = "<seal seq=\"185\" time=\"2026-11-20T06:15:01.000000Z\" events=\"1\" key=\"0123456789abcdef\"/>";
        assertThat(written(8192, "box", seal))
                .containsExactly("<110>1 2026-11-20T06:15:01.000000Z box chatd - seal - " + seal);
        String root = "<audit xmlns=\"urn:chatd:audit:1\" segment=\"2\" host=\"box\""
                + " started=\"2026-11-20T06:15:02.000000Z\" previous=\"p\">";
        assertThat(written(8192, "box", root))
                .containsExactly("<110>1 2026-11-20T06:15:02.000000Z box chatd - segment - " + root);
    }

    /** What a person typed can't be taken for an attribute of the line. */
    @Test
    void onlyTheLinesOwnAttributesCount() throws Exception {
        String line = "<event seq=\"1\" time=\"2026-11-20T06:15:00.123456Z\" type=\"admin\" outcome=\"ok\">"
                + "<argument name=\"x\" value=\"y\"/><x outcome=\"failed\"/></event>";
        assertThat(written(8192, "box", line).getFirst()).startsWith("<110>1 ");
        assertThat(SyslogWriter.attribute(line, "value")).isEqualTo("-");
    }

    @Test
    void theHostIsOneThatSyslogPermits() throws Exception {
        assertThat(written(8192, "a host\n", EVENT).getFirst()).contains("Z ahost chatd ");
        assertThat(written(8192, " ", EVENT).getFirst()).contains("Z - chatd ");
        assertThat(written(8192, "h".repeat(300), EVENT).getFirst()).contains("Z " + "h".repeat(255) + " chatd ");
    }

    /** Whatever the line's length, no piece is too long, none divides a character, and together they are the line. */
    @Test
    void aLongLineIsSentInPieces() throws Exception {
        for (int length = 1_900; length < 2_000; length++) {
            String line = EVENT.formatted("ok").replace("王芳", "芳".repeat(length));
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            StringBuilder joined = new StringBuilder();
            for (String message : written(2048, "box", line)) {
                assertThat(message.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(2048);
                String tag = "<piece seq=\"184\" from=\"" + joined.toString().getBytes(StandardCharsets.UTF_8).length
                        + "\" of=\"" + bytes.length + "\">";
                String begin = "<110>1 2026-11-20T06:15:00.123456Z box chatd - login - " + tag;
                assertThat(message).startsWith(begin);
                joined.append(message.substring(begin.length()));
            }
            assertThat(joined).hasToString(line);
        }
    }

    @Test
    void theLongestLineThatFitsIsSentWhole() throws Exception {
        String header = "<110>1 2026-11-20T06:15:00.123456Z box chatd - login - ";
        String line = EVENT.formatted("ok").replace("王芳", "");
        int room = 2048 - header.length() - line.length();
        assertThat(written(2048, "box", line.replace("name=\"", "name=\"" + "n".repeat(room))))
                .hasSize(1);
        assertThat(written(2048, "box", line.replace("name=\"", "name=\"" + "n".repeat(room + 1))))
                .hasSize(2);
    }
}
