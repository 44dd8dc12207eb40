package chatd.daemon.net;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** The connections of one event loop that have something to write: one task of the loop serves all of them. Any thread. */
final class Drains {
    private final Executor loop;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    Drains(Executor loop) {
        this.loop = loop;
    }

    void add(Runnable drain) {
        waiting.add(drain);
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
        for (Runnable drain = waiting.poll(); drain != null; drain = waiting.poll()) {
            drain.run();
        }
    }
}
