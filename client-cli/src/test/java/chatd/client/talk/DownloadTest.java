package chatd.client.talk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.protocol.value.Content;
import chatd.text.SafeText;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {
    @TempDir
    private Path directory;

    private Download begin(Path into, String name) {
        Download download = new Download(into, SafeText::line, (received, size) -> {});
        download.begin(name, 3);
        return download;
    }

    private static void take(Download download, boolean last, byte... bytes) {
        download.write(new Content(Unpooled.wrappedBuffer(bytes), last));
    }

    private Path fetched(Path into, String name) throws IOException {
        try (Download download = begin(into, name)) {
            take(download, false, (byte) 1, (byte) 2);
            assertThat(download.whole()).isNull();
            take(download, true, (byte) 3);
            return Objects.requireNonNull(download.whole());
        }
    }

    @Test
    void aFetchedFileOverwritesNothing() throws IOException {
        Path into = directory.resolve("new");
        assertThat(fetched(into, "a.txt").getFileName()).hasToString("a.txt");
        assertThat(fetched(into, "a.txt").getFileName()).hasToString("a (1).txt");
        assertThat(fetched(into, "none").getFileName()).hasToString("none");
        assertThat(fetched(into, "none")).hasFileName("none (1)").hasBinaryContent(new byte[] {1, 2, 3});
        Files.createSymbolicLink(into.resolve("link"), directory.resolve("elsewhere"));
        assertThat(fetched(into, "link").getFileName()).hasToString("link (1)");
        assertThat(directory.resolve("elsewhere")).doesNotExist();
        try (Stream<Path> files = Files.list(into)) {
            assertThat(files).hasSize(6);
        }
    }

    @Test
    void aFetchedFileNeitherLeavesItsDirectoryNorIsHidden() throws IOException {
        assertThat(fetched(directory, "a/../../b").getParent()).isEqualTo(directory);
        assertThat(fetched(directory, "..\\c").getParent()).isEqualTo(directory);
        assertThat(fetched(directory, ".bashrc").getFileName()).hasToString("_bashrc");
        assertThat(fetched(directory, "a\u202Efdp.exe").getFileName()).hasToString("a\uFFFDfdp.exe");
    }

    @Test
    void anIncompleteFileIsRemoved() throws IOException {
        try (Download download = begin(directory, "half")) {
            take(download, false, (byte) 1);
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aWriteErrorIsReportedAndTheRestIsDiscarded() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        try (Download download = begin(file, "x")) {
            take(download, false, (byte) 1, (byte) 2);
            take(download, true, (byte) 3);
            assertThatThrownBy(download::whole).isInstanceOf(IOException.class).hasMessageContaining(file.toString());
        }
    }

    @Test
    void anIncompleteFileIsKeptFor30Days() throws IOException {
        try (Download download = new Download(directory, SafeText::line, (received, size) -> {})) {
            assertThat(download.resume("half", 3, "aa")).isZero();
            download.write(new byte[] {1, 2}, 2);
        }
        try (Download download = new Download(directory, SafeText::line, (received, size) -> {})) {
            assertThat(download.resume("half", 3, "aa")).isEqualTo(2);
        }
        Path part = directory.resolve(".receiving-aa");
        Files.setLastModifiedTime(part, FileTime.from(Instant.now().minus(Duration.ofDays(29))));
        try (Download download = new Download(directory, SafeText::line, (received, size) -> {})) {
            assertThat(download.resume("other", 3, "bb")).isZero();
        }
        assertThat(part).exists();
        Files.setLastModifiedTime(part, FileTime.from(Instant.now().minus(Duration.ofDays(31))));
        try (Download download = new Download(directory, SafeText::line, (received, size) -> {})) {
            assertThat(download.resume("other", 3, "bb")).isZero();
        }
        assertThat(part).doesNotExist();
    }

    @Test
    void aNumberGoesBeforeTheExtensionAndTheNameStaysWithinItsLimit() throws IOException {
        for (String name : new String[] {"a.tar.gz", "n".repeat(251) + ".txt", "é".repeat(127), "n".repeat(251)}) {
            fetched(directory, name);
        }
        assertThat(fetched(directory, "a.tar.gz")).hasFileName("a.tar (1).gz");
        assertThat(fetched(directory, "n".repeat(251) + ".txt")).hasFileName("n".repeat(247) + " (1).txt");
        assertThat(fetched(directory, "é".repeat(127))).hasFileName("é".repeat(125) + " (1)");
        assertThat(fetched(directory, "n".repeat(251))).hasFileName("n".repeat(251) + " (1)");
    }

    @Test
    void progressIncludesWhatIsAlreadyThere() throws IOException {
        List<String> reported = new ArrayList<>();
        Download.Progress progress = (received, size) -> reported.add(received + "/" + size);
        try (Download download = new Download(directory, SafeText::line, progress)) {
            download.begin("a", 3);
            take(download, true, (byte) 1, (byte) 2, (byte) 3);
        }
        assertThat(reported).containsExactly("0/3", "3/3");
        reported.clear();
        try (Download download = new Download(directory, SafeText::line, progress)) {
            assertThat(download.resume("whole", 3, "cc")).isZero();
            download.write(new byte[] {1, 2, 3}, 3);
        }
        try (Download download = new Download(directory, SafeText::line, progress)) {
            assertThat(download.resume("whole", 3, "cc"))
                    .as("as large as it shall be")
                    .isEqualTo(3);
        }
        assertThat(reported).containsExactly("0/3", "3/3", "3/3");
        try (Download download = new Download(directory, SafeText::line, progress)) {
            assertThat(download.resume("whole", 2, "cc"))
                    .as("too large to be its beginning")
                    .isZero();
        }
    }
}
