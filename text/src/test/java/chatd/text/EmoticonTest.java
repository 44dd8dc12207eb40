package chatd.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmoticonTest {
    @Test
    void theTableMeetsTheRequirementsOfThePage() {
        assertThat(Emoticon.all()).hasSizeGreaterThanOrEqualTo(60);
        assertThat(Emoticon.all())
                .extracting(Emoticon::code)
                .contains("/xyx")
                .doesNotHaveDuplicates()
                .allMatch(code -> code.matches("/[a-z]{2,8}"));
        assertThat(Emoticon.all()).extracting(Emoticon::emoji).doesNotHaveDuplicates();
        assertThat(Emoticon.all()).allSatisfy(one -> {
            assertThat(one.emoji().codePoints()).anyMatch(Character::isEmoji);
            // A character that also has a text form needs U+FE0F to be shown as an emoji.
            int first = one.emoji().codePointAt(0);
            assertThat(Character.isEmojiPresentation(first) || one.emoji().endsWith("\uFE0F"))
                    .as(one.code())
                    .isTrue();
            assertThat(one.chinese()).matches("\\p{IsHan}+");
            assertThat(one.english()).matches("[A-Za-z' ]+");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "/xyx, 😼",
        "Hi /wx!, Hi 🙂!",
        "你好/wx你好, 你好🙂你好",
        "/wx/wx, /wx/wx",
        "/wx /wx, 🙂 🙂",
        "/tmp/wx, /tmp/wx",
        "https://example.org/wx, https://example.org/wx",
        "and/or, and/or",
        "/WX /nosuch /wxx /wx1, /WX /nosuch /wxx /wx1",
        "no slash, no slash"
    })
    void aCodeThatStandsForItselfIsShownAsAnEmoji(String text, String shown) {
        assertThat(Emoticon.replaceCodes(text)).isEqualTo(shown);
    }
}
