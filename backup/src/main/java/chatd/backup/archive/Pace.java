package chatd.backup.archive;

import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The pace of a backup, whatever files it writes: by it, reading from the database leaves room for others who use it. Used by
 * one thread.
 */
public final class Pace {
    /** Works a quarter of the time, and rests the others. */
    public static final long QUARTER = 0;

    /** As fast as it goes. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** Nanoseconds of work after which it rests, if no rate is given: shorter than what people notice. */
    private static final long WORK = TimeUnit.MILLISECONDS.toNanos(5);

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Waits some nanoseconds. */
    interface Rest {
        void take(long nanos) throws InterruptedIOException;
    }

    private final long rate;
    private final LongSupplier clock;
    private final Rest rest;
    private long begin;
    private long workBegin;
    private long passed;

    /** @param rate bytes in a second; {@link #QUARTER} or {@link #UNLIMITED} */
    public Pace(long rate) {
        this(rate, System::nanoTime, Pace::sleep);
    }

    Pace(long rate, LongSupplier clock, Rest rest) {
        this.rate = rate;
        this.clock = clock;
        this.rest = rest;
        this.begin = clock.getAsLong();
        this.workBegin = begin;
    }

    /**
     * Rests, if it is time to, after bytes have passed. What was waited for meanwhile, such as the daemon's log, makes neither a
     * long rest nor a burst: both are of a second at most.
     */
    void pass(int bytes) throws InterruptedIOException {
        long now = clock.getAsLong();
        if (rate == QUARTER) {
            long worked = now - workBegin;
            if (worked >= WORK) {
                rest.take(Math.min(3 * worked, SECOND));
                workBegin = clock.getAsLong();
            }
        } else if (rate != UNLIMITED) {
            passed += bytes;
            long due = begin + (long) ((double) passed / rate * SECOND);
            if (due > now) {
                rest.take(due - now);
            } else if (now - due > SECOND) {
                begin += now - due - SECOND;
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
}
