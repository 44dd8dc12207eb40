package chatd.audit;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The last events of the open segment, and those that come after, over rotations too. One thread; blocks. */
public final class LogTail implements Closeable {
    private static final long POLL_MILLIS = 100;
    private static final int WINDOW = 64 << 10;

    private final LogFiles files;
    private RandomAccessFile part;
    private @Nullable Object key;

    /** @param last events to begin with, of the open segment */
    public LogTail(LogFiles files, int last) throws IOException {
        this.files = files;
        this.part = open();
        part.seek(start(last));
    }

    private RandomAccessFile open() throws IOException {
        key = Files.readAttributes(files.part(), java.nio.file.attribute.BasicFileAttributes.class)
                .fileKey();
        return new RandomAccessFile(files.part().toFile(), "r");
    }

    /** Where the last {@code n} events begin: found from the end, a window at a time. */
    private long start(int n) throws IOException {
        long end = part.length();
        int found = 0;
        for (long to = end; to > 0; to -= WINDOW) {
            long from = Math.max(0, to - WINDOW);
            byte[] window = new byte[(int) (to - from)];
            part.seek(from);
            part.readFully(window);
            for (int i = window.length - 1; i >= 0; i--) {
                if (window[i] == '\n' && found++ == n) {
                    return from + i + 1;
                }
            }
        }
        return 0;
    }

    /** The next event as it stands in the document, without its end of line; null where there is none yet. */
    public @Nullable String next() throws IOException {
        while (true) {
            long at = part.getFilePointer();
            String line = line();
            if (line == null) {
                part.seek(at);
                if (!isRotated()) {
                    return null;
                }
                // What came between the end of the file and its rotation is still to be read.
                line = line();
                if (line == null) {
                    part.close();
                    part = open();
                    continue;
                }
            }
            if (line.startsWith("<event") || line.startsWith("<seal")) {
                return line;
            }
        }
    }

    private @Nullable String line() throws IOException {
        var bytes = new java.io.ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        long at = part.getFilePointer();
        while (true) {
            int n = part.read(buffer);
            if (n < 0) {
                return null;
            }
            for (int i = 0; i < n; i++) {
                if (buffer[i] == '\n') {
                    bytes.write(buffer, 0, i);
                    part.seek(at + bytes.size() + 1);
                    return bytes.toString(StandardCharsets.UTF_8);
                }
            }
            bytes.write(buffer, 0, n);
        }
    }

    private boolean isRotated() throws IOException {
        Object now = Files.readAttributes(files.part(), java.nio.file.attribute.BasicFileAttributes.class)
                .fileKey();
        return !java.util.Objects.equals(now, key);
    }

    /** Waits a moment. */
    public void await() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }

    @Override
    public void close() throws IOException {
        part.close();
    }
}
