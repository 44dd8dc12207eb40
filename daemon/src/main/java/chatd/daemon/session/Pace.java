package chatd.daemon.session;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Holds work that can wait to a share of the machine while people talk, so that no message queues behind it. While nobody
 * talks, it does not wait. Any thread.
 */
public final class Pace {
    /** How long after the last message people are still talking. */
    private static final long TALKING = TimeUnit.SECONDS.toNanos(2);

    private final double processors;
    private final long credit;
    private final LongSupplier delivered;
    private final LongSupplier nanos;

    /** When the time of the work done while people talked is over, by {@link #nanos}. Guarded by this. */
    private long free;

    /** When the last message was seen to have been delivered, by {@link #nanos}, and its number. Guarded by this. */
    private long talked;

    private long heard;

    /**
     * @param share of the machine's processors, above 0, at most 1
     * @param credit work that may be done at once after an idle time
     * @param sessions to which messages are delivered while people talk
     */
    public Pace(double share, Duration credit, Sessions sessions) {
        this(share * Runtime.getRuntime().availableProcessors(), credit, sessions::deliveredTo, System::nanoTime);
    }

    Pace(double processors, Duration credit, LongSupplier delivered, LongSupplier nanos) {
        this.processors = processors;
        this.credit = credit.toNanos();
        this.delivered = delivered;
        this.nanos = nanos;
        this.heard = delivered.getAsLong();
        this.free = nanos.getAsLong();
        this.talked = free - TALKING;
    }

    /** Returns how long the next work has to wait; zero if not at all. */
    public synchronized Duration untilFree() {
        long now = nanos.getAsLong();
        return isTalking(now) ? Duration.ofNanos(Math.max(0, free - now)) : Duration.ZERO;
    }

    /** Waits until it is the next work's turn. Blocks. */
    public void await() throws InterruptedException {
        for (Duration time = untilFree(); time.isPositive(); time = untilFree()) {
            Thread.sleep(time);
        }
    }

    /** Tells that work was done that took a processor this long. */
    public synchronized void took(Duration time) {
        long now = nanos.getAsLong();
        if (isTalking(now)) {
            long earliest = now - (long) (credit / processors);
            free = (free - earliest < 0 ? earliest : free) + (long) (time.toNanos() / processors);
        } else {
            free = now;
        }
    }

    private boolean isTalking(long now) {
        long number = delivered.getAsLong();
        if (number != heard) {
            heard = number;
            talked = now;
        }
        return now - talked < TALKING;
    }
}
