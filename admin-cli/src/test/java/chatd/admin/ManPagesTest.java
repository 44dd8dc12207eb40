package chatd.admin;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.fixtures.ManPages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares the man pages with those generated from the commands; {@code -Dchatd.man-pages=write} rewrites them. */
@Tag("generated")
class ManPagesTest {
    @Test
    void committedPagesMatchTheCommands(@TempDir Path directory) throws IOException {
        SortedMap<String, String> generated =
                ManPages.generate(Main.commandLine(new Main()).getCommandSpec(), directory);
        assertThat(ManPages.committed())
                .as("src/main/man; `./chat generate` regenerates it")
                .isEqualTo(generated);
    }
}
