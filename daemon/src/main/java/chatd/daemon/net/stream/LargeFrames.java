package chatd.daemon.net.stream;

import chatd.daemon.limit.Holder;
import chatd.daemon.limit.Shares;
import java.util.List;
import java.util.function.Supplier;

/**
 * Limits the memory that all connections together use for large frames: each frame waits for its share before its body
 * is read. Any thread.
 */
public final class LargeFrames {
    /** Body size in bytes from which a frame counts as large. */
    private static final long LARGE = 128 << 10;

    private final Shares kibibytes;
    private final int limit;

    /** @param bytes limit for all large bodies together */
    public LargeFrames(long bytes) {
        this.limit = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes >> 10));
        this.kibibytes = new Shares(limit);
    }

    /**
     * Returns the share of one connection.
     *
     * @param holders supplies the holders for {@link Shares#take} each time a share is taken
     */
    Share share(Supplier<List<Holder>> holders) {
        return new Share(holders);
    }

    /** The memory that one connection holds while it reads a frame. Used on its event loop only. */
    final class Share {
        private final Supplier<List<Holder>> holders;
        private List<Holder> by = List.of();
        private int held;
        private boolean waits;

        Share(Supplier<List<Holder>> holders) {
            this.holders = holders;
        }

        /**
         * Takes the share that a body needs, unless one is already held.
         *
         * @param length of the body, in bytes
         * @return whether a share was taken by this call
         */
        boolean take(long length) {
            int due = held > 0 || length < LARGE ? 0 : (int) Math.min(limit, length >> 10);
            waits = false;
            if (due == 0) {
                return false;
            }
            List<Holder> whose = holders.get();
            waits = !kibibytes.take(due, whose);
            if (waits) {
                return false;
            }
            held = due;
            by = whose;
            return true;
        }

        /** Returns whether the last {@link #take} needed a share that was not available. */
        boolean waits() {
            return waits;
        }

        boolean isHeld() {
            return held > 0;
        }

        /** Transfers ownership of the held share; the new owner releases it by running the result, on any thread. */
        Runnable handOver() {
            int mine = held;
            List<Holder> whose = by;
            held = 0;
            return mine == 0 ? () -> {} : () -> kibibytes.give(mine, whose);
        }
    }
}
