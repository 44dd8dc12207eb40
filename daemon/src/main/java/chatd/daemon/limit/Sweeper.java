package chatd.daemon.limit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Repeats a sweep, such as for expired items, as long as there is anything to sweep: an idle daemon
 * is not woken. A sweep that fails is logged, and repeated as any other. Thread-safe.
 */
public final class Sweeper implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(Sweeper.class);

    private static final int CLOSE_SECONDS = 5;

    private final String name;
    private final Duration pause;
    private final BooleanSupplier sweep;

    /** Null while there is nothing to sweep. */
    @GuardedBy("this")
    private @Nullable Thread thread;

    /** Whether {@link #start} was called since the last sweep began. */
    @GuardedBy("this")
    private boolean isRequested;

    @GuardedBy("this")
    private boolean isClosed;

    /**
     * @param name of the thread, and in the message about a sweep that failed
     * @param pause before each sweep
     * @param sweep returns whether there is anything left to sweep later; called by one thread, without a lock
     */
    public Sweeper(String name, Duration pause, BooleanSupplier sweep) {
        this.name = name;
        this.pause = pause;
        this.sweep = sweep;
    }

    /** Begins to sweep, if it has not begun; called after something to sweep was added. Does not block. */
    public synchronized void start() {
        isRequested = true;
        if (thread == null && !isClosed) {
            thread = Thread.ofVirtual().name(name).start(this::run);
        }
    }

    private void run() {
        try {
            do {
                awaitPause();
            } while (sweep());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void awaitPause() throws InterruptedException {
        long end = System.nanoTime() + pause.toNanos();
        for (long left = pause.toNanos(); left > 0 && !isClosed; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** Sweeps once; returns whether the thread has to go on. */
    private boolean sweep() {
        synchronized (this) {
            if (isClosed) {
                return false;
            }
            isRequested = false;
        }
        boolean isLeft = true;
        try {
            isLeft = sweep.getAsBoolean();
        } catch (RuntimeException | Error e) {
            // Including out of memory: there may be enough later.
            LOG.warn("CHATD-912 {}: a sweep failed and is repeated in {} s: {}", name, pause.toSeconds(), e.toString());
        }
        synchronized (this) {
            if (isClosed || (!isLeft && !isRequested)) {
                thread = null;
                return false;
            }
            return true;
        }
    }

    /**
     * Ends the thread. A sweep that is under way is not interrupted, since that would close a file to which it writes; it is
     * waited for, {@value #CLOSE_SECONDS} seconds at most.
     */
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            isClosed = true;
            notifyAll();
            running = thread;
        }
        if (running != null) {
            try {
                running.join(Duration.ofSeconds(CLOSE_SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
