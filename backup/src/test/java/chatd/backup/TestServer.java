package chatd.backup;

import chatd.mariadb.FileTree;
import chatd.mariadb.PrivateMariaDb;
import chatd.sql.Migrations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.mariadb.jdbc.MariaDbDataSource;

/** A database server for the tests of a class. */
final class TestServer implements AutoCloseable {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private final Path directory;
    private final PrivateMariaDb server;

    TestServer() throws IOException {
        directory = Files.createTempDirectory("tb");
        server = PrivateMariaDb.start(
                directory,
                directory.resolve("s"),
                List.of("--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=128M"));
    }

    /** Returns a new empty schema. */
    MariaDbDataSource emptySchema() throws IOException, SQLException {
        String name = "b" + SCHEMAS.incrementAndGet();
        server.createSchema(name);
        return new MariaDbDataSource(server.url(name));
    }

    /** Returns a new schema of this program's version, without rows. */
    MariaDbDataSource schema() throws IOException, SQLException {
        MariaDbDataSource database = emptySchema();
        Migrations.migrate(database);
        return database;
    }

    @Override
    public void close() throws IOException {
        server.close();
        FileTree.delete(directory);
    }
}
