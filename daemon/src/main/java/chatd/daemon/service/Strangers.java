package chatd.daemon.service;

import chatd.audit.AuditEvent;
import chatd.daemon.config.Network;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What strangers can cause at will is joined, so that nobody can fill the disk from outside: the first of a kind from a
 * network is logged at once, those of the ten seconds after it as one, with their number. Any thread.
 */
final class Strangers implements AutoCloseable {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MOST = 10_000;
    private static final int MOST_SOON = 1_000;
    private static final long CLOSE_SECONDS = 5;

    /** @param network null where there are too many of them: then they are joined over all networks */
    private record Key(String kind, @Nullable Network network) {}

    private static final class Window {
        final long began = System.nanoTime();
        int more;

        @Nullable
        AuditEvent last;
    }

    private final Consumer<AuditEvent> log;
    private final Map<Key, Window> windows = new HashMap<>();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("strangers").daemon().factory());

    @SuppressWarnings("FutureReturnValueIgnored") // it goes on until it is closed
    Strangers(Consumer<AuditEvent> log) {
        this.log = log;
        timer.scheduleWithFixedDelay(() -> flush(WINDOW_NANOS), 1, 1, TimeUnit.SECONDS);
    }

    /** @param kind what is alike about those that are joined */
    synchronized void caused(String kind, InetAddress by, AuditEvent event) {
        Key key = new Key(kind, windows.size() < MOST ? Network.around(by) : null);
        Window window = windows.get(key);
        if (window == null) {
            windows.put(key, new Window());
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
        for (Iterator<Window> all = windows.values().iterator(); all.hasNext(); ) {
            Window window = all.next();
            if (now - window.began >= age) {
                all.remove();
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
