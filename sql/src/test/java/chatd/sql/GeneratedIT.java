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

/** Checks that the committed files are those generated from the migrations. */
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
    void theCommittedFilesMatchTheMigrations() throws Exception {
        Files.createDirectories(fresh.resolve(SchemaGenerator.ROWS).getParent());
        SchemaGenerator.generateInto(fresh, fresh);
        assertThat(Path.of("src/main/resources").resolve(SchemaGenerator.ROWS))
                .as("run `./chat generate` after changing the migrations")
                .hasSameTextualContentAs(fresh.resolve(SchemaGenerator.ROWS));
        assertThat(sources(Path.of("src/main/java")))
                .as("run `./chat generate` after changing the migrations")
                .isEqualTo(sources(fresh));
    }
}
