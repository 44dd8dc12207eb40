package chatd.audit.write;

import chatd.audit.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Disk space set aside for when the disk is full: releasing it lets work in progress finish and the reason be logged.
 * Guarded by the log's lock.
 */
final class Reserve {
    private static final int PIECE = 1 << 20;

    /** Bytes that must be free in addition, so that the reserve is not used up again at once. */
    private static final long MARGIN = 4 << 20;

    private final Path file;
    private final long size;

    /** Whether the reserve was allocated and has not been released since. */
    private boolean isKept;

    /** @param size in bytes; 0 for none */
    Reserve(LogFiles files, long size) {
        this.file = files.directory().resolve("audit.reserve");
        this.size = size;
    }

    /**
     * Allocates the reserve if it is not there.
     *
     * @throws IOException if there is no room for it; a partial one is deleted again
     */
    void allocate() throws IOException {
        if (size == 0 || isThere()) {
            isKept = size > 0;
            return;
        }
        if (Files.getFileStore(file.toAbsolutePath().getParent()).getUsableSpace() < size + MARGIN) {
            throw new IOException("less than %d MiB is free on the disk".formatted((size + MARGIN) >> 20));
        }
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE);
            for (long left = size; left > 0; ) {
                zeros.clear().limit((int) Math.min(PIECE, left));
                left -= out.write(zeros);
            }
            out.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        isKept = true;
    }

    private boolean isThere() throws IOException {
        return Files.exists(file) && Files.size(file) == size;
    }

    /** Restores the reserve if it was removed or truncated; returns as {@link SegmentFile#keepInPlace} does. */
    @Nullable
    String keepInPlace() throws IOException {
        if (!isKept || isThere()) {
            return null;
        }
        isKept = false;
        allocate();
        return LogFiles.name(file) + " was removed or truncated; it was recreated";
    }

    /** Releases the reserve; returns false if there was nothing to release. */
    boolean release() {
        isKept = false;
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            return false;
        }
    }
}
