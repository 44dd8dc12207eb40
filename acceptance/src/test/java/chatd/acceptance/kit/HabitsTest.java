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

/** How tests are written. None decides by a pause: what it waits for may come late on a busy machine, and has then failed for no reason. */
class HabitsTest {
    private static final Pattern PAUSE = Pattern.compile("waitForTimeout\\(|\\.sleep\\(|parkNanos\\(");

    /** Those that set the pace of what they do, or look again: nothing is decided by how long it takes. */
    private static final Map<String, String> ALLOWED = Map.ofEntries(
            Map.entry("BoundsIT", "sends a little each second, so that an upload hardly moves"),
            Map.entry("ClientDirectScriptIT", "a cut that is long enough to be noticed"),
            Map.entry("CutProxy", "how long a cut lasts, at random"),
            Map.entry("HttpUploadsIT", "keeps uploads moving until another is refused"),
            Map.entry("JsonTalker", "a pause between what is said, at random"),
            Map.entry("SearchModelIT", "when the daemon is killed, at random"),
            Map.entry("SentOnceIT", "when the connection is cut, at random"),
            Map.entry("Talker", "a pause between what is said, at random"),
            Map.entry("TerminalResumeIT", "a pause between texts, at random"),
            Map.entry("TerminalSessionIT", "a pause between texts, at random"),
            Map.entry("WebStatesIT", "a slow answer"),
            Map.entry("WebTalkIT", "the pace at which texts come"));

    /** That something is not on a screen says nothing before all has come that may: the fences of a terminal and a page. */
    private static final Pattern LOOK = Pattern.compile("assertThat\\([a-z]\\w*\\.(screen|raw|coloured|all)\\(\\)"
            + "[^;]*(doesNotContain|noneMatch)|hasCount\\(0\\b|isHidden\\(|not\\(\\)\\s*\\.isVisible");

    /** A type of a JSON message by its number: a reader has to know the table by heart. {@link JsonType} has their names. */
    private static final Pattern NUMBERED = Pattern.compile(
            "(expect|skipTo|expectPresence)\\(\\d|\"type\"\\)\\.asInt\\(\\)\\)?[^;]{0,60}?(EqualTo\\(|[!=]= )\\d");

    private static final Map<String, String> MAY_LOOK = Map.of(
            "WebPerson", "has the fence",
            "WebStatesIT", "sets the time that the page shows, which has no connection",
            "TerminalTalkIT", "waits first for what was said last, on the same connection");

    @Test
    void nothingIsDecidedByAPause() throws IOException {
        assertThat(having(PAUSE)).containsExactlyInAnyOrderElementsOf(ALLOWED.keySet());
    }

    @Test
    void nothingIsTakenForMissingBeforeAllHasCome() throws IOException {
        assertThat(having(LOOK)).containsExactlyInAnyOrderElementsOf(MAY_LOOK.keySet());
    }

    @Test
    void typesOfMessagesHaveNames() throws IOException {
        assertThat(having(NUMBERED)).isEmpty();
    }

    /** Returns the names of the tests' sources in which something stands. */
    private static List<String> having(Pattern pattern) throws IOException {
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
