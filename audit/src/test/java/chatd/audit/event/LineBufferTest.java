package chatd.audit.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A line buffer contains the same bytes as the strings would. */
class LineBufferTest {
    private static final String[] PARTS = {
        "a",
        "Zoë",
        "\"",
        "&",
        "<",
        ">",
        "\\",
        "\n",
        "\u0000",
        "\u007f",
        "\u202e",
        "\ud83d\ude00",
        "\ud83d",
        " ",
        "中",
        "~"
    };

    @Test
    void valuesAreEscapedAsStringsAre() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int turn = 0; turn < 20_000; turn++) {
            StringBuilder value = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) {
                value.append(random.nextInt(3) == 0 ? PARTS[random.nextInt(PARTS.length)] : "abc");
            }
            int longest = random.nextInt(20);
            StringBuilder expected = new StringBuilder("x");
            Escape.append(expected, value.toString(), longest);
            LineBuffer buffer = new LineBuffer(random.nextInt(8)).append("x");
            assertThat(buffer.appendEscaped(value.toString(), longest).text(0))
                    .as("seed %d, turn %d", seed, turn)
                    .isEqualTo(
                            new String(expected.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 7, 9, 10, 99, 100, 4_294_967_295L, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void numbersAreWrittenInFull(long number) {
        assertThat(new LineBuffer(0).append(number).text(0)).isEqualTo(Long.toString(number));
    }

    @Test
    void bytesAreInsertedInTheMiddle() {
        LineBuffer buffer = new LineBuffer(2).append("before");
        int at = buffer.size();
        buffer.append("/>").insert(at, new byte[] {' '}, "chain".getBytes(StandardCharsets.US_ASCII));
        assertThat(buffer.text(0)).isEqualTo("before chain/>");
        assertThat(StandardCharsets.UTF_8.decode(buffer.from(at)).toString()).isEqualTo(" chain/>");
        buffer.clear(4);
        assertThat(buffer.size()).isZero();
    }
}
