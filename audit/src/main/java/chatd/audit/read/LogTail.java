package chatd.audit.read;

import chatd.audit.LogFiles;
import chatd.audit.form.Segment;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Follows a log: the last events of the open segment, then new ones, across rotations. Not thread-safe; blocks. */
public final class LogTail implements Closeable {
    private static final long POLL_MILLIS = 100;
    private static final int WINDOW = 64 << 10;

    private final LogFiles files;
    private RandomAccessFile part;
    private @Nullable Object key;
    private long segment;

    /** @param last number of existing events and seals of the open segment to begin with */
    public LogTail(LogFiles files, int last) throws IOException {
        this.files = files;
        Opened first = open(files.part());
        this.part = first.file();
        this.key = first.key();
        this.segment = first.segment();
        part.seek(start(last));
    }

    /** @param segment its number; -1 if the file is not a segment */
    private record Opened(RandomAccessFile file, @Nullable Object key, long segment) {}

    /** Opens a file together with its file key, which stays the same when the file is renamed. */
    private static Opened open(Path path) throws IOException {
        while (true) {
            Object before = LogFiles.keyOf(path);
            RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
            if (Objects.equals(before, LogFiles.keyOf(path))) {
                return new Opened(file, before, segment(file));
            }
            file.close();
        }
    }

    private static long segment(RandomAccessFile file) throws IOException {
        try {
            long number = Segment.Head.read(LogFiles.streamOf(file.getChannel(), at -> {}))
                    .number();
            file.seek(0);
            return number;
        } catch (Segment.Broken e) {
            return -1;
        }
    }

    /** Continues with the segment after the one that was read: the part, or one that has been closed meanwhile. */
    private void openNext() throws IOException {
        Opened next = open(files.part());
        // The same segment again, if it was recreated after a removal.
        long from = next.segment() == segment ? part.getFilePointer() : 0;
        for (Iterator<Path> closed = files.closed().iterator(); closed.hasNext(); ) {
            if (Objects.equals(LogFiles.keyOf(closed.next()), key) && closed.hasNext()) {
                next.file().close();
                next = open(closed.next());
                from = 0;
                break;
            }
        }
        part.close();
        part = next.file();
        part.seek(from);
        key = next.key();
        segment = next.segment();
    }

    /** Returns the offset of the last {@code n} lines, searching from the end one window at a time. */
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

    /** Returns the next event or seal as it appears in the document, without its LF, or null if there is none yet. */
    public @Nullable String next() throws IOException {
        while (true) {
            long at = part.getFilePointer();
            String line = line();
            if (line == null) {
                part.seek(at);
                if (!isRotated()) {
                    return null;
                }
                // Lines appended between that read and the rotation are still unread.
                line = line();
                if (line == null) {
                    openNext();
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
        Object now = LogFiles.keyOf(files.part());
        // If it is missing at the moment, it will be recreated.
        return now != null && !now.equals(key);
    }

    /** Sleeps for one polling interval. */
    public void pause() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }

    @Override
    public void close() throws IOException {
        part.close();
    }
}
