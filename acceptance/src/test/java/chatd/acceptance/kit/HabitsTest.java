package chatd.acceptance.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Checks how tests are written. None may rely on a pause: on a busy machine the event it waits for
 * may arrive late, and the test then fails for no reason.
 */
class HabitsTest {
    private static final Pattern PAUSE = Pattern.compile("waitForTimeout\\(|\\.sleep\\(|parkNanos\\(");

    /**
     * Tests that may pause, to pace their own actions or to poll: no result depends on how long it
     * takes.
     */
    private static final Map<String, String> ALLOWED = Map.ofEntries(
            Map.entry("BoundsIT", "sends a little each second, so that an upload hardly moves"),
            Map.entry("ClientDirectScriptIT", "a cut that is long enough to be noticed"),
            Map.entry("CutProxy", "how long a cut lasts, at random"),
            Map.entry("HttpUploadsIT", "keeps uploads moving until another is refused"),
            Map.entry("JsonTalker", "a pause between what is said, at random"),
            Map.entry("SearchModelIT", "when the daemon is killed, at random"),
            Map.entry("SentOnceIT", "when the connection is cut, at random"),
            Map.entry("Talker", "a pause between what is said, at random"),
            Map.entry("TerminalJsonIT", "a pause between texts, at random"),
            Map.entry("TerminalSessionIT", "a pause between texts, at random"),
            Map.entry("WebStatesIT", "a slow answer"),
            Map.entry("WebTalkIT", "the pace at which texts come"));

    /**
     * Matches checks that something is absent from a screen. They prove nothing until everything in
     * flight has arrived: the fences of a terminal and of a page wait for that.
     */
    private static final Pattern ABSENCE = Pattern.compile("assertThat\\([a-z]\\w*\\.(screen|raw|coloured|all)\\(\\)"
            + "[^;]*(doesNotContain|noneMatch)|hasCount\\(0\\b|isHidden\\(|not\\(\\)\\s*\\.isVisible");

    /**
     * Matches JSON message types written as numbers, which readers would have to know by heart.
     * {@link JsonType} names them.
     */
    private static final Pattern NUMERIC_TYPE = Pattern.compile(
            "(expect|skipTo|expectPresence)\\(\\d|\"type\"\\)\\.asInt\\(\\)\\)?[^;]{0,60}?(EqualTo\\(|[!=]= )\\d");

    private static final Map<String, String> MAY_CHECK_ABSENCE = Map.of(
            "WebPerson", "has the fence",
            "WebStatesIT", "sets the time that the page shows, which has no connection",
            "TerminalTalkIT", "waits first for what was said last, on the same connection");

    @Test
    void noTestReliesOnAPause() throws IOException {
        assertThat(sourcesMatching(PAUSE)).containsExactlyInAnyOrderElementsOf(ALLOWED.keySet());
    }

    @Test
    void absenceIsCheckedOnlyAfterAFence() throws IOException {
        assertThat(sourcesMatching(ABSENCE)).containsExactlyInAnyOrderElementsOf(MAY_CHECK_ABSENCE.keySet());
    }

    @Test
    void messageTypesAreNamed() throws IOException {
        assertThat(sourcesMatching(NUMERIC_TYPE)).isEmpty();
    }

    /** Returns the names of the test sources in which the pattern is found. */
    private static List<String> sourcesMatching(Pattern pattern) throws IOException {
        List<Path> trees;
        try (Stream<Path> modules = Files.list(ProcessResult.ROOT)) {
            trees = modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList();
        }
        assertThat(trees).hasSizeGreaterThan(10);
        List<String> found = new ArrayList<>();
        for (Path tree : trees) {
            try (Stream<Path> files = Files.walk(tree)) {
                for (Path source :
                        files.filter(file -> file.toString().endsWith(".java")).toList()) {
                    String name = source.getFileName().toString().replace(".java", "");
                    if (!name.equals("HabitsTest")
                            && pattern.matcher(Files.readString(source)).find()) {
                        found.add(name);
                    }
                }
            }
        }
        return found;
    }
}
