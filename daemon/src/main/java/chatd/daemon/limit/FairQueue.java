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
 * A fair queue: owners are served round robin, so that nobody waits for another's whole backlog. Of
 * each owner, the item tried least and the oldest item are served alternately, so that none starves
 * behind new arrivals. Unbounded: its users bound it. Thread-safe.
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

    private record Item<T>(Object owner, int tries, long arrival, T value) {}

    public void add(Object owner, T value) {
        add(owner, 0, value);
    }

    /** @param tries how often it was tried before */
    public synchronized void add(Object owner, int tries, T value) {
        TreeSet<Item<T>> items = waiting.get(owner);
        if (items == null) {
            items = new TreeSet<>(ORDER);
            waiting.put(owner, items);
            order.add(owner);
        }
        items.add(new Item<>(owner, tries, arrivals++, value));
        size++;
    }

    /** Removes and returns the next item; null if the queue is empty. */
    public synchronized @Nullable T next() {
        Object owner = order.poll();
        TreeSet<Item<T>> items = owner == null ? null : waiting.get(owner);
        if (owner == null || items == null) {
            return null;
        }
        boolean isOldest = oldestNext.remove(owner);
        Item<T> next = isOldest ? Collections.min(items, ARRIVAL) : items.first();
        items.remove(next);
        if (items.isEmpty()) {
            waiting.remove(owner);
        } else {
            order.add(owner);
            if (!isOldest) {
                oldestNext.add(owner);
            }
        }
        size--;
        return next.value();
    }

    /** Removes an item if it is still queued; linear in the number of its owner's items. */
    public synchronized void remove(Object owner, T value) {
        TreeSet<Item<T>> items = waiting.get(owner);
        if (items != null) {
            items.stream()
                    .filter(item -> item.value().equals(value))
                    .findFirst()
                    .ifPresent(this::remove);
        }
    }

    @GuardedBy("this")
    private void remove(Item<T> item) {
        TreeSet<Item<T>> items = waiting.get(item.owner());
        if (items != null && items.remove(item)) {
            size--;
            if (items.isEmpty()) {
                waiting.remove(item.owner());
                order.remove(item.owner());
                oldestNext.remove(item.owner());
            }
        }
    }

    /**
     * Removes and returns the item that has to give way to a new one, so that no owner fills a
     * bounded queue: the last item of the owner with the most, if that owner has at least two more
     * than this one; otherwise the item tried most often, if it was tried more often than the new
     * one and its owner has more items than this one, or is the same. Null if none has to. Linear
     * in the number of owners.
     */
    public synchronized @Nullable T displace(Object owner, int tries) {
        TreeSet<Item<T>> mine = waiting.get(owner);
        int count = mine == null ? 0 : mine.size();
        int most = count + 1;
        Item<T> ofMost = null;
        Item<T> triedMost = null;
        for (TreeSet<Item<T>> items : waiting.values()) {
            Item<T> last = items.last();
            if (items.size() > most) {
                most = items.size();
                ofMost = last;
            }
            if (last.tries() > tries
                    && (items.size() > count || last.owner().equals(owner))
                    && (triedMost == null || ORDER.compare(last, triedMost) > 0)) {
                triedMost = last;
            }
        }
        Item<T> displaced = ofMost == null ? triedMost : ofMost;
        if (displaced == null) {
            return null;
        }
        remove(displaced);
        return displaced.value();
    }

    public synchronized int size() {
        return size;
    }
}
