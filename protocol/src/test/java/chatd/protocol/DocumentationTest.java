package chatd.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    /** Prints the tables, to be put into the page. */
    public static void main(String[] arguments) {
        new Chat1().documentation().forEach(System.out::println);
    }
}
