package chatd.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WholeWordsTest {
    @ParameterizedTest
    @CsvSource({
        "4b, 4b, true",
        "4b, 'class 4B, new', true",
        "4b, 14b, false",
        "4b, 4b2, false",
        "4b, (4b), true",
        "class 4b, 'in class 4b', true",
        "é, cafe\u0301, false",
        "班, 四班, false",
        "四班, '四班, new', true",
        "a.c, abc, false",
    })
    void aWordIsFoundWhereItStandsAlone(String words, String text, boolean isThere) {
        assertThat(WholeWords.of(words).test(text)).isEqualTo(isThere);
    }
}
