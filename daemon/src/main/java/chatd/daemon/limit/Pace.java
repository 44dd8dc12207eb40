package chatd.daemon.limit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limits background work to a share of the machine, so that no message queues behind it: all of it
 * while nobody talks, and less the more messages are delivered per second, down to a minimum share.
 * Any thread.
 */
public final class Pace {
    /** Messages a second at which the share is halfway down to the minimum. */
    private static final double HALFWAY = 10;

    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

    private final double minShare;
    private final double processors;
    private final long credit;
    private final LongSupplier delivered;
    private final LongSupplier nanos;

    /** When the work done so far is paid off, and the next may begin. */
    @GuardedBy("this")
    private long freeAt;

    /** Messages per second, averaged over about the last second. */
    @GuardedBy("this")
    private double rate;

    /** When {@link #rate} was last computed, and the number of the last message at that time. */
    @GuardedBy("this")
    private long measuredAt;

    @GuardedBy("this")
    private long measuredMessage;

    /**
     * @param minShare the minimum share of the machine's processors, above 0, at most 1
     * @param credit work that may be done at once after an idle time
     * @param delivered returns the number of the last message that was delivered
     */
    public Pace(double minShare, Duration credit, LongSupplier delivered) {
        this(minShare, Runtime.getRuntime().availableProcessors(), credit, delivered, System::nanoTime);
    }

    /**
     * @param delivered returns the number of the last message
     * @param nanos returns the time in nanoseconds
     */
    Pace(double minShare, double processors, Duration credit, LongSupplier delivered, LongSupplier nanos) {
        this.minShare = minShare;
        this.processors = processors;
        this.credit = credit.toNanos();
        this.delivered = delivered;
        this.nanos = nanos;
        this.measuredMessage = delivered.getAsLong();
        this.freeAt = nanos.getAsLong();
        this.measuredAt = freeAt;
    }

    /** Returns how long the next work has to wait; zero if not at all. */
    public synchronized Duration untilFree() {
        return Duration.ofNanos(Math.max(0, freeAt - nanos.getAsLong()));
    }

    /** Waits until it is the next work's turn. Blocks. */
    public void await() throws InterruptedException {
        for (Duration time = untilFree(); time.isPositive(); time = untilFree()) {
            Thread.sleep(time);
        }
    }

    /**
     * Records work that has just taken this long, but at most {@code most}: what took longer has waited for something other
     * than a processor.
     */
    public void recordTime(Duration time, Duration most) {
        recordTime(time.compareTo(most) < 0 ? time : most);
    }

    /** Records work that has just taken one processor for this long. */
    public synchronized void recordTime(Duration time) {
        long now = nanos.getAsLong();
        double share = processors * (minShare + (1 - minShare) / (1 + rate(now) / HALFWAY));
        long earliest = now - time.toNanos() - (long) (credit / share);
        freeAt = (freeAt - earliest < 0 ? earliest : freeAt) + (long) (time.toNanos() / share);
    }

    @GuardedBy("this")
    private double rate(long now) {
        double seconds = (now - measuredAt) / SECOND;
        if (seconds > 0) {
            long number = delivered.getAsLong();
            double weight = -Math.expm1(-seconds);
            rate += ((number - measuredMessage) / seconds - rate) * weight;
            measuredAt = now;
            measuredMessage = number;
        }
        return rate;
    }
}
