package chatd.client.screen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Tests that the colours of names are readable: that their contrast, as defined by WCAG 2.1, is 4.5
 * or more.
 */
class PaletteTest {
    private static final double MIN = 4.5;
    private static final double BLACK = 0;
    private static final double WHITE = 1;

    /** Returns the share of a component of one of the 216 colours of a terminal's cube, 0 to 1, in linear light. */
    private static double linear(int step) {
        double share = (step == 0 ? 0 : 55 + 40 * step) / 255.0;
        return share <= 0.03928 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
    }

    private static double luminance(int colour) {
        int place = colour - 16;
        return 0.2126 * linear(place / 36) + 0.7152 * linear(place / 6 % 6) + 0.0722 * linear(place % 6);
    }

    private static double contrast(int colour, double background) {
        double ours = luminance(colour) + 0.05;
        double other = background + 0.05;
        return Math.max(ours, other) / Math.min(ours, other);
    }

    @Test
    void namesAreReadableOnTheBackgroundsOfTheTheme() {
        assertThat(Palette.AUTO.names())
                .hasSizeGreaterThan(4)
                .allMatch(colour -> contrast(colour, BLACK) >= MIN)
                .allMatch(colour -> contrast(colour, WHITE) >= MIN);
        assertThat(Palette.DARK.names()).hasSizeGreaterThan(4).allMatch(colour -> contrast(colour, BLACK) >= MIN);
        assertThat(Palette.LIGHT.names()).hasSizeGreaterThan(4).allMatch(colour -> contrast(colour, WHITE) >= MIN);
    }
}
