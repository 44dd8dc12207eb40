package chatd.daemon.trail;

import chatd.audit.event.AuditEvent;
import chatd.daemon.config.Network;
import chatd.daemon.limit.Sweeper;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Coalesces events that can be caused at will, so that nobody can fill the disk with them: the
 * first of a kind from a stranger's network, an account or a Unix user is logged at once, those in
 * a window of time after it as one event with their count. Thread-safe.
 */
final class EventCoalescer implements AutoCloseable {
    private static final int MAX_WINDOWS = 10_000;
    private static final int MAX_QUEUED = 1_000;
    private static final long CLOSE_SECONDS = 5;

    /**
     * The key by which events are coalesced.
     *
     * @param about the subject; null if subjects are not distinguished
     * @param by who caused the events; null if there are too many keys: then events are coalesced
     *     whoever caused them
     */
    private record Key(
            String kind, @Nullable Object about, @Nullable Object by) {}

    /** Guarded by the coalescer's lock. */
    private static final class Window {
        final long began;
        int more;

        @Nullable
        AuditEvent last;

        Window(long began) {
            this.began = began;
        }
    }

    private final Consumer<AuditEvent> log;
    private final int maxSubjects;
    private final Duration window;
    private final LongSupplier nanos;

    @GuardedBy("this")
    private final Map<Key, Window> windows = new HashMap<>();

    /** Number of windows that have a subject, by who causes the events. */
    @GuardedBy("this")
    private final Map<Object, Integer> windowsWithSubject = new HashMap<>();

    private final Sweeper sweeper = new Sweeper("coalescer", Duration.ofSeconds(1), this::sweep);

    private final ThreadPoolExecutor later = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_QUEUED),
            Thread.ofPlatform().name("log soon").daemon().factory());

    /**
     * @param window for how long events are coalesced
     * @param maxAbout maximum number of subjects coalesced separately for each user or network that causes events
     */
    EventCoalescer(Duration window, int maxAbout, Consumer<AuditEvent> log) {
        this(window, maxAbout, log, System::nanoTime);
    }

    /** @param nanos the time in nanoseconds, from an arbitrary origin */
    EventCoalescer(Duration window, int maxAbout, Consumer<AuditEvent> log, LongSupplier nanos) {
        this.log = log;
        this.maxSubjects = maxAbout;
        this.window = window;
        this.nanos = nanos;
    }

    /** Logs or coalesces an event without a subject. */
    void logCoalesced(String kind, Object by, AuditEvent event) {
        logCoalesced(kind, null, by, event);
    }

    /**
     * Logs an event, or coalesces it with earlier ones.
     *
     * @param kind the kind under which events are coalesced
     * @param about the subject, coalesced separately as long as there are few; null for none
     * @param by who caused it: a {@link Network}, an account's number, or a Unix user's name
     */
    void logCoalesced(String kind, @Nullable Object about, Object by, AuditEvent event) {
        // Logged without the lock: the disk may be slow, and the journal's thread calls this.
        if (opensWindow(kind, about, by, event)) {
            log.accept(event);
            sweeper.start();
        }
    }

    /** Counts an event in its window; returns whether it opens a new one, and so must be logged. */
    private synchronized boolean opensWindow(String kind, @Nullable Object about, Object by, AuditEvent event) {
        Key key = new Key(kind, about, by);
        if (!windows.containsKey(key) && about != null && windowsWithSubject.getOrDefault(by, 0) >= maxSubjects) {
            key = new Key(kind, null, by);
        }
        if (!windows.containsKey(key) && windows.size() >= MAX_WINDOWS) {
            key = new Key(kind, null, null);
        }
        Window open = windows.get(key);
        if (open != null) {
            open.more++;
            open.last = event;
            return false;
        }
        windows.put(key, new Window(nanos.getAsLong()));
        if (key.about() != null) {
            windowsWithSubject.merge(by, 1, Integer::sum);
        }
        return true;
    }

    /** Runs the task on a thread of its own, in order; on the calling thread if too many tasks are queued. */
    void runLater(Runnable logging) {
        try {
            later.execute(logging);
        } catch (RejectedExecutionException e) {
            logging.run();
        }
    }

    /**
     * Logs what expired windows have counted; returns whether any window is still open. Called by
     * the sweeper.
     */
    boolean sweep() {
        closeWindows(window.toNanos()).forEach(log);
        synchronized (this) {
            return !windows.isEmpty();
        }
    }

    /** Closes the windows at least this old; returns the events to log for them. */
    private synchronized List<AuditEvent> closeWindows(long age) {
        long now = nanos.getAsLong();
        List<AuditEvent> coalesced = new ArrayList<>();
        for (Iterator<Map.Entry<Key, Window>> all = windows.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Key, Window> each = all.next();
            Window window = each.getValue();
            if (now - window.began >= age) {
                all.remove();
                Object by = each.getKey().by();
                if (each.getKey().about() != null && by != null) {
                    windowsWithSubject.computeIfPresent(by, (_, count) -> count > 1 ? count - 1 : null);
                }
                AuditEvent last = window.last;
                if (last != null) {
                    coalesced.add(new AuditEvent.Coalesced(last, window.more));
                }
            }
        }
        return coalesced;
    }

    /**
     * Logs the pending events. Interrupts no thread, because that would close the log's file while it is being written.
     */
    @Override
    public void close() {
        later.shutdown();
        sweeper.close();
        try {
            if (!later.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeWindows(0).forEach(log);
    }
}
