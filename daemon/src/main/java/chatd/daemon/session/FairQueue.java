package chatd.daemon.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A fair queue: owners are served round robin, so that nobody waits for another's whole backlog. Unbounded: its users
 * bound it. Thread-safe.
 */
public final class FairQueue<T> {
    @GuardedBy("this")
    private final Map<Object, Deque<T>> waiting = new HashMap<>();

    @GuardedBy("this")
    private final Deque<Object> order = new ArrayDeque<>();

    @GuardedBy("this")
    private int size;

    public synchronized void add(Object whose, T what) {
        Deque<T> before = waiting.get(whose);
        if (before == null) {
            before = new ArrayDeque<>();
            waiting.put(whose, before);
            order.add(whose);
        }
        before.add(what);
        size++;
    }

    /** Removes and returns the next item; null if the queue is empty. */
    public synchronized @Nullable T next() {
        Object whose = order.poll();
        Deque<T> mine = whose == null ? null : waiting.get(whose);
        if (whose == null || mine == null) {
            return null;
        }
        T next = mine.poll();
        if (mine.isEmpty()) {
            waiting.remove(whose);
        } else {
            order.add(whose);
        }
        size--;
        return next;
    }

    public synchronized int size() {
        return size;
    }
}
