package chatd.backup.archive;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/**
 * Delays the bytes that pass, so that reading them from the database leaves room for others who use it. Used by one
 * thread.
 */
final class PacedOutput extends FilterOutputStream {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Nanoseconds of work after which it rests, if no rate is given: shorter than what people notice. */
    private static final long WORK = TimeUnit.MILLISECONDS.toNanos(5);

    private final long rate;
    private final long begin = System.nanoTime();
    private long workBegin = begin;
    private long passed;

    /** @param rate bytes in a second; {@link BackupWriter#QUARTER} or {@link BackupWriter#UNLIMITED} */
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
        passed += length;
        if (rate == BackupWriter.UNLIMITED) {
            return;
        }
        if (rate == BackupWriter.QUARTER) {
            long worked = System.nanoTime() - workBegin;
            if (worked >= WORK) {
                sleep(3 * worked);
                workBegin = System.nanoTime();
            }
            return;
        }
        sleep(begin + (long) ((double) passed / rate * SECOND) - System.nanoTime());
    }

    private static void sleep(long nanos) throws InterruptedIOException {
        if (nanos <= 0) {
            return;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
