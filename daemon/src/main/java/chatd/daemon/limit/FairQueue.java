package chatd.daemon.limit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A fair queue: owners are served round robin, so that nobody waits for another's whole backlog; of one owner, in turn, what
 * has been tried least, and what came first, so that nobody waits for ever behind those who come anew. Unbounded: its users
 * bound it. Thread-safe.
 */
public final class FairQueue<T> {
    /** The order in which the items of one owner are served at every second turn. */
    private static final Comparator<Item<?>> ORDER =
            Comparator.<Item<?>>comparingInt(Item::tries).thenComparingLong(Item::arrival);

    private static final Comparator<Item<?>> ARRIVAL = Comparator.comparingLong(Item::arrival);

    @GuardedBy("this")
    private final Map<Object, TreeSet<Item<T>>> waiting = new HashMap<>();

    @GuardedBy("this")
    private final Deque<Object> order = new ArrayDeque<>();

    @GuardedBy("this")
    private int size;

    @GuardedBy("this")
    private long arrivals;

    /** Owners whose oldest item is served next. */
    @GuardedBy("this")
    private final Set<Object> oldestNext = new HashSet<>();

    private record Item<T>(Object owner, int tries, long arrival, T what) {}

    public void add(Object whose, T what) {
        add(whose, 0, what);
    }

    /** @param tries how often it was tried before */
    public synchronized void add(Object whose, int tries, T what) {
        TreeSet<Item<T>> its = waiting.get(whose);
        if (its == null) {
            its = new TreeSet<>(ORDER);
            waiting.put(whose, its);
            order.add(whose);
        }
        its.add(new Item<>(whose, tries, arrivals++, what));
        size++;
    }

    /** Removes and returns the next item; null if the queue is empty. */
    public synchronized @Nullable T next() {
        Object whose = order.poll();
        TreeSet<Item<T>> its = whose == null ? null : waiting.get(whose);
        if (whose == null || its == null) {
            return null;
        }
        boolean isOldest = oldestNext.remove(whose);
        Item<T> next = isOldest ? Collections.min(its, ARRIVAL) : its.first();
        its.remove(next);
        if (its.isEmpty()) {
            waiting.remove(whose);
        } else {
            order.add(whose);
            if (!isOldest) {
                oldestNext.add(whose);
            }
        }
        size--;
        return next.what();
    }

    /** Removes an item if it still waits; takes as long as its owner has items. */
    public synchronized void remove(Object whose, T what) {
        TreeSet<Item<T>> its = waiting.get(whose);
        if (its != null) {
            its.stream().filter(item -> item.what().equals(what)).findFirst().ifPresent(this::remove);
        }
    }

    @GuardedBy("this")
    private void remove(Item<T> item) {
        TreeSet<Item<T>> its = waiting.get(item.owner());
        if (its != null && its.remove(item)) {
            size--;
            if (its.isEmpty()) {
                waiting.remove(item.owner());
                order.remove(item.owner());
                oldestNext.remove(item.owner());
            }
        }
    }

    /**
     * Removes and returns what has to give way to an item, so that no owner fills a queue that has a bound: the last of
     * the owner that has most, if it has two more than this one; otherwise what has been tried most, if more often than
     * this and if its owner has more than this one, or is the same. Null if nothing has to. Takes as long as there are
     * owners.
     */
    public synchronized @Nullable T displace(Object whose, int tries) {
        TreeSet<Item<T>> mine = waiting.get(whose);
        int count = mine == null ? 0 : mine.size();
        int most = count + 1;
        Item<T> ofMost = null;
        Item<T> triedMost = null;
        for (TreeSet<Item<T>> its : waiting.values()) {
            Item<T> last = its.last();
            if (its.size() > most) {
                most = its.size();
                ofMost = last;
            }
            if (last.tries() > tries
                    && (its.size() > count || last.owner().equals(whose))
                    && (triedMost == null || ORDER.compare(last, triedMost) > 0)) {
                triedMost = last;
            }
        }
        Item<T> displaced = ofMost == null ? triedMost : ofMost;
        if (displaced == null) {
            return null;
        }
        remove(displaced);
        return displaced.what();
    }

    public synchronized int size() {
        return size;
    }
}
