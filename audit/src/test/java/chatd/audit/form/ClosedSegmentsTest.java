package chatd.audit.form;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.audit.LogFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Closed segments that were removed or replaced, whether they were there at the start or closed since. */
class ClosedSegmentsTest {
    private static final Instant START = Instant.parse("2026-11-20T06:15:00Z");

    @TempDir
    private Path directory;

    private LogFiles files;
    private Path first;
    private Path second;
    private ClosedSegments segments;

    @BeforeEach
    void begin() throws IOException {
        files = new LogFiles(directory);
        first = Files.writeString(files.closed(1, START), "one");
        second = Files.writeString(files.closed(2, START), "two");
        segments = new ClosedSegments(files);
        // Before what the tests change: the time of a directory is as coarse as the kernel's clock ticks.
        Files.setLastModifiedTime(directory, FileTime.from(START));
        assertThat(segments.check()).isNull();
    }

    @Test
    void aRemovedSegmentIsReportedOnce() throws IOException {
        Files.delete(first);
        assertThat(segments.check()).isEqualTo(LogFiles.name(first) + " was removed");
        assertThat(segments.check()).isNull();
    }

    @Test
    void aReplacedSegmentIsReportedOnce() throws IOException {
        Path other = Files.writeString(directory.resolve("other"), "two");
        Files.delete(second);
        Files.move(other, second);
        assertThat(segments.check()).isEqualTo(LogFiles.name(second) + " was replaced");
        assertThat(segments.check()).isNull();
    }

    @Test
    void severalSegmentsAreReportedTogether() throws IOException {
        Path third = Files.writeString(files.closed(3, START), "three");
        segments.add(third);
        Files.delete(second);
        Files.delete(third);
        assertThat(segments.check()).isEqualTo(LogFiles.name(second) + " was removed, and 1 more");
    }

    @Test
    void aForgottenSegmentIsNotReported() throws IOException {
        segments.forget(first);
        Files.delete(first);
        assertThat(segments.check()).isNull();
    }

    /** A directory that seems unchanged is checked every twentieth time. */
    @Test
    void aChangeThatTheDirectoryDoesNotShowIsFoundLater() throws IOException {
        FileTime before = Files.getLastModifiedTime(directory);
        Files.delete(first);
        Files.setLastModifiedTime(directory, before);
        for (int i = 1; i < 20; i++) {
            assertThat(segments.check()).isNull();
        }
        assertThat(segments.check()).isEqualTo(LogFiles.name(first) + " was removed");
    }

    @Test
    void aMissingDirectoryHasNoSegments() throws IOException {
        Files.delete(first);
        Files.delete(second);
        Files.delete(directory);
        assertThat(segments.check()).isEqualTo(LogFiles.name(first) + " was removed, and 1 more");
        Files.createDirectory(directory);
    }
}
