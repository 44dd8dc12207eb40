package chatd.client.screen;

import chatd.protocol.value.people.User;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import org.jline.utils.AttributedStyle;

/** The colours of a theme; a name always has the same one. Immutable. */
enum Palette {
    /** Those of the 256 whose contrast is 4.5 or more both on black and on white; there are no others with a hue. */
    AUTO(29, 63, 98, 131, 163),
    DARK(75, 79, 80, 81, 107, 110, 113, 140, 141, 147, 173, 176, 179, 204, 209, 215),
    LIGHT(18, 22, 24, 25, 26, 53, 54, 55, 58, 60, 88, 89, 90, 94, 124, 130),
    NONE;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<Integer> names;

    Palette(Integer... names) {
        this.names = List.of(names);
    }

    /** Returns the colours of names, by their numbers among the terminal's 256. */
    List<Integer> names() {
        return names;
    }

    static Palette of(String theme, boolean mayColour) {
        return mayColour ? valueOf(theme.toUpperCase(java.util.Locale.ROOT)) : NONE;
    }

    AttributedStyle name(String name) {
        if (names.isEmpty() || name.equals(User.SERVER)) {
            return AttributedStyle.BOLD;
        }
        CRC32 hash = new CRC32();
        hash.update(name.getBytes(StandardCharsets.UTF_8));
        return AttributedStyle.BOLD.foreground(names.get((int) (hash.getValue() % names.size())));
    }

    /** Returns the style of secondary text: times, presence changes. */
    AttributedStyle quiet() {
        return this == NONE ? AttributedStyle.DEFAULT : AttributedStyle.DEFAULT.faint();
    }

    /** Returns the style of text that must not be overlooked. */
    AttributedStyle loud() {
        return AttributedStyle.BOLD;
    }

    /** Returns the style of a search match in a text. */
    AttributedStyle found() {
        return this == NONE
                ? AttributedStyle.BOLD.underline()
                : AttributedStyle.BOLD.underline().foreground(names.getFirst());
    }

    /** Returns the style of code in a text. */
    AttributedStyle code() {
        return names.isEmpty() ? AttributedStyle.DEFAULT : AttributedStyle.DEFAULT.foreground(names.getFirst());
    }

    /** Returns the style of the user's own name in a text. */
    AttributedStyle mention() {
        return AttributedStyle.INVERSE.bold();
    }
}
