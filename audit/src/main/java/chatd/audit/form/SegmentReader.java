package chatd.audit.form;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The lines of a stream, in memory that is bounded by the longest there may be. One thread. */
public final class SegmentReader {
    private static final int BUFFER = 1 << 16;

    private final InputStream in;
    private final int longest;
    private byte[] buffer = new byte[BUFFER];
    private int from;
    private int to;

    /** @param longest bytes of a line; one that is longer is as if the stream ended before it */
    public SegmentReader(InputStream in, int longest) {
        this.in = in;
        this.longest = longest;
    }

    /** The next line without its LF; null at the end, and where the last one has none. */
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

    /** Reads more behind what is there; false at the end. */
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
