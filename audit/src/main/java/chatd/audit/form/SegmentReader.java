package chatd.audit.form;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a stream, in memory bounded by the maximum line length. Not thread-safe. */
public final class SegmentReader {
    private static final int BUFFER = 1 << 16;

    private final InputStream in;
    private final int longest;
    private byte[] buffer = new byte[BUFFER];
    private int from;
    private int to;

    /** @param longest maximum line length in bytes; a longer line is treated as the end of the stream */
    public SegmentReader(InputStream in, int longest) {
        this.in = in;
        this.longest = longest;
    }

    /** Returns the next line without its LF; null at the end of the stream, or if the last line has no LF. */
    public byte @Nullable [] next() throws IOException {
        int at = from;
        while (true) {
            while (at < to && buffer[at] != '\n') {
                at++;
            }
            if (at < to) {
                byte[] line = Arrays.copyOfRange(buffer, from, at);
                from = at + 1;
                return line;
            }
            int begun = to - from;
            if (begun > longest || !fill()) {
                return null;
            }
            at = from + begun;
        }
    }

    /** Reads more bytes into the buffer; returns false at the end of the stream. */
    private boolean fill() throws IOException {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        if (to == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * to);
        }
        int read = in.read(buffer, to, buffer.length - to);
        to += Math.max(read, 0);
        return read > 0;
    }
}
