package chatd.daemon.session;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Room that all share, of which nobody may hold more than is still free: one alone may have half of it, of several each
 * has less, and whoever comes next finds some. Any thread.
 */
public final class Shares {
    private long free;
    private final Map<Object, Long> held = new HashMap<>();

    /** @param most of all together, in whatever it is counted */
    public Shares(long most) {
        free = most;
    }

    /**
     * Takes a share, where there is one.
     *
     * @param holders whose it is: an account, a network; none for what only has to fit
     * @return whether it was taken
     */
    public synchronized boolean take(long amount, Collection<?> holders) {
        if (amount > free || holders.stream().anyMatch(holder -> held.getOrDefault(holder, 0L) + amount > free)) {
            return false;
        }
        free -= amount;
        holders.forEach(holder -> held.merge(holder, amount, Long::sum));
        return true;
    }

    /** As {@link #take}, waiting for it. */
    public synchronized boolean take(long amount, Collection<?> holders, Duration patience)
            throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (!take(amount, holders)) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }

    /** Gives back what was taken, for the same holders. */
    public synchronized void give(long amount, Collection<?> holders) {
        free += amount;
        holders.forEach(
                holder -> held.computeIfPresent(holder, (same, before) -> before > amount ? before - amount : null));
        notifyAll();
    }
}
