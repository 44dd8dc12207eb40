package chatd.daemon.limit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Holds work that can wait to a share of the machine, so that no message queues behind it: to all of it while nobody talks,
 * and the more messages a second are delivered, the less, down to a least share. Any thread.
 */
public final class Pace {
    /** Messages a second at which the share is half of the way down to the least one. */
    private static final double HALFWAY = 10;

    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

    private final double least;
    private final double processors;
    private final long credit;
    private final LongSupplier delivered;
    private final LongSupplier nanos;

    /** When the work that was done has had its time. */
    @GuardedBy("this")
    private long free;

    /** Messages a second, those of about the last second. */
    @GuardedBy("this")
    private double rate;

    /** When {@link #rate} was last computed, and the number of the last message at that time. */
    @GuardedBy("this")
    private long looked;

    @GuardedBy("this")
    private long heard;

    /**
     * @param least the least share of the machine's processors, above 0, at most 1
     * @param credit work that may be done at once after an idle time
     * @param delivered returns the number of the last message that was delivered
     */
    public Pace(double least, Duration credit, LongSupplier delivered) {
        this(least, Runtime.getRuntime().availableProcessors(), credit, delivered, System::nanoTime);
    }

    /**
     * @param delivered returns the number of the last message
     * @param nanos returns the time in nanoseconds
     */
    Pace(double least, double processors, Duration credit, LongSupplier delivered, LongSupplier nanos) {
        this.least = least;
        this.processors = processors;
        this.credit = credit.toNanos();
        this.delivered = delivered;
        this.nanos = nanos;
        this.heard = delivered.getAsLong();
        this.free = nanos.getAsLong();
        this.looked = free;
    }

    /** Returns how long the next work has to wait; zero if not at all. */
    public synchronized Duration untilFree() {
        return Duration.ofNanos(Math.max(0, free - nanos.getAsLong()));
    }

    /** Waits until it is the next work's turn. Blocks. */
    public void await() throws InterruptedException {
        for (Duration time = untilFree(); time.isPositive(); time = untilFree()) {
            Thread.sleep(time);
        }
    }

    /** Tells that work was done that has just taken a processor this long. */
    public synchronized void recordTime(Duration time) {
        long now = nanos.getAsLong();
        double share = processors * (least + (1 - least) / (1 + rate(now) / HALFWAY));
        long earliest = now - time.toNanos() - (long) (credit / share);
        free = (free - earliest < 0 ? earliest : free) + (long) (time.toNanos() / share);
    }

    @GuardedBy("this")
    private double rate(long now) {
        double seconds = (now - looked) / SECOND;
        if (seconds > 0) {
            long number = delivered.getAsLong();
            double fresh = -Math.expm1(-seconds);
            rate += ((number - heard) / seconds - rate) * fresh;
            looked = now;
            heard = number;
        }
        return rate;
    }
}
