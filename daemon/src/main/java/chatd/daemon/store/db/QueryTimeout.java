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
    /** Minimum time between two checks by the watcher. */
    private static final long MIN_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Duration timeout;
    private final Set<Watch> inProgress = ConcurrentHashMap.newKeySet();
    private final Thread watcher =
            Thread.ofPlatform().name("database-timeout").daemon().unstarted(this::watch);

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
        private boolean ended;

        synchronized void interrupt() {
            if (!ended) {
                interrupted = true;
                worker.interrupt();
            }
        }

        /** Ends the watch, after which the thread is not interrupted; returns whether it was. */
        synchronized boolean end() {
            ended = true;
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
        inProgress.add(watch);
        try {
            T result = work.call();
            watch.end();
            return result;
        } catch (Exception e) {
            throw watch.end() ? timeoutException() : e;
        } finally {
            inProgress.remove(watch);
        }
    }

    private TimeoutException timeoutException() {
        return new TimeoutException("the database did not answer within %s s"
                .formatted(BigDecimal.valueOf(timeout.toMillis(), 3)
                        .stripTrailingZeros()
                        .toPlainString()));
    }

    private void watch() {
        try {
            while (true) {
                long now = System.nanoTime();
                // An operation that starts from now on can't time out before then.
                long next = timeout.toNanos();
                for (Watch watch : inProgress) {
                    long remaining = watch.since + timeout.toNanos() - now;
                    if (remaining < 0) {
                        // Repeated at the next check if the operation still runs.
                        watch.interrupt();
                    }
                    next = Math.min(next, remaining);
                }
                TimeUnit.NANOSECONDS.sleep(Math.max(MIN_CHECK_NANOS, next));
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
            throw timeoutException();
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
