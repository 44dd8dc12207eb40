package chatd.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.protocol.chat1.Chat1;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The protocol pages list the same packets and messages as the code. */
class DocumentationTest {
    private static final Json JSON = new Json(Carrier.LINES, 1 << 20);
    /** Forms that are only read: they are written in another form. */
    private static final Set<String> READ_ONLY = Set.of("`name\\|size`", "`\"end\"`");

    private static final Set<String> READ_ONLY_OF_PICTURES =
            Set.of("`{op: \"chunk\", file, offset, data}`", "`{op: \"end\", file, sha256?}`");

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

    @Test
    void theJsonPageHasTheFirstGoldenFileOfEachRowAsItsExample() throws IOException {
        List<String> given = Files.readAllLines(JSON_PAGE).stream()
                .filter(line -> line.startsWith("→ {") || line.startsWith("← {"))
                .toList();
        assertThat(given).isEqualTo(examples().map(Example::line).toList());
    }

    private record Example(int type, String line) {}

    /**
     * Returns an example of each row, by type; messages to the daemon come before those from it.
     */
    private static Stream<Example> examples() {
        return Stream.concat(
                        JsonCommands.ROWS.stream()
                                .filter(row -> !READ_ONLY.contains(row.documentation())
                                        && !(row.type() == 12 && READ_ONLY_OF_PICTURES.contains(row.documentation())))
                                .map(row -> example("→", row, "commands", JsonSamples.commands())),
                        JsonEvents.ROWS.stream().map(row -> example("←", row, "events", JsonSamples.events())))
                .sorted(Comparator.comparingInt(Example::type));
    }

    private static Example example(String arrow, JsonMessage<?> row, String golden, Map<String, ?> samples) {
        return samples.entrySet().stream()
                .filter(sample -> row.carries(sample.getValue()))
                .map(sample -> JsonTest.golden(golden, sample.getKey()).strip())
                // Some records are written by one of several rows.
                .filter(line -> line.contains("\"type\":" + row.type() + ','))
                .findFirst()
                .map(line -> new Example(row.type(), arrow + ' ' + line))
                .orElseThrow(() -> new AssertionError("no golden file for type " + row.type()));
    }

    /** Prints the tables for the pages. */
    public static void main(String[] arguments) {
        new Chat1().documentation().forEach(System.out::println);
        JSON.documentation().forEach(System.out::println);
        examples().map(Example::line).forEach(System.out::println);
    }
}
