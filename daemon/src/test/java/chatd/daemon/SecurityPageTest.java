package chatd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every test named in the table of SECURITY.md exists. */
class SecurityPageTest {
    private static final Pattern NAMED = Pattern.compile("`([A-Z][A-Za-z0-9]+(?:Test|IT))(?:\\.([A-Za-z0-9]+)…?)?`");

    @Test
    void everyTestThatItNamesExists() throws IOException {
        List<Path> tests;
        try (Stream<Path> files = Files.walk(Path.of(".."), 12)) {
            tests = files.filter(file -> file.toString().contains("/src/test/java/"))
                    .toList();
        }
        List<MatchResult> named = NAMED.matcher(Files.readString(Path.of("../SECURITY.md")))
                .results()
                .toList();
        assertThat(named).hasSizeGreaterThan(20);
        for (MatchResult test : named) {
            Path file = tests.stream()
                    .filter(path -> path.endsWith(test.group(1) + ".java"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("there is no " + test.group(1)));
            if (test.group(2) != null) {
                assertThat(Files.readString(file)).contains("void " + test.group(2));
            }
        }
    }
}
