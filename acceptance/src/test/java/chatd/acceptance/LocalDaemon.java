package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.admin.DaemonLink;
import chatd.certs.Authority;
import chatd.daemon.Daemon;
import chatd.daemon.config.ConfigException;
import chatd.daemon.config.Configuration;
import chatd.daemon.systemd.ServiceManager;
import chatd.demo.DaemonProcess;
import chatd.sql.PrivateMariaDb;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A daemon in this process, with everything that it has as a process but the process: real sockets, a real log, a schema
 * of its own on the one database server of this process. Used by one test thread.
 */
final class LocalDaemon extends Chatd {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private final String schema = "local" + SCHEMAS.incrementAndGet();
    private final PrivateMariaDb server = DatabaseServer.get();
    private final AtomicReference<@Nullable Exception> broken = new AtomicReference<>();
    private final OperationalLog operational = new OperationalLog(directory.resolve("chatd.log"));
    private @Nullable Daemon daemon;
    private volatile int port;

    private LocalDaemon(Map<String, String> environment) {
        this.environment.putAll(environment);
    }

    /** A daemon on a new directory and schema, on a free port, with hashing made cheap; ready. {@code KEY, VALUE, …} */
    static LocalDaemon start(String... environment) {
        var local = new LocalDaemon(pairs(environment));
        try {
            local.server.createSchema(local.schema);
            Authority.writeDevelopmentFiles(local.directory, Authority.THIS_MACHINE, new SecureRandom(), Instant.now());
            DaemonProcess.configure(
                    local.directory,
                    "[::]:0",
                    local.server.socket(),
                    local.schema,
                    "[registration]\nmode = \"open\"\n");
            local.begin();
            local.people();
        } catch (IOException | RuntimeException e) {
            local.close();
            throw e instanceof RuntimeException fault ? fault : new UncheckedIOException((IOException) e);
        }
        return local;
    }

    /** Starts it again after {@link #stop}, on the port that it had. */
    void begin() {
        try {
            var started = new Daemon(
                    new Configuration(directory.resolve("chatd.toml"), environment),
                    Clock.systemUTC(),
                    new SecureRandom(),
                    new ServiceManager(Map.of()),
                    List.of(),
                    reason -> broken.compareAndSet(null, reason));
            daemon = started;
            port = started.start().getFirst().getPort();
            environment.put("CHATD_LISTEN_ADDRESSES", "[::]:" + port);
            ready();
        } catch (ConfigException | IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void people() throws IOException {
        var link = new DaemonLink(adminSocket());
        for (String name : List.of("alice", "bob")) {
            Files.writeString(directory.resolve(name + ".password"), PASSWORD + "\n");
            link.call(Map.of(
                    "command", "user add", "name", name, "password", PASSWORD, "mustChange", name.equals("bob")));
        }
    }

    /** Stops it in order, as at SIGTERM. */
    void stop() {
        Daemon running = daemon;
        if (running != null) {
            running.stop("asked to");
            daemon = null;
        }
    }

    @Override
    int port() {
        return port;
    }

    @Override
    Path adminSocket() {
        return directory.resolve("admin.sock");
    }

    @Override
    long pid() {
        return ProcessHandle.current().pid();
    }

    @Override
    Connection sql() throws SQLException {
        return sql(server.socket(), schema);
    }

    @Override
    public void close() {
        stop();
        operational.close();
        try (Connection connection = sql();
                Statement statement = connection.createStatement()) {
            statement.execute("drop database " + schema);
            Wire.deleteTree(directory);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(broken.get()).as("why the daemon could not go on").isNull();
    }
}
