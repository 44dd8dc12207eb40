package chatd.acceptance.kit;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.Daemon;
import chatd.daemon.config.ConfigException;
import chatd.daemon.config.Configuration;
import chatd.daemon.systemd.ServiceManager;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A daemon inside this process, otherwise complete: real sockets, a real log, a real database. Used by one test thread.
 */
public final class LocalDaemon extends BareDaemon {
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final ServiceLog serviceLog = new ServiceLog(directory.resolve("chatd.log"));
    private @Nullable Daemon daemon;
    private volatile int port;

    private Clock clock;

    private LocalDaemon(Clock clock, Map<String, String> environment) {
        super(false);
        this.clock = clock;
        this.environment.putAll(environment);
    }

    /**
     * Starts a daemon on a new directory, schema and free port, with cheap hashing; returns when it is ready.
     * {@code environment} is {@code KEY, VALUE, …}.
     */
    public static LocalDaemon start(String... environment) {
        return start(Clock.systemUTC(), environment);
    }

    /** Like {@link #start(String...)}, with a clock other than the system's. */
    public static LocalDaemon start(Clock clock, String... environment) {
        var local = new LocalDaemon(clock, pairs(environment));
        local.prepareAndBegin();
        return local;
    }

    /** Gives the daemon another clock, from its next start on. */
    public void setClock(Clock clock) {
        this.clock = clock;
    }

    /**
     * Starts the daemon; after {@link #stop}, on the same port, which nobody else gets meanwhile.
     */
    @Override
    public void begin() {
        try {
            if (!environment.containsKey("CHATD_LISTEN_ADDRESSES")) {
                environment.put("CHATD_LISTEN_ADDRESSES", "[::]:" + ProcessResult.freePort());
            }
            var started = new Daemon(
                    new Configuration(configuration(), environment),
                    clock,
                    new SecureRandom(),
                    new ServiceManager(Map.of()),
                    List.of(),
                    reason -> failure.compareAndSet(null, reason));
            daemon = started;
            try {
                port = started.start().getFirst().getPort();
            } catch (IOException e) {
                // Releases its resources, as the end of a process does.
                stop();
                throw e;
            }
            trustCa();
        } catch (ConfigException | IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void stop() {
        Daemon running = daemon;
        if (running != null) {
            running.stop("asked to");
            daemon = null;
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public long pid() {
        return ProcessHandle.current().pid();
    }

    @Override
    public void close() {
        super.close();
        serviceLog.close();
        assertThat(failure.get()).as("what made the daemon fail").isNull();
    }
}
