package chatd.doctor.finding;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TopicTest {
    private static final Path PAGE = Path.of("../docs/operations/doctor.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z.-]+)` \\| \\S");

    @Test
    void thePageHasEachCheckOnce() throws IOException {
        List<String> rows = ROW.matcher(Files.readString(PAGE))
                .results()
                .map(row -> row.group(1))
                .toList();
        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Topic.values()).map(Topic::check).toList());
    }

    @Test
    void aCheckIsNamedByItsSubjectAndAspect() {
        assertThat(Topic.CONFIGURATION_IN_FORCE.check()).isEqualTo("configuration.in-force");
        assertThat(Topic.LOG.check()).isEqualTo("log");
    }
}
