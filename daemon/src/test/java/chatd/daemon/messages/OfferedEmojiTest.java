package chatd.daemon.messages;

import static org.assertj.core.api.Assertions.assertThat;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UProperty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each emoji that the page offers as a reaction is one that the daemon accepts, and each has its names but flags. */
class OfferedEmojiTest {
    private static final Path OFFERED = Path.of("../web/src/main/page/emoji.txt");

    private static boolean isRegionalIndicator(int point) {
        return UCharacter.hasBinaryProperty(point, UProperty.REGIONAL_INDICATOR);
    }

    @Test
    void eachIsAcceptedAsAReaction() throws IOException {
        List<String[]> rows = Files.readAllLines(OFFERED).stream()
                .filter(line -> !line.isEmpty())
                .map(line -> line.split("\t", -1))
                .toList();
        assertThat(rows).hasSizeGreaterThan(1_800).allSatisfy(row -> {
            assertThat(UCharacter.hasBinaryProperty(row[0], UProperty.RGI_EMOJI))
                    .as(row[0])
                    .isTrue();
            assertThat(row).hasSize(row[0].codePoints().allMatch(OfferedEmojiTest::isRegionalIndicator) ? 1 : 3);
        });
        assertThat(rows.stream().map(row -> row[0])).doesNotHaveDuplicates();
    }
}
