package chatd.daemon.net.stream;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** What the connections of one event loop have to do there, in its order: the loop is woken once for all. Any thread. */
public final class LoopTasks {
    private static final Logger LOG = LogManager.getLogger(LoopTasks.class);

    /** Tasks in one turn of the loop. */
    private static final int MOST = 4_096;

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
                // The event loops have ended, and every connection with them.
            }
        }
    }

    private void run() {
        scheduled.set(false);
        try {
            // Those that come meanwhile have another turn: the loop has to look after its sockets too.
            for (int left = MOST; left > 0; left--) {
                Runnable task = waiting.poll();
                if (task == null) {
                    return;
                }
                try {
                    task.run();
                } catch (RuntimeException e) {
                    LOG.error("a connection failed", e);
                }
            }
        } finally {
            if (!waiting.isEmpty()) {
                schedule();
            }
        }
    }
}
