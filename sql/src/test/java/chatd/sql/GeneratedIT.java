package chatd.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is committed is what is generated from the migrations. */
@Tag("generated")
class GeneratedIT {
    @TempDir
    private Path fresh;

    private static Map<String, String> sources(Path root) throws IOException {
        Map<String, String> sources = new TreeMap<>();
        Path generated = root.resolve("chatd/sql/generated");
        try (Stream<Path> files = Files.walk(generated)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sources.put(generated.relativize(file).toString(), Files.readString(file));
            }
        }
        return sources;
    }

    @Test
    void whatIsCommittedMatchesTheMigrations() throws Exception {
        Files.createDirectories(fresh.resolve(Generated.ROWS).getParent());
        Generated.into(fresh, fresh);
        assertThat(Path.of("src/main/resources").resolve(Generated.ROWS))
                .as("run `./chat generate` after changing the migrations")
                .hasSameTextualContentAs(fresh.resolve(Generated.ROWS));
        assertThat(sources(Path.of("src/main/java")))
                .as("run `./chat generate` after changing the migrations")
                .isEqualTo(sources(fresh));
    }
}
