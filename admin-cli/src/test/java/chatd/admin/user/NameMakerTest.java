package chatd.admin.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.admin.terminal.CommandFailure;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameMakerTest {
    private static NameMaker.@Nullable Made make(NameMaker maker, String first, String last) {
        return maker.make(column -> Map.of("first", first, "last", last).getOrDefault(column, ""));
    }

    private static String name(NameMaker maker, String first, String last) {
        return Objects.requireNonNull(make(maker, first, last)).name();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            first.last | Mia | Keller | mia.keller
            last_first | Mia | Keller | keller_mia
            First.LAST | ÄNNE | Groß | aenne.gross
            first.last | Zoë | Nuñez-López | zoe.nunez-lopez
            first.last | Łukasz | Żółć | lukasz.zolc
            first.last | Søren | Ångström | soeren.aangstroem
            first.last | Anna  Lena | d'Angelo (2) | anna-lena.dangelo-2
            first.last | Ａｎｎａ | Ⅳ | anna.iv
            first.last | -Mia- | Keller | mia.keller
            first.last | *- Mia | Keller | mia.keller
            last-first | 芳 | 王 | 王-芳
            first.last | Иван | Йовчев | иван.йовчев
            first.last | A$1 | b\\c | a1.bc
            """)
    void aNameIsMadeFromColumns(String pattern, String first, String last, String name) {
        assertThat(name(new NameMaker(pattern), first, last)).isEqualTo(name);
    }

    @Test
    void duplicatesGetANumberAndNoNameIsTooLong() {
        NameMaker maker = new NameMaker("first.last");
        for (int i = 1; i < 12; i++) {
            NameMaker.Made made = Objects.requireNonNull(make(maker, "Maximilian-Alexander", "Wolfeschlegel"));
            assertThat(made)
                    .isEqualTo(new NameMaker.Made(
                            i == 1
                                    ? "maximilian-alexander.wolfeschleg"
                                    : "maximilian-alexander.wolfeschleg".substring(0, i < 10 ? 31 : 30) + i,
                            i > 1));
        }
        String long1 = name(maker, "王".repeat(6), "芳".repeat(6));
        assertThat(long1).isEqualTo("王".repeat(6) + "." + "芳".repeat(4));
        assertThat(long1.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(32);
        // A number that is part of a name counts, too.
        assertThat(name(maker, "a", "b")).isEqualTo("a.b");
        assertThat(name(maker, "a", "b2")).isEqualTo("a.b2");
        assertThat(name(maker, "a", "b")).isEqualTo("a.b3");
    }

    @Test
    void cellsWithoutLettersMakeNoName() {
        assertThat(make(new NameMaker("first.last"), "Mia", "'?'")).isNull();
        assertThat(make(new NameMaker("first.middle"), "Mia", "x")).isNull();
        assertThatThrownBy(() -> new NameMaker("..")).isInstanceOf(CommandFailure.class);
    }
}
