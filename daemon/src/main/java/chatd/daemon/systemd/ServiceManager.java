package chatd.daemon.systemd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
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
    private static final int AF_UNIX = 1;
    private static final int DATAGRAMS_CLOSED_ON_EXEC = 2 | 0x80000;
    private static final int NO_SIGNAL = 0x4000;
    private static final int LONGEST_PATH = 107;

    private final @Nullable String socket;
    private final Optional<Duration> watchdog;
    private String status = "";
    private boolean failed;
    private volatile boolean isReady;

    /**
     * @param environment the process environment, with systemd's {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and
     *     {@code WATCHDOG_PID}
     */
    public ServiceManager(Map<String, String> environment) {
        this.socket = environment.get("NOTIFY_SOCKET");
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
        try (Arena arena = Arena.ofConfined()) {
            if (!send(arena, socket, state.getBytes(StandardCharsets.UTF_8)) && !failed) {
                failed = true;
                LOG.warn("CHATD-108 can't notify systemd of the daemon's state, at {}", socket);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("the C library can't be called", e);
        }
    }

    private static boolean send(Arena arena, String socket, byte[] state) throws Throwable {
        byte[] path = socket.getBytes(StandardCharsets.UTF_8);
        if (path.length > LONGEST_PATH) {
            return false;
        }
        // struct sockaddr_un: the family, then the path; an abstract name begins with a zero.
        MemorySegment address = arena.allocate(2L + path.length);
        address.set(JAVA_SHORT_UNALIGNED, 0, (short) AF_UNIX);
        MemorySegment.copy(path, 0, address, JAVA_BYTE, 2, path.length);
        if (path[0] == '@') {
            address.set(JAVA_BYTE, 2, (byte) 0);
        }
        MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, state);
        int descriptor = (int) function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT)
                .invokeExact(AF_UNIX, DATAGRAMS_CLOSED_ON_EXEC, 0);
        if (descriptor < 0) {
            return false;
        }
        try {
            long sent = (long) function("sendto", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT)
                    .invokeExact(descriptor, bytes, (long) state.length, NO_SIGNAL, address, (int) address.byteSize());
            return sent == state.length;
        } finally {
            int closed = (int) function("close", JAVA_INT, JAVA_INT).invokeExact(descriptor);
            assert closed == 0;
        }
    }

    /** Returns a handle to a C library function. */
    @SuppressWarnings("restricted") // the program's manifest allows it
    private static MethodHandle function(String name, MemoryLayout returned, MemoryLayout... parameters) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(returned, parameters));
    }
}
