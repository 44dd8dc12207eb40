package chatd.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of the protocol has the packets that the code has. */
class DocumentationTest {
    private static final Path PAGE = Path.of("../docs/protocol/chat-1.md");

    @Test
    void theTablesOfThePageAreThoseOfTheCode() throws IOException {
        List<String> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| 0x"))
                .toList();
        assertThat(rows)
                .isEqualTo(new Chat1()
                        .documentation()
                        .filter(line -> line.startsWith("| 0x"))
                        .toList());
    }

    /** Each type that has a golden file has a row, and each row a golden file. */
    @Test
    void thePageOfJsonHasTheTypesThatTheCodeHas() throws IOException {
        Set<String> types = new TreeSet<>();
        try (Stream<Path> golden = Files.walk(Path.of("src/test/resources/chatd/protocol/golden/json"))) {
            for (Path file : golden.filter(Files::isRegularFile).toList()) {
                boolean isNone =
                        JsonSamples.commands().get(file.getFileName().toString().replace(".json", ""))
                                instanceof Command.Malformed;
                if (!isNone) {
                    Matcher type = Pattern.compile("\"type\":(\\d+)").matcher(Files.readString(file));
                    assertThat(type.find()).as("%s", file).isTrue();
                    types.add(type.group(1));
                }
            }
        }
        Set<String> rows = Files.readAllLines(Path.of("../docs/protocol/chat-json-1.md")).stream()
                .map(Pattern.compile("\\| (\\d+) \\| [→←↔] .*")::matcher)
                .filter(Matcher::matches)
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(rows).isEqualTo(types);
    }

    /** Prints the tables, to be put into the page. */
    public static void main(String[] arguments) {
        new Chat1().documentation().forEach(System.out::println);
    }
}
