package chatd.daemon.systemd;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Notifies systemd of the daemon's state, by the protocol of sd_notify(3); does nothing if systemd did not start it.
 * Notifications that can't be delivered are dropped; the first is reported in the service log. Any thread.
 */
public final class ServiceManager {
    private static final Logger LOG = LogManager.getLogger(ServiceManager.class);

    private final @Nullable DatagramSocket socket;
    private final Optional<Duration> watchdog;
    private String status = "";
    private boolean failed;
    private volatile boolean isReady;

    /**
     * @param environment the process environment, with systemd's {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and
     *     {@code WATCHDOG_PID}
     */
    public ServiceManager(Map<String, String> environment) {
        String path = environment.get("NOTIFY_SOCKET");
        this.socket = path == null ? null : new DatagramSocket(path);
        this.watchdog = watchdog(environment);
    }

    private static Optional<Duration> watchdog(Map<String, String> environment) {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String pid = environment.getOrDefault("WATCHDOG_PID", "");
        boolean isOurs = pid.isEmpty()
                || pid.equals(Long.toString(ProcessHandle.current().pid()));
        return isOurs && micros.matches("[1-9]\\d{0,17}")
                ? Optional.of(Duration.of(Long.parseLong(micros), ChronoUnit.MICROS))
                : Optional.empty();
    }

    /** Returns the watchdog timeout, after which systemd kills a silent daemon; empty if the watchdog is off. */
    public Optional<Duration> watchdog() {
        return watchdog;
    }

    /** Notifies systemd that startup is complete: the daemon serves, or at least stands by. */
    public void ready() {
        isReady = true;
        send("READY=1");
    }

    /** Notifies systemd that a reload has begun; does nothing before {@link #ready}. */
    public void reloading() {
        if (!isReady) {
            return;
        }
        // System.nanoTime uses CLOCK_MONOTONIC, the clock that systemd expects here.
        send("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
    }

    /** Notifies systemd that a reload has ended; does nothing before {@link #ready}. */
    public void reloaded() {
        if (isReady) {
            send("READY=1");
        }
    }

    public void stopping() {
        send("STOPPING=1");
    }

    /** Extends the timeout of the current start or stop, counted from now. */
    public void extend(Duration time) {
        send("EXTEND_TIMEOUT_USEC=" + TimeUnit.NANOSECONDS.toMicros(time.toNanos()));
    }

    /** Feeds the watchdog. */
    public void alive() {
        send("WATCHDOG=1");
    }

    /** Sets the status line that {@code systemctl status} shows; an unchanged line is not sent again. */
    public synchronized void status(String text) {
        if (!text.equals(status)) {
            status = text;
            send("STATUS=" + text);
        }
    }

    private synchronized void send(String state) {
        if (socket == null) {
            return;
        }
        if (!socket.send(state.getBytes(StandardCharsets.UTF_8), false) && !failed) {
            failed = true;
            LOG.warn("CHATD-108 can't notify systemd of the daemon's state, at {}", socket.path());
        }
    }
}
