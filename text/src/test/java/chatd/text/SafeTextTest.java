package chatd.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SafeTextTest {
    /** The table that the web client is tested with, too. */
    static Stream<JsonNode> table() {
        return JsonMapper.shared()
                .readTree(Path.of("src/test/resources/chatd/text/safe.json"))
                .valueStream();
    }

    @ParameterizedTest
    @MethodSource("table")
    void aTextIsShownAsTheTableSays(JsonNode row) {
        assertThat(SafeText.text(row.path("text").asString()))
                .isEqualTo(row.path("shown").asString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u001b[31mred",
                "a\u0007b",
                "a\u009b31m",
                "a\rb",
                "\u202Eevil",
                "a\u2066b",
                "a\u200Bb",
                "a\u200Db",
                "a\u2060b",
                "\u2028",
                "\u007f",
                "\uFEFFx",
                "\uE000",
                "\uD800",
                "\u3164",
                "a\u115Fb",
                "\u2800"
            })
    void nothingThatControlsATerminalOrIsInvisibleIsPrinted(String text) {
        for (String shown : List.of(SafeText.line(text), SafeText.text(text))) {
            assertThat(shown.codePoints().filter(c -> c != '\n'))
                    .noneMatch(c -> Character.isISOControl(c)
                            || Character.getType(c) == Character.FORMAT
                            || Character.getType(c) == Character.PRIVATE_USE
                            || Character.getType(c) == Character.SURROGATE
                            || c == 0x3164
                            || c == 0x115F
                            || c == 0x2800
                            || c == 0x2028);
        }
        assertThat(SafeText.line(text)).doesNotContain("\n");
    }

    @Test
    void ordinaryTextIsUnchanged() {
        String text = "Grüße, 你好 👩‍👩‍👧 ❤️ हिन्दी क्‍ष می‌خواهم é é";
        assertThat(SafeText.text(text)).isEqualTo(text);
        assertThat(SafeText.text("one\r\ntwo")).isEqualTo("one\ntwo");
        assertThat(SafeText.line("one\ntwo")).isEqualTo("one␤two");
    }

    @Test
    void marksAreNotPiledUpOverOtherLines() {
        String piled = "a" + "\u0301".repeat(500) + "b";
        assertThat(SafeText.text(piled)).isEqualTo("a" + "\u0301".repeat(6) + "b");
    }

    @Test
    void aSelectorIsKeptWhereItSelectsSomething() {
        for (String kept : List.of("❤\uFE0F", "1\uFE0F\u20E3", "葛\uDB40\uDD00")) {
            assertThat(SafeText.line(kept)).isEqualTo(kept);
        }
        assertThat(SafeText.line("bo\uFE0Fb \uFE0F")).isEqualTo("bo\uFFFDb \uFFFD");
    }

    @Test
    void joinersDoNotJoinEachOther() {
        assertThat(SafeText.line("你\u200D\u200D\u200D好")).isEqualTo("你\uFFFD\uFFFD\uFFFD好");
    }

    @Test
    void aJoinerNeedsWhatItJoinsOnBothSides() {
        // Whole, cut off after the joiner, and after a selector.
        assertThat(SafeText.line("👩\u200D👧")).isEqualTo("👩\u200D👧");
        assertThat(SafeText.line("❤\uFE0F\u200D🔥")).isEqualTo("❤\uFE0F\u200D🔥");
        assertThat(SafeText.line("👩\u200D")).isEqualTo("👩\uFFFD");
        assertThat(SafeText.line("❤\uFE0F\u200D")).isEqualTo("❤\uFE0F\uFFFD");
        assertThat(SafeText.line("\u200D👧")).isEqualTo("\uFFFD👧");
        assertThat(SafeText.line("a\u200D👧")).isEqualTo("a\uFFFD👧");
        assertThat(SafeText.line("👩\u200Da")).isEqualTo("👩\uFFFDa");
        // A selector may stand before a joiner, but not after one.
        assertThat(SafeText.line("👩\u200D\uFE0F")).isEqualTo("👩\uFFFD\uFFFD");
    }

    @Test
    void eachKindOfSelectorSelectsWhatIsBeforeIt() {
        for (String selector : List.of("\u180B", "\u180F", "\uFE00", "\uFE0F", "\uDB40\uDD00", "\uDB40\uDDEF")) {
            assertThat(SafeText.line("葛" + selector)).isEqualTo("葛" + selector);
            assertThat(SafeText.line(selector)).isEqualTo("\uFFFD");
            assertThat(SafeText.line("a" + selector)).isEqualTo("a\uFFFD");
            assertThat(SafeText.line("葛" + selector + selector)).isEqualTo("葛" + selector + "\uFFFD");
        }
        for (String drawn : List.of("0", "9", "#", "*", "©", "®")) {
            assertThat(SafeText.line(drawn + "\uFE0F")).isEqualTo(drawn + "\uFE0F");
        }
        // The one before the first, and the one after the last.
        assertThat(SafeText.line("葛\uDB40\uDDF0")).isEqualTo("葛\uFFFD");
    }

    @Test
    void eachControlIsShownByItsOwnPicture() {
        assertThat(SafeText.line("\0\u0007\u001B\u001F")).isEqualTo("␀␇␛␟");
        assertThat(SafeText.line(" ~\u007F")).isEqualTo(" ~␡");
        assertThat(SafeText.line("\u0080\u009F")).isEqualTo("\uFFFD\uFFFD");
        assertThat(SafeText.text("a\tb\rc")).isEqualTo("a    b\nc");
    }

    @Test
    void jsonKeepsItsValueAndShowsNothingInvisible() {
        assertThat(SafeText.json("{\n  \"a\": \"é\u202E你\uDB40\uDC41\u2028\"\n}"))
                .isEqualTo("{\n  \"a\": \"é\\u202E你\\uDB40\\uDC41\\u2028\"\n}");
    }
}
