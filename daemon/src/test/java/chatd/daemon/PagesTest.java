package chatd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.protocol.value.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documentation pages that sources name. */
class PagesTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern PAGE = Pattern.compile("[\\w-]+\\.md\\b");
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\\n]*", Pattern.DOTALL);

    @Test
    void everyPageThatACommentNamesExists() throws IOException {
        Set<String> pages;
        try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
            pages = Stream.concat(
                            files,
                            Stream.of("README.md", "SECURITY.md", "CHANGELOG.md", "RESULTS.md")
                                    .map(Path::of))
                    .map(file -> String.valueOf(file.getFileName()))
                    .collect(Collectors.toSet());
        }
        List<String> missing = new ArrayList<>();
        int named = 0;
        for (Path source : sources()) {
            for (MatchResult comment :
                    COMMENT.matcher(Files.readString(source)).results().toList()) {
                for (MatchResult page : PAGE.matcher(comment.group()).results().toList()) {
                    named++;
                    if (!pages.contains(page.group())) {
                        missing.add(source + " names " + page.group());
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(20);
    }

    @Test
    void thePageOfTheLogListsEveryCode() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/audit-log.md"));
        assertThat(Stream.of(Code.values()).map(code -> "`" + code.word() + "`"))
                .allMatch(page::contains);
    }

    /**
     * All codes but those of a login, those of administrators, and those that clients receive as
     * another one.
     */
    @Test
    void thePageOfJsonListsEveryCodeOfARefusal() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/protocol/chat-json-1.md"));
        Matcher list = Pattern.compile("Codes of type 18 so far: ([^.]*)\\.").matcher(page);
        assertThat(list.find()).isTrue();
        assertThat(list.group(1).split("\\s+"))
                .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.of(
                                Code.WRONG_PASSWORD,
                                Code.NO_SUCH_REPORT,
                                Code.NO_SUCH_HOLD,
                                Code.DISABLED,
                                Code.LOCKED,
                                Code.MUST_CHANGE_PASSWORD,
                                Code.UNDECIDED,
                                Code.UNLOGGED))
                        .stream()
                        .map(code -> "`" + code.word() + "`")
                        .toList());
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.find(
                ROOT,
                20,
                (file, attributes) -> file.toString().endsWith(".java")
                        && file.toString().contains("/src/")
                        && !file.toString().contains("/target/"))) {
            return files.toList();
        }
    }
}
