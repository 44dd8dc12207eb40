package chatd.daemon.systemd;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Checks that the daemon's parts are responsive, and feeds systemd's watchdog as long as all of them are. Each part is
 * polled on a thread of its own, so that a hung part can be named. Also updates the status line shown by systemd.
 */
public final class Watchdog implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(Watchdog.class);
    private static final Duration STATUS_EVERY = Duration.ofSeconds(10);

    /** A part of the daemon that can be polled. */
    public interface Part {
        /** Returns or throws as soon as the part responds. Blocks. */
        void answer() throws Exception;
    }

    private final ServiceManager systemd;
    private final Duration timeout;
    private final Duration interval;
    private final Map<String, Long> answered = new LinkedHashMap<>();

    @GuardedBy("this")
    private final List<Thread> threads = new ArrayList<>();

    private volatile Supplier<String> status = () -> "starting";
    private String lastHanging = "";

    /** Starts the watchdog; no parts are watched yet. */
    public Watchdog(ServiceManager systemd) {
        this.systemd = systemd;
        // Duration's own arithmetic would load BigDecimal at each start.
        long statusNanos = STATUS_EVERY.toNanos();
        long period = systemd.watchdog().map(Duration::toNanos).orElse(6 * statusNanos);
        this.timeout = Duration.ofNanos(period / 3 * 2);
        this.interval = Duration.ofNanos(Math.min(period / 6, statusNanos));
        startThread("watchdog", this::checkParts);
    }

    /** Watches a part from now on. */
    public void watch(String name, Part part) {
        answered(name);
        startThread("watchdog of " + name, () -> poll(name, part));
    }

    /**
     * Sets the source of the status line shown by systemd.
     *
     * @param line supplies the human-readable line
     */
    public void status(Supplier<String> line) {
        status = line;
        systemd.status(line.get());
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private synchronized void startThread(String name, Step step) {
        threads.add(Thread.ofVirtual().name(name).start(() -> {
            try {
                while (true) {
                    try {
                        step.run();
                    } catch (RuntimeException e) {
                        // If it persists, the part counts as hung.
                        LOG.error("CHATD-911 {} failed", name, e);
                    }
                    TimeUnit.NANOSECONDS.sleep(interval.toNanos());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private void poll(String name, Part part) throws InterruptedException {
        try {
            part.answer();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            // A failure is a response too.
            LOG.debug("{}: {}", name, e.getMessage());
        }
        answered(name);
    }

    private void answered(String name) {
        synchronized (answered) {
            answered.put(name, System.nanoTime());
        }
    }

    /** Returns the parts that do not respond, in words; empty if all do. Any thread. */
    public String hanging() {
        return hangingParts(System.nanoTime());
    }

    private void checkParts() {
        String hanging = hangingParts(System.nanoTime());
        if (hanging.isEmpty()) {
            systemd.alive();
            systemd.status(status.get());
        } else {
            systemd.status("not responding: " + hanging);
            if (!hanging.equals(lastHanging)) {
                LOG.fatal("CHATD-903 no response for {} s from: {}", timeout.toSeconds(), hanging);
            }
        }
        lastHanging = hanging;
    }

    private String hangingParts(long now) {
        synchronized (answered) {
            return String.join(
                    ", ",
                    answered.entrySet().stream()
                            .filter(part -> now - part.getValue() > timeout.toNanos())
                            .map(Map.Entry::getKey)
                            .toList());
        }
    }

    @Override
    public synchronized void close() {
        threads.forEach(Thread::interrupt);
    }
}
