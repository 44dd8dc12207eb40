package chatd.daemon.store.db;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.Closeable;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Enforces the timeout of database operations. The driver's own timeouts do not work on a Unix socket, so a watcher
 * thread interrupts operations that take too long, which closes the connections they wait on. Thread-safe.
 */
public final class QueryTimeout implements Closeable {
    /** The watcher does not look more often than ten times a second. */
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Duration timeout;
    private final Set<Watch> underWay = ConcurrentHashMap.newKeySet();
    private final Thread watcher =
            Thread.ofPlatform().name("database-patience").daemon().unstarted(this::watch);

    QueryTimeout(Duration timeout) {
        this.timeout = timeout;
        watcher.start();
    }

    /** An operation in progress, with the thread that runs it. */
    private static final class Watch {
        private final Thread worker = Thread.currentThread();
        private final long since = System.nanoTime();

        @GuardedBy("this")
        private boolean interrupted;

        @GuardedBy("this")
        private boolean over;

        synchronized void interrupt() {
            if (!over) {
                interrupted = true;
                worker.interrupt();
            }
        }

        /** Ends the watch, after which the thread is not interrupted; returns whether it was. */
        synchronized boolean end() {
            over = true;
            if (interrupted) {
                Thread.interrupted();
            }
            return interrupted;
        }
    }

    /**
     * Runs work on the calling thread.
     *
     * @throws TimeoutException if it took too long; its connection is then closed
     */
    public <T> T run(Callable<T> work) throws Exception {
        Watch watch = new Watch();
        underWay.add(watch);
        try {
            T result = work.call();
            watch.end();
            return result;
        } catch (Exception e) {
            throw watch.end() ? late() : e;
        } finally {
            underWay.remove(watch);
        }
    }

    private TimeoutException late() {
        return new TimeoutException("the database did not answer within %s s"
                .formatted(BigDecimal.valueOf(timeout.toMillis(), 3)
                        .stripTrailingZeros()
                        .toPlainString()));
    }

    private void watch() {
        try {
            while (true) {
                long now = System.nanoTime();
                // What begins from now on is not late before that.
                long next = timeout.toNanos();
                for (Watch watch : underWay) {
                    long left = watch.since + timeout.toNanos() - now;
                    if (left < 0) {
                        // Again at the next look, if it goes on all the same.
                        watch.interrupt();
                    }
                    next = Math.min(next, left);
                }
                TimeUnit.NANOSECONDS.sleep(Math.max(LEAST_NANOS, next));
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    /** Starts work on a virtual thread, which may continue after {@link #await} has timed out. */
    public static <T> FutureTask<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.startVirtualThread(task);
        return task;
    }

    /**
     * Waits for a task.
     *
     * @throws TimeoutException if it takes too long; it may be waited for again
     */
    public <T> T await(FutureTask<T> task) throws Exception {
        try {
            return task.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw late();
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
