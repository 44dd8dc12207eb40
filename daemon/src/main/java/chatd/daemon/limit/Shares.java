package chatd.daemon.limit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A shared resource, of which a holder gets another share only if its total would not exceed the amount free before.
 * Taken in small shares, a single holder gets about half, several get less each, and some is left for the next. Any
 * thread.
 */
public final class Shares {
    @GuardedBy("this")
    private long free;

    @GuardedBy("this")
    private final Map<Holder, Long> held = new HashMap<>();

    /** @param most total amount, in any unit */
    public Shares(long most) {
        free = most;
    }

    /**
     * Takes a share if it is available.
     *
     * @param holders who is charged for it, such as an account and a network; if empty, only the total limits it
     * @return whether it was taken
     */
    public synchronized boolean take(long amount, Collection<? extends Holder> holders) {
        if (!wouldFit(amount, holders, 0, List.of())) {
            return false;
        }
        free -= amount;
        holders.forEach(holder -> held.merge(holder, amount, Long::sum));
        return true;
    }

    /**
     * Returns whether a share could be taken if another one were given back.
     *
     * @param other the holders of that one
     */
    public synchronized boolean wouldFit(
            long amount, Collection<? extends Holder> holders, long given, Collection<? extends Holder> other) {
        long most = 0;
        for (Holder holder : holders) {
            most = Math.max(most, held.getOrDefault(holder, 0L) - (other.contains(holder) ? given : 0));
        }
        return most + amount <= free + given;
    }

    /** As {@link #take(long, Collection)}, waiting up to {@code timeout} for the share. Blocks. */
    public synchronized boolean take(long amount, Collection<? extends Holder> holders, Duration timeout)
            throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!take(amount, holders)) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }

    /** Returns a share, which must have been taken for the same holders. */
    public synchronized void give(long amount, Collection<? extends Holder> holders) {
        free += amount;
        holders.forEach(
                holder -> held.computeIfPresent(holder, (_, before) -> before > amount ? before - amount : null));
        notifyAll();
    }
}
