package chatd.backup.archive;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/** Counts the bytes that pass, and delays them so that no more than a number pass in a second. Used by one thread. */
final class PacedOutput extends FilterOutputStream {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final long rate;
    private final long begin = System.nanoTime();
    private long written;

    /** @param rate bytes in a second; 0 for no limit */
    PacedOutput(OutputStream out, long rate) {
        super(out);
        this.rate = rate;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        written += length;
        if (rate > 0) {
            long due = begin + (long) ((double) written / rate * SECOND);
            long ahead = due - System.nanoTime();
            if (ahead > 0) {
                sleep(ahead);
            }
        }
    }

    private static void sleep(long nanos) throws InterruptedIOException {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    long written() {
        return written;
    }
}
