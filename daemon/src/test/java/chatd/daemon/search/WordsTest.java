package chatd.daemon.search;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.protocol.event.MessageEvent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which words find a text, and where. */
class WordsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            example.com | see jira.example.com/x | example.com
            example.co | see jira.example.com | example.com
            jira.example.com | see jira.example.com | jira.example.com
            JIRA | see jira.example.com | jira.example.com
            keller | mia.keller@example.org | keller
            beach | IMG_20260704_beach.jpg | beach.jpg
            20260704 | IMG_20260704_beach.jpg | 20260704_beach.jpg
            "20260704" | IMG_20260704_beach.jpg | 20260704
            "img" | IMG_20260704_beach.jpg | IMG
            jpg | IMG_20260704_beach.jpg | jpg
            11.6 | on 10.11.6-MariaDB | 11.6
            mariadb | on 10.11.6-MariaDB | MariaDB
            final | report.final.v2.docx | final.v2
            "final" | report.final.v2.docx | final
            v2 | report.final.v2.docx | v2
            homme | tout l’homme | homme
            accord | d'accord | accord
            timeout | error:timeout | timeout
            straße | a.STRASSE.b | STRASSE.b
            C++ | I like C++. | C++
            c++ | C++, C# | C++
            C# | C++, C# | C#
            C | C++ | C++
            b | a+b+c#d | b
            notepad++ | Notepad++ is one | Notepad++
            """)
    void aTextIsFoundByThePartsOfItsWords(String typed, String text, String found) {
        MessageEvent.Place place = ParsedSearch.of(typed).places(text).getFirst();
        assertThat(text.substring(place.start(), place.start() + place.length()))
                .isEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            xample | jira.example.com
            "final.v" | report.final.v2.docx
            C# | C++ and c
            C++ | C and c+
            C++ | i++
            example.com | jira.example.org
            """)
    void aTextIsNotFoundByOtherWords(String typed, String text) {
        assertThat(ParsedSearch.of(typed).places(text)).isEmpty();
    }

    /** However its parts are joined, a text has only a few more words than one with spaces. */
    @Test
    void theNumberOfPartsIsBounded() {
        assertThat(Words.of("a.b".repeat(1_000))).hasSizeLessThan(1_000);
        assertThat(Words.of("a.b.c.d.e.f.g.h.i.j.k.l ".repeat(100))).hasSizeLessThanOrEqualTo(100 * 16);
        assertThat(Words.of("._:'’".repeat(1_000))).isEmpty();
    }

    /** Where folding makes a word longer, its parts are not looked for in the middle of another. */
    @Test
    void placesAreWithinTheText() {
        for (String text : List.of("ﬁ.ﬁ_ß.x", "㏂.x", "a…b.c", "x".repeat(70) + ".tail", "é.e\u0301.É")) {
            Words.of(text)
                    .forEach(word -> assertThat(text.substring(word.start(), word.end()))
                            .as("%s in %s", word, text)
                            .isNotEmpty());
        }
    }
}
