package chatd.daemon.direct;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The consequences of state changes, such as notifying and logging: done in the order of the changes, but without the
 * lock that guards the state. Any thread.
 */
final class Deferred {
    private static final Logger LOG = LogManager.getLogger(Deferred.class);

    private final ReentrantLock state;
    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();

    /** Held while consequences run, so that one thread at a time runs them. */
    private final ReentrantLock running = new ReentrantLock();

    /** @param state the lock that guards the state */
    Deferred(ReentrantLock state) {
        this.state = state;
    }

    /**
     * Adds a consequence. Called with the lock that guards the state held, which gives the order.
     */
    void add(Runnable what) {
        queue.add(what);
    }

    /**
     * Runs everything that was added, or waits until another thread has run it. Called without the state's
     * lock.
     */
    void run() {
        if (state.isHeldByCurrentThread()) {
            throw new IllegalStateException("the lock is still held");
        }
        running.lock();
        try {
            for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
                try {
                    next.run();
                } catch (RuntimeException e) {
                    // It may be another thread's, and those after it must run all the same.
                    LOG.error("CHATD-907 could not tell a user, or log, that a direct session has changed", e);
                }
            }
        } finally {
            running.unlock();
        }
    }
}
