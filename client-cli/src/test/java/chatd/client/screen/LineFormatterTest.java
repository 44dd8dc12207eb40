package chatd.client.screen;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.client.talk.Preferences;
import chatd.client.talk.Setting;
import chatd.client.talk.item.Item;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;

/** How the terminal shows the formatting of texts. */
class LineFormatterTest {
    private static AttributedString shown(Preferences preferences, boolean mayColour, String text) {
        var formatter = new LineFormatter("bob", ZoneOffset.UTC, preferences, mayColour, name -> name);
        Item item = Item.direct("ann", false, List.of("bob"), text, 0, Instant.parse("2026-11-30T14:05:00Z"));
        return formatter.format(item, false, null);
    }

    @Test
    void marksAreShownAsStyles() {
        AttributedString line = shown(Preferences.none(), true, "a **bold**, _italic_ `/xyx` and /xyx");
        assertThat(line.toString()).isEqualTo("14:05 ann → you: a bold, italic /xyx and 😼");
        assertThat(line.toAnsi())
                .contains("\033[1mbold\033[", "\033[3mitalic\033[")
                .doesNotContain("**", "`");
    }

    @Test
    void blocksBeginALineAndTheirLinesAreMarked() {
        assertThat(shown(Preferences.none(), true, "```\nint *x;\n```\n> said\n- one\n  2. two")
                        .toString())
                .isEqualTo("14:05 ann → you: \n│ int *x;\n│ said\n• one\n  2. two");
        assertThat(shown(Preferences.none(), true, "> all of it").toString()).isEqualTo("14:05 ann → you: │ all of it");
    }

    /** A text can't turn into a sequence that the terminal obeys by its marks. */
    @Test
    void whatIsInvisibleStaysVisible() {
        assertThat(shown(Preferences.none(), true, "**\033[31m** `\033]0;x\007`")
                        .toString())
                .doesNotContain("\033", "\007");
    }

    @Test
    void aTextIsAsItWasWrittenWithoutColoursAndWhereTheUserWantsThat() {
        String text = "a **bold** `word`\n> said";
        String asWritten = "14:05 ann → you: " + text;
        assertThat(shown(Preferences.none(), false, text).toString()).isEqualTo(asWritten);
        Preferences off = Preferences.none().with(Setting.FORMATTING, "off");
        assertThat(shown(off, true, text).toString()).isEqualTo(asWritten);
        Preferences plain = Preferences.none().with(Setting.THEME, "none");
        assertThat(shown(plain, true, text).toString()).isEqualTo(asWritten);
    }
}
