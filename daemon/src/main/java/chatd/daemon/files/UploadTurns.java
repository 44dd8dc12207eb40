package chatd.daemon.files;

import chatd.daemon.model.Refusal;
import chatd.daemon.session.Shares;
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
 * The uploads that are being received at a time: a {@linkplain Shares shared} amount, of which one that hardly moves gives
 * its part up while another one waits, its neighbour's before a stranger's. Any thread; blocks.
 */
final class UploadTurns {
    /** Below this many bytes a second an upload gives way. */
    private static final long SLOW = 16 << 10;

    /** The time over which that is judged. */
    private static final Duration WINDOW = Duration.ofSeconds(5);

    /** How long one waits for others that end by themselves, and between two that give way. */
    private static final Duration FIRST = Duration.ofSeconds(1);

    private final Shares shares;
    private final LongSupplier nanos;

    @GuardedBy("this")
    private final Set<Turn> turns = new HashSet<>();

    /** @param most the amount that is shared */
    UploadTurns(long most) {
        this(most, System::nanoTime);
    }

    /** @param nanos returns the time in nanoseconds */
    UploadTurns(long most, LongSupplier nanos) {
        this.shares = new Shares(most);
        this.nanos = nanos;
    }

    /** The turn of one upload, until it is closed or has given way. Any thread. */
    final class Turn implements AutoCloseable {
        private final long amount;
        private final List<Object> holders;
        private final Runnable cut;

        /** Bytes received since {@code since}; guarded by the turn. */
        private long bytes;

        private long since = nanos.getAsLong();

        /** Bytes a second in the window before; guarded by the turn. */
        private long rate = Long.MAX_VALUE;

        @GuardedBy("UploadTurns.this")
        private boolean isOver;

        private volatile boolean gaveWay;

        private Turn(long amount, List<Object> holders, Runnable cut) {
            this.amount = amount;
            this.holders = holders;
            this.cut = cut;
        }

        /**
         * Records that bytes have come, before they are taken.
         *
         * @throws Refusal {@link Code#BUSY} if it has given way to another one
         */
        void moves(int count) {
            if (gaveWay) {
                throw new Refusal(
                        Code.BUSY,
                        "This file hardly moved, and others were waiting. It was not sent; try again later.");
            }
            synchronized (this) {
                roll();
                bytes += count;
            }
        }

        /** Returns how fast it moves, in bytes a second; very fast while that can't be told. */
        private synchronized long rate() {
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
            synchronized (UploadTurns.this) {
                if (isOver) {
                    return;
                }
                isOver = true;
                turns.remove(this);
            }
            shares.give(amount, holders);
        }
    }

    /**
     * Waits for a turn.
     *
     * @param holders who is charged for it; none if only the whole limits it
     * @param patience for how long at most
     * @param cut ends the upload if it gives way, where that is not told by {@link Turn#moves}; called by any thread
     * @return null if there is none
     */
    @Nullable
    Turn take(long amount, List<Object> holders, Duration patience, Runnable cut) throws InterruptedException {
        long end = nanos.getAsLong() + patience.toNanos();
        boolean isTaken = shares.take(amount, holders, FIRST);
        while (!isTaken && nanos.getAsLong() - end < 0) {
            giveWay(holders);
            isTaken = shares.take(amount, holders, FIRST);
        }
        return isTaken ? begun(new Turn(amount, holders, cut)) : null;
    }

    private synchronized Turn begun(Turn turn) {
        turns.add(turn);
        return turn;
    }

    /** Has the slowest upload give way, if it hardly moves: one of the same holders, or else of anybody. */
    private void giveWay(List<Object> holders) {
        Optional<Turn> slowest = slowest(holders);
        slowest.ifPresent(turn -> {
            turn.gaveWay = true;
            turn.close();
            turn.cut.run();
        });
    }

    private synchronized Optional<Turn> slowest(List<Object> holders) {
        return turns.stream()
                .filter(turn -> turn.rate() < SLOW)
                .min(Comparator.comparing((Turn turn) -> Collections.disjoint(turn.holders, holders))
                        .thenComparingLong(Turn::rate));
    }
}
