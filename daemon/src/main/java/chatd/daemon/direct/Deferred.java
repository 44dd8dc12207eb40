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

    /** Held while something is done, so that one thread at a time does it. */
    private final ReentrantLock doing = new ReentrantLock();

    /** @param state the lock that guards the state */
    Deferred(ReentrantLock state) {
        this.state = state;
    }

    /** Adds something. Called with the lock that guards the state held, which gives the order. */
    void add(Runnable what) {
        queue.add(what);
    }

    /** Returns after everything that was added before was done, by this thread or another. Called without that lock. */
    void run() {
        if (state.isHeldByCurrentThread()) {
            throw new IllegalStateException("the lock is still held");
        }
        doing.lock();
        try {
            for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
                try {
                    next.run();
                } catch (RuntimeException e) {
                    // It may be another thread's, and what comes after it is to be done all the same.
                    LOG.error("CHATD-907 what follows from a change failed", e);
                }
            }
        } finally {
            doing.unlock();
        }
    }
}
