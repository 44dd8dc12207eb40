package chatd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every message of the operational log is explained on its page. */
class MessagesPageTest {
    /** Matches a logging call with a literal message. */
    private static final Pattern LOGGED =
            Pattern.compile("(?:LOG|log|JOURNAL)\\s*\\.(?:info|warn|error|fatal)\\(\\s*\"([^\"]+)\""
                    + "|System\\.Logger\\.Level\\.(?:INFO|WARNING|ERROR),\\s*\"([^\"]+)\"");

    private static Stream<String> logged(Path sources) {
        try (Stream<Path> files = Files.walk(sources)) {
            return files
                    .filter(file -> file.toString().endsWith(".java"))
                    .flatMap(file -> LOGGED.matcher(read(file)).results())
                    .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyLineOfTheJournalIsExplained() {
        String page = read(Path.of("../docs/operations/messages.md"));
        List<String> messages = Stream.concat(
                        logged(Path.of("src/main/java")), logged(Path.of("../audit/src/main/java")))
                .toList();
        assertThat(messages).hasSizeGreaterThan(25);
        for (String message : messages) {
            // Long messages are split in the source and abbreviated on the page.
            String words = Stream.of(message.split("\\{\\}", -1))
                    .map(part -> part.strip().replaceFirst("^[.;:,] ?", ""))
                    .filter(part -> part.length() >= 5)
                    .findFirst()
                    .orElseThrow();
            assertThat(page).as(message).contains(words.substring(0, Math.min(25, words.length())));
        }
    }
}
