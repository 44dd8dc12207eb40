package chatd.daemon.store.db;

import chatd.daemon.config.Config;
import chatd.daemon.store.ledger.Ledger;
import chatd.mariadb.PrivateMariaDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a schema of their own, empty until {@link Schema#open} migrates it, on the one private MariaDB of their
 * process.
 */
public final class TestDatabase implements ParameterResolver {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private record Server(PrivateMariaDb server, Path directory) implements AutoCloseable {
        @Override
        public void close() {
            server.close();
        }
    }

    /** A schema: its configuration for the daemon, and its URL for direct access. */
    public record Schema(Config.Database config, String url, long serverPid) {
        public Database open() throws IOException {
            Database database = new Database(config);
            database.migrate();
            return database;
        }

        public Ledger ledger(Database database) {
            return new Ledger(database, config, "test", ProcessHandle.current().pid());
        }

        /** Returns the same schema configured as in a cluster: with a fence in each transaction. */
        public Schema fenced() {
            Config.Database fenced = new Config.Database(
                    config.socket(),
                    config.host(),
                    config.port(),
                    config.tlsCa(),
                    config.name(),
                    config.user(),
                    config.passwordFile(),
                    config.pool(),
                    config.timeout(),
                    Config.Database.Fence.ALWAYS);
            return new Schema(fenced, url, serverPid);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Schema.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Server server = context.getStore(StoreScope.LAUNCHER_SESSION, ExtensionContext.Namespace.GLOBAL)
                .computeIfAbsent(TestDatabase.class, key -> start(), Server.class);
        String name = "t" + SCHEMAS.incrementAndGet();
        try {
            server.server().createSchema(name);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Config.Database config = new Config.Database(
                Optional.of(server.server().socket()),
                "",
                3306,
                Optional.empty(),
                name,
                "root",
                Optional.empty(),
                4,
                Duration.ofSeconds(10),
                Config.Database.Fence.CLUSTER);
        return new Schema(config, server.server().url(name), server.server().pid());
    }

    private static Server start() {
        try {
            Path directory = Files.createTempDirectory("cd");
            return new Server(PrivateMariaDb.start(directory, directory.resolve("s")), directory);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
