package chatd.acceptance.kit;

import static java.util.Objects.requireNonNull;

import chatd.demo.ClassArchive;
import chatd.demo.DaemonProcess;
import chatd.fixtures.TestTimeout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A daemon as a process of its own, which does not outlive this one: it can be signalled, killed,
 * limited, and restarted on the same directory and schema. Used by one test thread.
 */
public final class SpawnedDaemon extends BareDaemon {
    public static final Path MODULE = ProcessResult.ROOT.resolve("daemon");

    private static final String PORT = "CHATD_LISTEN_ADDRESSES";

    private Path module = MODULE;
    private @Nullable DaemonProcess process;

    private SpawnedDaemon(Map<String, String> environment, boolean hasOwnServer) {
        super(hasOwnServer);
        this.environment.put(JAVA_OPTIONS, SHORT_LIVED);
        this.environment.putAll(environment);
    }

    /**
     * Starts a daemon on a new directory, schema and free port, with cheap hashing; returns when it is ready.
     * {@code environment} is {@code KEY, VALUE, …}.
     */
    public static SpawnedDaemon start(String... environment) {
        return start(pairs(environment));
    }

    public static SpawnedDaemon start(Map<String, String> environment) {
        return start(environment, false);
    }

    /**
     * As {@link #start(String...)}, on a port that nobody else gets while the daemon is down: the
     * kernel would assign an ephemeral one to the next that asks, and a page would then find
     * another test's daemon there.
     */
    public static SpawnedDaemon startOnReservedPort() {
        try {
            return start(PORT, "[::]:" + ProcessResult.freePort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #start(String...)}, on a database server of its own, which can be killed. */
    public static SpawnedDaemon startWithDatabase(String... environment) {
        return start(pairs(environment), true);
    }

    private static SpawnedDaemon start(Map<String, String> environment, boolean hasOwnServer) {
        var spawned = new SpawnedDaemon(environment, hasOwnServer);
        spawned.prepareAndBegin();
        return spawned;
    }

    /** Starts the daemon, or restarts it on another port; returns when it is ready. */
    @Override
    public void begin() {
        stop();
        try {
            Path config = configuration();
            ClassArchive archive = new ClassArchive(module, requireNonNull(config.getParent()));
            process = DaemonProcess.start(
                    module,
                    config,
                    archive.options(requireNonNull(environment.get(JAVA_OPTIONS))),
                    environment,
                    Duration.ofMinutes(2));
            archive.make();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        trustCa();
    }

    private DaemonProcess process() {
        return requireNonNull(process, "not started");
    }

    public ProcessHandle daemon() {
        return ProcessHandle.of(pid()).orElseThrow();
    }

    /** Kills the daemon with {@code kill -9} and waits for its end. */
    public void killDaemon() {
        daemon().destroyForcibly();
        awaitEnd();
    }

    /**
     * Kills the daemon, and empties tables of its database; {@link #begin} starts it again on the
     * same port.
     *
     * @throws IllegalStateException if the port is not kept for it
     */
    public void killAndEmptyTables(String... tables) {
        if (!environment.containsKey(PORT)) {
            throw new IllegalStateException("begin with startOnReservedPort()");
        }
        killDaemon();
        for (String table : tables) {
            execute("delete from " + table);
        }
    }

    /** Stops the daemon, and starts the one of another build on the same port. */
    public void replaceWith(Path built) {
        killAndEmptyTables();
        module = built;
        begin();
    }

    /** Waits for the daemon to end by itself and returns its exit code. */
    public int awaitEnd() {
        try {
            return process().onExit().get(TestTimeout.LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the daemon does not end", e);
        }
    }

    @Override
    public void stop() {
        DaemonProcess running = process;
        if (running != null) {
            running.close();
            process = null;
        }
    }

    @Override
    public int port() {
        return process().port();
    }

    @Override
    public long pid() {
        return process().pid();
    }
}
