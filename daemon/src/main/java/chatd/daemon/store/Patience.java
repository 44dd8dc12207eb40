package chatd.daemon.store;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for a database no longer than it may take. The driver's own timeouts do not work on a Unix socket: so the work
 * is done on a virtual thread, and left to itself where it takes too long; it ends when the database does, or goes on.
 */
final class Patience {
    private final Duration timeout;

    Patience(Duration timeout) {
        this.timeout = timeout;
    }

    /** Starts something that may take too long. */
    static <T> FutureTask<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.startVirtualThread(task);
        return task;
    }

    /**
     * Waits for it.
     *
     * @throws TimeoutException where it takes too long; it may be waited for again
     */
    <T> T await(FutureTask<T> task) throws Exception {
        try {
            return task.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw new TimeoutException("the database did not answer within " + timeout.toMillis() + " ms");
        }
    }
}
