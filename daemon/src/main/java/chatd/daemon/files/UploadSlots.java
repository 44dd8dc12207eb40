package chatd.daemon.files;

import chatd.daemon.limit.Holder;
import chatd.daemon.limit.Shares;
import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits the uploads that are received at a time to a {@linkplain Shares shared} amount. One that
 * hardly moves gives way while another one waits: one of the same holders first. Any thread;
 * blocks.
 */
final class UploadSlots {
    /** Below this many bytes a second an upload gives way. */
    private static final long SLOW = 16 << 10;

    /** The time over which that rate is measured. */
    private static final Duration WINDOW = Duration.ofSeconds(5);

    /** How long to wait for others to end by themselves, and between two that give way. */
    private static final Duration STEP = Duration.ofSeconds(1);

    private final Shares shares;
    private final LongSupplier nanos;

    @GuardedBy("this")
    private final Set<Slot> turns = new HashSet<>();

    /** @param limit the amount that is shared */
    UploadSlots(long limit) {
        this(limit, System::nanoTime);
    }

    /** @param nanos returns the time in nanoseconds */
    UploadSlots(long limit, LongSupplier nanos) {
        this.shares = new Shares(limit);
        this.nanos = nanos;
    }

    /** Returns the number of turns that are taken. */
    synchronized int taken() {
        return turns.size();
    }

    /** The turn of one upload, until it is closed or has given way. Any thread. */
    final class Slot implements AutoCloseable {
        private final long amount;
        private final List<Holder> holders;
        private final Runnable cut;

        /** Bytes received since {@code since}; guarded by the turn. */
        private long bytes;

        private long since = nanos.getAsLong();

        /** Bytes a second in the window before; guarded by the turn. */
        private long rate = Long.MAX_VALUE;

        @GuardedBy("UploadSlots.this")
        private boolean isOver;

        private volatile boolean gaveWay;

        /** When the storing that is in progress began; 0 if none is. Guarded by the turn. */
        private long storing;

        private Slot(long amount, List<Holder> holders, Runnable cut) {
            this.amount = amount;
            this.holders = holders;
            this.cut = cut;
        }

        /**
         * Takes bytes that have arrived. The time it takes to store them does not count as slowness
         * of the upload.
         *
         * @throws Refusal {@link Code#BUSY} if it has given way to another one, and nothing was taken
         */
        void take(int count, Runnable store) {
            if (gaveWay) {
                throw new Refusal(
                        Code.BUSY,
                        "This file hardly moved, and others were waiting. It was not sent; try again later.");
            }
            synchronized (this) {
                roll();
                bytes += count;
                storing = nanos.getAsLong();
            }
            try {
                store.run();
            } finally {
                synchronized (this) {
                    since += nanos.getAsLong() - storing;
                    storing = 0;
                }
            }
        }

        /** Returns whether it has ended, or given way. */
        boolean isOver() {
            synchronized (UploadSlots.this) {
                return isOver;
            }
        }

        /** Returns how fast it moves, in bytes a second; very fast while that can't be told. */
        private synchronized long rate() {
            if (storing != 0) {
                return Long.MAX_VALUE;
            }
            roll();
            return rate;
        }

        private synchronized void roll() {
            long passed = nanos.getAsLong() - since;
            if (passed >= WINDOW.toNanos()) {
                rate = (long) (bytes / (passed / 1e9));
                bytes = 0;
                since += passed;
            }
        }

        /** Ends the turn; does nothing if it has ended. */
        @Override
        public void close() {
            if (markOver()) {
                shares.give(amount, holders);
            }
        }

        private boolean markOver() {
            synchronized (UploadSlots.this) {
                boolean wasOpen = !isOver;
                isOver = true;
                turns.remove(this);
                return wasOpen;
            }
        }
    }

    /**
     * Waits for a turn.
     *
     * @param holders who is charged for it; none if only the total limits it
     * @param timeout the maximum wait
     * @param cut ends the upload if it gives way, where {@link Slot#take} does not report that;
     *     called by any thread
     * @return null if there is none
     */
    @Nullable
    Slot acquire(long amount, List<Holder> holders, Duration timeout, Runnable cut) throws InterruptedException {
        long end = nanos.getAsLong() + timeout.toNanos();
        boolean isTaken = shares.take(amount, holders, STEP);
        while (!isTaken && nanos.getAsLong() - end < 0) {
            giveWay(amount, holders);
            isTaken = shares.take(amount, holders, STEP);
        }
        return isTaken ? register(new Slot(amount, holders, cut)) : null;
    }

    private synchronized Slot register(Slot turn) {
        turns.add(turn);
        return turn;
    }

    /**
     * Has the slowest upload give way, if it hardly moves and the one that waits then fits: one of
     * the same holders, or else anybody's.
     */
    private void giveWay(long amount, List<Holder> holders) {
        slowest(amount, holders).filter(Slot::markOver).ifPresent(turn -> {
            turn.gaveWay = true;
            shares.give(turn.amount, turn.holders);
            turn.cut.run();
        });
    }

    private synchronized Optional<Slot> slowest(long amount, List<Holder> holders) {
        return turns.stream()
                .filter(turn -> turn.rate() < SLOW && shares.wouldFit(amount, holders, turn.amount, turn.holders))
                .min(Comparator.comparing((Slot turn) -> Collections.disjoint(turn.holders, holders))
                        .thenComparingLong(Slot::rate));
    }
}
