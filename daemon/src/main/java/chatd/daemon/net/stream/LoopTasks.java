package chatd.daemon.net.stream;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Batches tasks for one event loop, in order, so that a single wake-up serves many connections. Any thread. */
public final class LoopTasks {
    private static final Logger LOG = LogManager.getLogger(LoopTasks.class);

    /** Maximum tasks per batch. */
    private static final int MAX = 4_096;

    private final Executor loop;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    public LoopTasks(Executor loop) {
        this.loop = loop;
    }

    void add(Runnable task) {
        waiting.add(task);
        schedule();
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            try {
                loop.execute(this::run);
            } catch (RejectedExecutionException e) {
                // The event loops have shut down, and all connections with them.
            }
        }
    }

    private void run() {
        scheduled.set(false);
        try {
            // The rest waits for another batch: the loop must serve its sockets too.
            for (int left = MAX; left > 0; left--) {
                Runnable task = waiting.poll();
                if (task == null) {
                    return;
                }
                try {
                    task.run();
                } catch (RuntimeException e) {
                    LOG.error("CHATD-905 a connection failed", e);
                }
            }
        } finally {
            if (!waiting.isEmpty()) {
                schedule();
            }
        }
    }
}
