package chatd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.systemd.JournaldAppender;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every message of the service log has an identifier and is explained on its page. */
class MessagesPageTest {
    /** Matches a logging call with a literal message. */
    private static final Pattern LOGGED =
            Pattern.compile("(?:LOG|log|JOURNAL)\\s*\\.(?:info|warn|error|fatal)\\(\\s*\"([^\"]+)\""
                    + "|System\\.Logger\\.Level\\.(?:INFO|WARNING|ERROR),\\s*\"([^\"]+)\"");

    private static final Pattern ROW = Pattern.compile("^\\| (CHATD-[^|]+) \\| (.*)$", Pattern.MULTILINE);
    private static final Path PAGE = Path.of("../docs/operations/messages.md");
    private static final Pattern IDENTIFIER = Pattern.compile("CHATD-\\d{3}");
    private static final int IDENTIFIER_LENGTH = "CHATD-000".length();

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

    /** Returns the page's rows, by identifier. */
    private static Map<String, String> rows() {
        return ROW.matcher(read(PAGE))
                .results()
                .flatMap(row -> IDENTIFIER
                        .matcher(row.group(1))
                        .results()
                        .map(identifier -> Map.entry(identifier.group(), row.group(2))))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /**
     * Monitoring looks for identifiers, so each must be unique, and listed on the page with the
     * message's words.
     */
    @Test
    void everyLineOfTheServiceLogHasAnIdentifierAndIsExplained() {
        Map<String, String> rows = rows();
        List<String> messages = Stream.concat(
                        logged(Path.of("src/main/java")), logged(Path.of("../audit/src/main/java")))
                .toList();
        assertThat(messages).hasSizeGreaterThan(50).allMatch(message -> message.matches("CHATD-[1-9]\\d\\d (?s:.*)"));
        assertThat(messages.stream()
                        .map(message -> message.substring(0, IDENTIFIER_LENGTH))
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(rows.keySet());
        for (String message : messages) {
            String row = rows.get(message.substring(0, IDENTIFIER_LENGTH));
            // Long messages are split in the source and abbreviated on the page; some are built
            // elsewhere.
            Stream.of(message.substring(IDENTIFIER_LENGTH).split("\\{\\}", -1))
                    .map(part -> part.strip().replaceFirst("^[.;:,] ?", ""))
                    .filter(part -> part.length() >= 5)
                    .findFirst()
                    .ifPresent(words ->
                            assertThat(row).as(message).contains(words.substring(0, Math.min(25, words.length()))));
        }
    }

    /** {@code journalctl -x} finds each line's explanation by the identifier that the line has there. */
    @Test
    void everyLineIsExplainedInTheJournalsCatalog() throws IOException {
        Process awk = new ProcessBuilder("awk", "-f", "../systemd/catalog.awk", PAGE.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Map<String, String> entries = Pattern.compile("(?m)^-- ")
                .splitAsStream(new String(awk.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .filter(entry -> !entry.isEmpty())
                .collect(Collectors.toMap(entry -> entry.lines().findFirst().orElseThrow(), Function.identity()));
        Map<String, String> rows = rows();
        assertThat(entries).hasSameSizeAs(rows);
        for (Map.Entry<String, String> row : rows.entrySet()) {
            String words = row.getValue().replace("`", "");
            assertThat(entries)
                    .extractingByKey(JournaldAppender.messageId(row.getKey()))
                    .asString()
                    .contains("\nSubject: " + row.getKey() + " " + words.substring(0, words.indexOf(" | ")) + "\n")
                    .matches("(?s).*\n\n\\S.{10,}");
        }
    }
}
