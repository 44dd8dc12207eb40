package chatd.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileFailureTest {
    @TempDir
    private Path directory;

    private interface Work {
        void run() throws IOException;
    }

    private static String described(Work work) {
        return FileFailure.describe(catchThrowableOfType(IOException.class, work::run));
    }

    @Test
    void pathAndReasonAreBothGiven() throws IOException {
        Path none = directory.resolve("none");
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(described(() -> Files.readString(none))).isEqualTo("No such file or directory (" + none + ")");
        assertThat(described(() -> Files.createFile(file))).isEqualTo("File exists (" + file + ")");
        assertThat(described(() -> Files.createDirectories(file.resolve("below/it"))))
                .endsWith("(" + file + "/below)");
        assertThat(described(() -> Files.delete(directory))).isEqualTo("Directory not empty (" + directory + ")");
        assertThat(described(() -> Files.writeString(Path.of("/dev/full"), "x")))
                .isEqualTo("No space left on device");
    }

    @Test
    void aFileThatTheExceptionDoesNotNameIsAdded() {
        Path part = Path.of("/log/audit.part");
        assertThat(FileFailure.describe(new IOException("No space left on device"), part))
                .isEqualTo("No space left on device (/log/audit.part)");
        assertThat(FileFailure.describe(new IOException("/log/audit.part was replaced"), part))
                .isEqualTo("/log/audit.part was replaced");
    }
}
