package chatd.client.screen;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.text.Mention;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tests mentions with the table that the tests of the web client use, too. */
class MentionTest {
    private static final Path TABLE = Path.of("../text/src/test/resources/chatd/text/mentions.json");

    static Stream<JsonNode> table() {
        return JsonMapper.shared().readTree(TABLE).valueStream();
    }

    private static String folded(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    }

    private static List<String> strings(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }

    @ParameterizedTest
    @MethodSource("table")
    void theDaemonFindsWhoIsMentioned(JsonNode row) {
        List<String> names = strings(row.path("names"));
        assertThat(Mention.in(
                        row.path("text").asString(),
                        typed -> Optional.of(typed).filter(each -> names.contains(folded(each)))))
                .containsExactlyElementsOf(strings(row.path("found")));
    }

    /** The terminal looks for one name at a time, so it does not prefer a longer one. */
    @ParameterizedTest
    @MethodSource("table")
    void theTerminalFindsAName(JsonNode row) {
        List<String> names = strings(row.path("names"));
        Set<String> found =
                strings(row.path("found")).stream().map(MentionTest::folded).collect(Collectors.toSet());
        for (String name : names) {
            boolean isLongest = names.stream().noneMatch(other -> other.startsWith(name) && !other.equals(name));
            if (isLongest) {
                assertThat(Pattern.compile(Mention.patternOf(name), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
                                .matcher(row.path("text").asString())
                                .find())
                        .as(name)
                        .isEqualTo(found.contains(name));
            }
        }
    }

    @Test
    void aTextFullOfAtSignsIsCheapAndMentionsAtMostFifty() {
        assertThat(Mention.in("@a".repeat(10_000), typed -> Optional.of(typed))).hasSizeLessThanOrEqualTo(50);
        int[] asked = {0};
        assertThat(Mention.in("@王".repeat(30_000), typed -> {
                    asked[0]++;
                    return Optional.empty();
                }))
                .isEmpty();
        assertThat(asked[0]).isLessThanOrEqualTo(500);
        asked[0] = 0;
        assertThat(Mention.in(("@" + "王".repeat(50)).repeat(500), typed -> {
                    asked[0]++;
                    return Optional.empty();
                }))
                .isEmpty();
        assertThat(asked[0]).isBetween(1_000, 1_040);
    }

    @Test
    void aMentionOfAllIsRecognised() {
        for (String text : List.of("@all", "(@All)", "大家好@所有人", "＠所有人请看", "@all，请看", "@all.", "@all- yes", "@all...")) {
            assertThat(Mention.mentionsAll(text)).as(text).isTrue();
        }
        for (String text : List.of("mail@all", "@allx", "all", "所有人", "@所有", "@all-hands", "@all.x", "@all_1")) {
            assertThat(Mention.mentionsAll(text)).as(text).isFalse();
        }
    }
}
