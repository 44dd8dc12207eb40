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
 * Room on the disk that is kept for when there is none left: given up, it lets what was begun be ended, and the reason be
 * logged. The log's lock guards it.
 */
final class Reserve {
    private static final int PIECE = 1 << 20;

    /** What has to be free beside it, so that it is not used up at once again. */
    private static final long MARGIN = 4 << 20;

    private final Path file;
    private final long size;

    /** It was made, and not given up since. */
    private boolean isKept;

    /** @param size in bytes; 0 for none */
    Reserve(LogFiles files, long size) {
        this.file = files.directory().resolve("audit.reserve");
        this.size = size;
    }

    /**
     * Makes sure that it is there.
     *
     * @throws IOException where there is no room for it; what there was is free again
     */
    void make() throws IOException {
        if (size == 0 || isThere()) {
            isKept = size > 0;
            return;
        }
        if (Files.getFileStore(file.toAbsolutePath().getParent()).getUsableSpace() < size + MARGIN) {
            throw new IOException("less than %d MiB are free on the disk".formatted((size + MARGIN) >> 20));
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

    /** As {@link OpenSegment#keepInPlace}. */
    @Nullable
    String keepInPlace() throws IOException {
        if (!isKept || isThere()) {
            return null;
        }
        isKept = false;
        make();
        return LogFiles.name(file) + " was removed or cut short; it was made anew";
    }

    /** Gives it up; false where there was nothing to give. */
    boolean release() {
        isKept = false;
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            return false;
        }
    }
}
