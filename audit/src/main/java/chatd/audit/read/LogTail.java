package chatd.audit.read;

import chatd.audit.LogFiles;
import chatd.audit.LogPosition;
import chatd.audit.form.Line;
import chatd.audit.form.Segment;
import chatd.audit.form.SegmentReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Follows a log that is being written, line by line from any position, across rotations. Not thread-safe; blocks. */
public final class LogTail implements Closeable {
    private static final long POLL_MILLIS = 100;
    private static final int WINDOW = 64 << 10;
    private static final byte[] ROOT = "<audit ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CLOSING = Line.END.getBytes(StandardCharsets.US_ASCII);

    private final LogFiles files;
    private final Supplier<LogPosition> end;
    private long segment;

    /** Bytes of the segment before the next line. */
    private long bytes;

    private @Nullable FileChannel file;
    private @Nullable SegmentReader lines;

    /** Whether the segment's closing tag was read: it has no more lines. */
    private boolean isComplete;

    /**
     * @param end returns where the log ends now: nothing after that is read
     * @param from where to begin; if that segment is not there any more, at the beginning of the next one that is
     */
    public LogTail(LogFiles files, Supplier<LogPosition> end, LogPosition from) {
        this.files = files;
        this.end = end;
        this.segment = from.segment();
        this.bytes = from.bytes();
    }

    /**
     * Returns a tail that begins with the last lines of the open segment.
     *
     * @param last number of lines
     */
    public static LogTail ofLast(LogFiles files, Supplier<LogPosition> end, int last) throws IOException {
        while (true) {
            LogPosition now = end.get();
            Optional<FileChannel> opened = open(files, now.segment());
            if (opened.isPresent()) {
                try (FileChannel file = opened.get()) {
                    return new LogTail(files, end, new LogPosition(now.segment(), start(file, now.bytes(), last)));
                }
            }
            // It was closed, and deleted, between the two.
        }
    }

    /**
     * Returns a tail that begins with the segment that has an event or seal, or with the first one that is there, if that is
     * later.
     *
     * @param end as for the constructor
     */
    public static LogTail ofSegmentWith(LogFiles files, Supplier<LogPosition> end, long seq) throws IOException {
        long open = end.get().segment();
        List<Path> candidates = new ArrayList<>(files.closed());
        candidates.add(files.part());
        for (Path file : candidates.reversed()) {
            try (InputStream in = Files.newInputStream(file)) {
                SegmentReader lines = new SegmentReader(in, Segment.LONGEST_LINE);
                long number = Segment.Head.read(lines).number();
                byte[] first = lines.next();
                String event = first == null
                        ? ""
                        : ParsedLine.parse(new String(first, StandardCharsets.UTF_8))
                                .get("seq");
                if (number <= open && !event.isEmpty() && Long.parseLong(event) <= seq) {
                    return new LogTail(files, end, new LogPosition(number, 0));
                }
            } catch (NoSuchFileException e) {
                // Retention deleted it.
            }
        }
        return new LogTail(files, end, LogPosition.ORIGIN);
    }

    /** Returns the offset of the last {@code n} lines, searching from the end one window at a time. */
    private static long start(FileChannel file, long end, int n) throws IOException {
        int found = 0;
        for (long to = end; to > 0; to -= WINDOW) {
            long from = Math.max(0, to - WINDOW);
            ByteBuffer window = ByteBuffer.allocate((int) (to - from));
            while (window.hasRemaining() && file.read(window, from + window.position()) > 0) {
                // Until it is full.
            }
            for (int i = window.position() - 1; i >= 0; i--) {
                if (window.get(i) == '\n' && found++ == n) {
                    return from + i + 1;
                }
            }
        }
        return 0;
    }

    /** Opens a segment: the part, or the closed one that it has become. Empty if it is not there. */
    private static Optional<FileChannel> open(LogFiles files, long number) throws IOException {
        for (Path closed : files.closed()) {
            if (LogFiles.segmentNumber(closed) == number) {
                return Optional.of(FileChannel.open(closed));
            }
        }
        FileChannel part = FileChannel.open(files.part());
        try {
            if (Segment.Head.read(LogFiles.streamOf(part, at -> {})).number() == number) {
                return Optional.of(part);
            }
        } catch (Segment.Broken e) {
            // Somebody put another file there; the daemon recreates the part.
        }
        part.close();
        return Optional.empty();
    }

    /**
     * Returns the next line as it stands in the document, without its LF: the root's start tag, an event or a seal; null if
     * there is none yet.
     *
     * @throws IOException if the log can't be read
     */
    public byte @Nullable [] next() throws IOException {
        while (true) {
            byte[] line = read();
            if (line == null && !isComplete && end.get().segment() > segment) {
                line = readRest();
            }
            if (line == null) {
                if (end.get().segment() <= segment || !(isComplete || isGone())) {
                    return null;
                }
                beginNext();
                continue;
            }
            bytes += line.length + 1L;
            isComplete = Arrays.equals(line, CLOSING);
            if (isEvent(line) || Arrays.equals(line, 0, Math.min(line.length, ROOT.length), ROOT, 0, ROOT.length)) {
                return line;
            }
        }
    }

    /** Reads on in a segment that was closed meanwhile; returns null if it is not there any more. */
    private byte @Nullable [] readRest() throws IOException {
        byte[] line = read();
        if (line == null) {
            // If it was recreated after a removal, the rest is in the new file.
            close();
            line = read();
        }
        if (line == null && file != null) {
            throw new IOException(
                    "segment " + segment + " of the log ends after " + bytes + " bytes, without its last line");
        }
        return line;
    }

    private static boolean isEvent(byte[] line) {
        return line.length > 2 && line[0] == '<' && (line[1] == 'e' || (line[1] == 's' && line[2] == 'e'));
    }

    private byte @Nullable [] read() throws IOException {
        if (isComplete) {
            return null;
        }
        SegmentReader open = lines;
        byte[] line = open == null ? null : open.next();
        if (line == null && (open == null || mayReadMore())) {
            // It was not open, or the part was recreated: what is missing is in the file that has its name now.
            close();
            open = reopen();
            line = open == null ? null : open.next();
        }
        return line;
    }

    /** Returns whether the log has more bytes of this segment than its file gave. */
    private boolean mayReadMore() {
        LogPosition now = end.get();
        return now.segment() == segment && now.bytes() > bytes;
    }

    private @Nullable SegmentReader reopen() throws IOException {
        try {
            FileChannel opened = open(files, segment).orElse(null);
            file = opened;
            lines = opened == null
                    ? null
                    : new SegmentReader(
                            LogFiles.streamOf(opened, bytes, this::endOfSegment, at -> {}), Segment.LONGEST_LINE);
        } catch (NoSuchFileException e) {
            // The part was removed, and is recreated in a moment.
        }
        return lines;
    }

    /** Returns the offset in the segment at which the log ends now. */
    private long endOfSegment() {
        LogPosition now = end.get();
        return now.segment() == segment ? now.bytes() : now.segment() > segment ? Long.MAX_VALUE : 0;
    }

    /** Returns whether a segment before the open one was deleted. */
    private boolean isGone() throws IOException {
        return file == null && nextAfter(segment - 1) > segment;
    }

    private void beginNext() throws IOException {
        close();
        segment = nextAfter(segment);
        bytes = 0;
        isComplete = false;
    }

    private long nextAfter(long number) throws IOException {
        return files.closed().stream()
                .mapToLong(LogFiles::segmentNumber)
                .filter(closed -> closed > number)
                .findFirst()
                .orElse(end.get().segment());
    }

    /** Returns the position after the last line that was returned. */
    public LogPosition position() {
        return new LogPosition(segment, bytes);
    }

    /** Sleeps for one polling interval. */
    public void pause() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
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
