package chatd.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.protocol.chat1.Chat1;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The protocol pages list the same packets and messages as the code. */
class DocumentationTest {
    private static final Json JSON = new Json(Carrier.LINES, 1 << 20);
    private static final Path JSON_PAGE = Path.of("../docs/protocol/chat-json-1.md");
    private static final Path PAGE = Path.of("../docs/protocol/chat-1.md");

    @Test
    void theTablesInThePageMatchTheCode() throws IOException {
        List<String> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| 0x"))
                .toList();
        assertThat(rows)
                .isEqualTo(new Chat1()
                        .documentation()
                        .filter(line -> line.startsWith("| 0x"))
                        .toList());
    }

    @Test
    void theTableInTheJsonPageMatchesTheCode() throws IOException {
        List<String> rows = Files.readAllLines(JSON_PAGE).stream()
                .filter(Pattern.compile("\\| \\d+ \\| .*").asMatchPredicate())
                .map(row -> row.substring(0, row.lastIndexOf('|', row.length() - 2) + 1))
                .toList();
        assertThat(rows).isEqualTo(JSON.documentation().toList());
    }

    /** Each row has a golden file. */
    @Test
    void eachMessageOfJsonHasAGoldenFile() {
        assertThat(JsonCommands.ROWS)
                .allMatch(row -> JsonSamples.commands().values().stream().anyMatch(row::carries));
        assertThat(JsonEvents.ROWS)
                .allMatch(row -> JsonSamples.events().values().stream().anyMatch(row::carries));
    }

    /** Prints the tables for the pages. */
    public static void main(String[] arguments) {
        new Chat1().documentation().forEach(System.out::println);
        JSON.documentation().forEach(System.out::println);
    }
}
