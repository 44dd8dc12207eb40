package chatd.admin.log;

import chatd.audit.LogFiles;
import chatd.audit.form.Segment;
import chatd.audit.form.SegmentReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of a file that a collector writes, as {@code tail -F} does: also what follows once it was renamed and made
 * anew, or was cut off. Not thread-safe.
 */
final class CollectedFile implements Closeable {
    /** A collector puts something before each line of the log. */
    private static final int LONGEST_LINE = Segment.LONGEST_LINE + (64 << 10);

    private final Path path;
    private @Nullable FileChannel file;
    private @Nullable Object key;
    private @Nullable SegmentReader lines;
    private long at;

    CollectedFile(Path path) {
        this.path = path;
    }

    /**
     * Returns the next line without its LF; null if there is none yet.
     *
     * @throws IOException if the file can't be read
     */
    byte @Nullable [] next() throws IOException {
        while (true) {
            SegmentReader reading = lines;
            byte[] line = reading == null ? null : reading.next();
            if (line != null) {
                return line;
            }
            if (reading != null && isCurrent()) {
                return null;
            }
            // Of a file that was renamed, the collector may have written the rest meanwhile.
            line = reading == null ? null : reading.next();
            if (line != null) {
                return line;
            }
            if (!open()) {
                return null;
            }
        }
    }

    private boolean isCurrent() throws IOException {
        FileChannel open = file;
        Object now = LogFiles.keyOf(path);
        return open != null && (now == null || (now.equals(key) && open.size() >= at));
    }

    private boolean open() throws IOException {
        try {
            FileChannel opened = FileChannel.open(path);
            close();
            file = opened;
            key = LogFiles.keyOf(path);
            at = 0;
            lines = new SegmentReader(LogFiles.streamOf(opened, now -> at = now), LONGEST_LINE);
            return true;
        } catch (NoSuchFileException e) {
            // The collector has not made it yet.
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel open = file;
        file = null;
        lines = null;
        if (open != null) {
            open.close();
        }
    }
}
