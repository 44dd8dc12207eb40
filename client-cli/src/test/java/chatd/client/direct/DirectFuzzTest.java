package chatd.client.direct;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.fixtures.Campaign;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Fuzzes the parsers of what the other side of a direct session, or a stranger, may send. */
class DirectFuzzTest {
    private static final int ROUNDS = Campaign.times(100_000, 5_000_000);
    private static final String SESSION = "00112233445566778899aabbccddeeff";
    private static final String KEY = "0123456789abcdef".repeat(4);

    /** Changes, removes and adds some bytes. */
    private static byte[] damaged(byte[] whole, Random random) {
        byte[] bytes = java.util.Arrays.copyOf(whole, Math.max(0, whole.length + random.nextInt(5) - 2));
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }

    @Test
    void damagedDatagramsAreReadOrIgnored() {
        Random random = Campaign.random();
        ByteBuf probe = Datagram.probe(Datagram.Kind.PROBE, 7, SESSION, KEY);
        byte[] whole = new byte[probe.readableBytes()];
        probe.readBytes(whole);
        int read = 0;
        for (int i = 0; i < ROUNDS; i++) {
            if (Datagram.read(Unpooled.wrappedBuffer(damaged(whole, random))).isPresent()) {
                read++;
            }
        }
        assertThat(read).isPositive();
        assertThat(Datagram.read(Datagram.probe(Datagram.Kind.ECHO, 7, SESSION, KEY)))
                .hasValueSatisfying(echo -> {
                    assertThat(echo.kind()).isEqualTo(Datagram.Kind.ECHO);
                    assertThat(echo.session()).isEqualTo(SESSION);
                    assertThat(echo.key()).isEqualTo(Datagram.shortened(KEY));
                });
    }

    @Test
    void damagedLinesAreReadOrIgnored() {
        Random random = Campaign.random();
        List<SessionLine> sessionLines = List.of(
                new SessionLine.Text(3, "你好", null),
                new SessionLine.Text(4, "ja", new AnsweredText(2, 3)),
                new SessionLine.Acknowledged(7),
                new SessionLine.Typing(),
                new SessionLine.AskToEnd(),
                new SessionLine.AnswerToEnd(true),
                new SessionLine.Leave());
        List<FileLine> fileLines = List.of(
                new FileLine.Start("plan.pdf", 7, 1),
                new FileLine.Accepted(5),
                new FileLine.Declined(),
                new FileLine.End("00"),
                new FileLine.Stored(true));
        sessionLines.forEach(line -> assertThat(SessionLine.read(line.line())).hasValue(line));
        fileLines.forEach(line -> assertThat(FileLine.read(line.line())).hasValue(line));
        int read = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] one = damaged(
                    sessionLines.get(random.nextInt(sessionLines.size())).line(), random);
            byte[] other =
                    damaged(fileLines.get(random.nextInt(fileLines.size())).line(), random);
            if (SessionLine.read(one).isPresent() && FileLine.read(other).isPresent()) {
                read++;
            }
        }
        assertThat(read).isPositive();
        byte[] deep = "[".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        assertThat(SessionLine.read(deep)).isEmpty();
        assertThat(FileLine.read(deep)).isEmpty();
    }
}
