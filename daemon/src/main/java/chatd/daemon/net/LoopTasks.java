package chatd.daemon.net;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** What the connections of one event loop have to do there, in its order: the loop is woken once for all. Any thread. */
final class LoopTasks {
    private static final Logger LOG = LogManager.getLogger(LoopTasks.class);

    private final Executor loop;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    LoopTasks(Executor loop) {
        this.loop = loop;
    }

    void add(Runnable task) {
        waiting.add(task);
        if (scheduled.compareAndSet(false, true)) {
            try {
                loop.execute(this::run);
            } catch (RejectedExecutionException e) {
                // The event loops have ended, and every connection with them.
            }
        }
    }

    private void run() {
        scheduled.set(false);
        for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("a connection failed", e);
            }
        }
    }
}
