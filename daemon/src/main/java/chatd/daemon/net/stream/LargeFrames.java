package chatd.daemon.net.stream;

import chatd.daemon.session.Shares;
import java.util.List;
import java.util.function.Supplier;

/**
 * What all connections together hold of large frames: each waits for its turn before its body is read, so that many of
 * them at once do not use up the memory. Any thread.
 */
public final class LargeFrames {
    /** Bytes of a body from which on a frame is a large one. */
    private static final long LARGE = 128 << 10;

    private final Shares kibibytes;
    private final int most;

    /** @param bytes of all bodies together */
    public LargeFrames(long bytes) {
        this.most = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes >> 10));
        this.kibibytes = new Shares(most);
    }

    /**
     * For one connection.
     *
     * @param holders as {@link Shares#take} has them, asked when something is taken
     */
    Share share(Supplier<List<Object>> holders) {
        return new Share(holders);
    }

    /** What one connection holds while it reads a frame. Its event loop alone. */
    final class Share {
        private final Supplier<List<Object>> holders;
        private List<Object> by = List.of();
        private int held;
        private boolean waits;

        Share(Supplier<List<Object>> holders) {
            this.holders = holders;
        }

        /**
         * Takes what a body is due, where nothing is held already.
         *
         * @param length of the body, in bytes
         * @return whether it was taken now
         */
        boolean take(long length) {
            int due = held > 0 || length < LARGE ? 0 : (int) Math.min(most, length >> 10);
            waits = false;
            if (due == 0) {
                return false;
            }
            List<Object> whose = holders.get();
            waits = !kibibytes.take(due, whose);
            if (waits) {
                return false;
            }
            held = due;
            by = whose;
            return true;
        }

        /** Whether it was due something that was not there. */
        boolean waits() {
            return waits;
        }

        boolean isHeld() {
            return held > 0;
        }

        /** What is held belongs to another from now on, who gives it back by running this, on any thread. */
        Runnable handOver() {
            int mine = held;
            List<Object> whose = by;
            held = 0;
            return mine == 0 ? () -> {} : () -> kibibytes.give(mine, whose);
        }
    }
}
