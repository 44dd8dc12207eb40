package chatd.client.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WrappingTest {
    private static List<String> wrap(String text, int columns, int indent) {
        return Wrapping.lines(new AttributedString(text), columns, indent).stream()
                .map(AttributedString::toString)
                .toList();
    }

    @Test
    void linesBreakBetweenWordsAndTheRestIsIndented() {
        assertThat(wrap("12:00 bob: one two three four five", 21, 6))
                .containsExactly("12:00 bob: one two", "      three four", "      five");
    }

    @Test
    void noLineOfATextLooksLikeAnotherMessage() {
        for (String text : List.of("x\n12:00 alice: lies", "x" + " ".repeat(100) + "12:00 alice: lies")) {
            assertThat(wrap("12:00 bob: " + text, 80, 6).stream().skip(1)).allMatch(line -> line.startsWith("      "));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "你", "é", "👩‍👩‍👧", "a 你 "})
    void noLineIsWiderThanTheTerminal(String part) {
        String text = part.repeat(200);
        for (int columns : new int[] {40, 41, 80, 120}) {
            List<AttributedString> lines = Wrapping.lines(new AttributedString(text), columns, 6);
            assertThat(lines).allMatch(line -> line.columnLength() < columns);
            assertThat(String.join(
                                    "",
                                    lines.stream()
                                            .map(AttributedString::toString)
                                            .toList())
                            .replace(" ", ""))
                    .isEqualTo(text.replace(" ", ""));
        }
    }

    @Test
    void aUrlIsNotBroken() {
        String address = "https://example.org/a/rather/long/way";
        assertThat(wrap("12:00 bob: see " + address + " and more", 45, 6))
                .containsExactly("12:00 bob: see ", "      " + address, "      and more");
        // Nor is one wider than the terminal, which is left to the terminal.
        String wide = "https://example.org/" + "x".repeat(60);
        assertThat(wrap("12:00 bob: " + wide + " and more", 45, 6))
                .containsExactly("12:00 bob: " + wide, "      and more");
        assertThat(wrap("12:00 bob: (" + wide + ")", 45, 6)).containsExactly("12:00 bob: (" + wide + ")");
        // White space of any kind ends it.
        assertThat(wrap("12:00 bob: " + wide + "\u00A0lies " + "y".repeat(50), 45, 6))
                .allMatch(line -> line.startsWith("12:00 bob: ") || line.startsWith("      "));
        assertThat(wrap("12:00 bob: https://" + "x".repeat(3_000), 45, 6)).allMatch(line -> line.length() <= 44);
    }

    @Test
    void emptyLinesStay() {
        assertThat(wrap("a\n\nb", 80, 2)).containsExactly("a", "  ", "  b");
    }

    @Test
    void linesAreFilledToTheLastColumnButOne() {
        // The last column stays free.
        assertThat(wrap("x".repeat(41), 41, 0)).containsExactly("x".repeat(40), "x");
        assertThat(wrap("x".repeat(40), 41, 0)).containsExactly("x".repeat(40));
        assertThat(wrap("你".repeat(21), 41, 0)).containsExactly("你".repeat(20), "你");
        assertThat(wrap("x".repeat(40) + "   y", 41, 0)).containsExactly("x".repeat(40), "y");
        // Breaks between words, if the line is then more than half full.
        assertThat(wrap("x".repeat(11) + " " + "y".repeat(40), 21, 0).getFirst())
                .isEqualTo("x".repeat(11));
        assertThat(wrap("x".repeat(9) + " " + "y".repeat(40), 21, 0).getFirst())
                .isEqualTo("x".repeat(9) + " " + "y".repeat(10));
        assertThat(wrap("x".repeat(10) + " " + "y".repeat(40), 21, 0).getFirst())
                .isEqualTo("x".repeat(10) + " " + "y".repeat(9));
    }

    @Test
    void aMarginIsAtMostHalfOfTheWidthAndATerminalAtLeastTwentyColumns() {
        assertThat(wrap("x".repeat(25), 21, 30)).containsExactly("x".repeat(20), " ".repeat(10) + "x".repeat(5));
        assertThat(wrap("x".repeat(25), 3, 0)).containsExactly("x".repeat(20), "x".repeat(5));
    }

    @Test
    void aUrlIsKeptWholeUpToItsLimits() {
        // As wide as the next line, and one wider
        String fits = "https://e.org/" + "x".repeat(20);
        assertThat(wrap("12:00 bob: look " + fits, 41, 6)).containsExactly("12:00 bob: look ", "      " + fits);
        String wider = fits + "x";
        assertThat(wrap("12:00 bob: look " + wider, 41, 6)).containsExactly("12:00 bob: look " + wider);
        // The first and the last printable ASCII characters are part of a URL.
        String signs = "https://e.org/!~user/" + "x".repeat(12) + "~";
        assertThat(wrap("12:00 bob: look " + signs, 41, 6)).containsExactly("12:00 bob: look ", "      " + signs);
        String longest = "https://e.org/" + "x".repeat(2_000 - 14);
        assertThat(wrap("12:00 bob: " + longest, 41, 6)).containsExactly("12:00 bob: " + longest);
        assertThat(wrap("12:00 bob: " + longest + "x", 41, 6)).hasSizeGreaterThan(10);
        assertThat(wrap(fits.repeat(2), 41, 6)).containsExactly(fits.repeat(2));
    }
}
