package chatd.daemon.journal;

import chatd.audit.event.AuditEvent;
import chatd.daemon.config.Network;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Coalesces events that can be caused at will, so that nobody can fill the disk with them: the first of a kind from a
 * stranger's network, an account or a Unix user is logged at once, those of the time after it as one event with their
 * count. Thread-safe.
 */
final class EventCoalescer implements AutoCloseable {
    private static final int MOST = 10_000;
    private static final int MOST_SOON = 1_000;
    private static final long CLOSE_SECONDS = 5;

    /**
     * The key by which events are coalesced.
     *
     * @param about the subject; null if subjects are not distinguished
     * @param by who caused the events; null if there are too many keys: then events of all causers are coalesced
     */
    private record Key(
            String kind, @Nullable Object about, @Nullable Object by) {}

    private static final class Window {
        final long began = System.nanoTime();
        int more;

        @Nullable
        AuditEvent last;
    }

    private final Consumer<AuditEvent> log;
    private final int mostAbout;
    private final Duration window;
    private final Map<Key, Window> windows = new HashMap<>();

    /** Number of windows that have a subject, by who causes the events. */
    private final Map<Object, Integer> apart = new HashMap<>();

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("coalescer").daemon().factory());

    /**
     * @param window for how long events are coalesced
     * @param mostAbout maximum number of subjects coalesced separately for one causer
     */
    EventCoalescer(Duration window, int mostAbout, Consumer<AuditEvent> log) {
        this.log = log;
        this.mostAbout = mostAbout;
        this.window = window;
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Looks a second later which windows are over, as long as there are any: an idle daemon is not woken. */
    private void lookLater() {
        try {
            var _ = timer.schedule(() -> flush(window.toNanos()), 1, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            // It was closed meanwhile.
        }
    }

    /** Logs or coalesces an event without a subject. */
    void caused(String kind, Object by, AuditEvent event) {
        caused(kind, null, by, event);
    }

    /**
     * Logs an event, or coalesces it with earlier ones.
     *
     * @param kind the kind under which events are coalesced
     * @param about the subject, coalesced separately as long as there are few; null for none
     * @param by who caused it: a {@link Network}, an account's number, or a Unix user's name
     */
    synchronized void caused(String kind, @Nullable Object about, Object by, AuditEvent event) {
        Key key = new Key(kind, about, by);
        if (!windows.containsKey(key) && about != null && apart.getOrDefault(by, 0) >= mostAbout) {
            key = new Key(kind, null, by);
        }
        if (!windows.containsKey(key) && windows.size() >= MOST) {
            key = new Key(kind, null, null);
        }
        Window open = windows.get(key);
        if (open == null) {
            if (windows.isEmpty()) {
                lookLater();
            }
            windows.put(key, new Window());
            if (key.about() != null) {
                apart.merge(by, 1, Integer::sum);
            }
            log.accept(event);
        } else {
            open.more++;
            open.last = event;
        }
    }

    /** Runs the task on the timer's thread, in order; on the calling thread if too many tasks are queued. */
    void soon(Runnable logging) {
        if (timer.getQueue().size() < MOST_SOON) {
            try {
                timer.execute(logging);
                return;
            } catch (RejectedExecutionException e) {
                // Closed meanwhile.
            }
        }
        logging.run();
    }

    private synchronized void flush(long age) {
        long now = System.nanoTime();
        for (Iterator<Map.Entry<Key, Window>> all = windows.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Key, Window> each = all.next();
            Window its = each.getValue();
            if (now - its.began >= age) {
                all.remove();
                Object by = each.getKey().by();
                if (each.getKey().about() != null && by != null) {
                    apart.computeIfPresent(by, (same, count) -> count > 1 ? count - 1 : null);
                }
                AuditEvent last = its.last;
                if (last != null) {
                    log.accept(new AuditEvent.Joined(last, its.more));
                }
            }
        }
        if (!windows.isEmpty()) {
            lookLater();
        }
    }

    /**
     * Logs the pending events. Does not interrupt the timer's thread, because that would close the log's file while it
     * is being written.
     */
    @Override
    public void close() {
        timer.shutdown();
        try {
            if (!timer.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        flush(0);
    }
}
