package chatd.daemon.journal;

import chatd.audit.event.AuditEvent;
import chatd.daemon.config.Network;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What can be caused at will is joined, so that nobody can fill the disk by it: the first of a kind by a stranger's network,
 * an account or a Unix user is logged at once, those of the ten seconds after it as one, with their number. Any thread.
 */
final class Strangers implements AutoCloseable {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MOST = 10_000;

    /** Accounts that are told apart in what one network causes. */
    private static final int MOST_ABOUT = 16;

    private static final int MOST_SOON = 1_000;
    private static final long CLOSE_SECONDS = 5;

    /**
     * What is alike about those that are joined.
     *
     * @param about whom it is about, where that is told apart
     * @param by null where there are too many of them: then they are joined over all
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
    private final Map<Key, Window> windows = new HashMap<>();

    /** Of those, the ones that are about somebody, by who causes them. */
    private final Map<Object, Integer> apart = new HashMap<>();

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("strangers").daemon().factory());

    @SuppressWarnings("FutureReturnValueIgnored") // it goes on until it is closed
    Strangers(Consumer<AuditEvent> log) {
        this.log = log;
        timer.scheduleWithFixedDelay(() -> flush(WINDOW_NANOS), 1, 1, TimeUnit.SECONDS);
    }

    /** Notes what is about nobody, or not told apart. */
    void caused(String kind, Object by, AuditEvent event) {
        caused(kind, null, by, event);
    }

    /**
     * Notes what was caused.
     *
     * @param kind what is alike about those that are joined
     * @param about whom it is about; told apart as long as those are few
     * @param by a {@link Network}, the number of an account, or the name of a Unix user
     */
    synchronized void caused(String kind, @Nullable Object about, Object by, AuditEvent event) {
        Key key = new Key(kind, about, by);
        if (!windows.containsKey(key) && about != null && apart.getOrDefault(by, 0) >= MOST_ABOUT) {
            key = new Key(kind, null, by);
        }
        if (!windows.containsKey(key) && windows.size() >= MOST) {
            key = new Key(kind, null, null);
        }
        Window window = windows.get(key);
        if (window == null) {
            windows.put(key, new Window());
            if (key.about() != null) {
                apart.merge(by, 1, Integer::sum);
            }
            log.accept(event);
        } else {
            window.more++;
            window.last = event;
        }
    }

    /** Does it on a thread of its own, in order; where very much waits for that already, here and now. */
    void soon(Runnable logging) {
        if (timer.getQueue().size() < MOST_SOON) {
            try {
                timer.execute(logging);
                return;
            } catch (RejectedExecutionException e) {
                // It is just closed.
            }
        }
        logging.run();
    }

    private synchronized void flush(long age) {
        long now = System.nanoTime();
        for (Iterator<Map.Entry<Key, Window>> all = windows.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Key, Window> each = all.next();
            Window window = each.getValue();
            if (now - window.began >= age) {
                all.remove();
                Object by = each.getKey().by();
                if (each.getKey().about() != null && by != null) {
                    apart.computeIfPresent(by, (same, count) -> count > 1 ? count - 1 : null);
                }
                AuditEvent last = window.last;
                if (last != null) {
                    log.accept(new AuditEvent.Joined(last, window.more));
                }
            }
        }
    }

    /** Logs what is still waiting. Its thread is not interrupted: that would close the log's file under it. */
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
