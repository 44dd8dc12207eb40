package chatd.acceptance.kit;

import chatd.mariadb.PrivateMariaDb;
import chatd.sql.Migrations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.mariadb.jdbc.MariaDbDataSource;

/**
 * The database servers of tests: the one of this process, started on first use and stopped with the
 * process; separate servers; and the files of a server with the daemon's empty schema, so that not
 * every demo has to create them.
 */
public final class DatabaseServer {
    private DatabaseServer() {}

    private static final class Prepared {
        static final Path DIRECTORY = prepare();
    }

    private static final class Running {
        static final PrivateMariaDb SERVER = start();
    }

    public static PrivateMariaDb get() {
        return Running.SERVER;
    }

    /** Puts the files of a server with an empty schema {@code chatd} into a directory, as {@code mariadb/}. */
    static void prepare(Path directory) {
        // Most of their space has not been written to yet.
        ProcessResult.program(List.of(
                        "cp",
                        "-r",
                        "--sparse=always",
                        Prepared.DIRECTORY.resolve("mariadb").toString(),
                        directory.toString()))
                .exits(0);
    }

    private static Path prepare() {
        try {
            Path directory = temporary();
            try (PrivateMariaDb server = PrivateMariaDb.start(directory, directory.resolve("mariadb.sock"))) {
                server.createSchema("chatd");
                Migrations.migrate(new MariaDbDataSource(server.url("chatd")));
            }
            atEnd(() -> Wire.deleteTree(directory));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts a separate server, with its files in a directory. */
    static PrivateMariaDb start(Path directory) throws IOException {
        prepare(directory);
        return PrivateMariaDb.start(directory, directory.resolve("mariadb.sock"));
    }

    private static PrivateMariaDb start() {
        try {
            Path directory = temporary();
            PrivateMariaDb server = start(directory);
            atEnd(() -> {
                server.close();
                Wire.deleteTree(directory);
            });
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path temporary() throws IOException {
        return Files.createTempDirectory("ca");
    }

    /** A task to run when this process ends. */
    private interface LastTask {
        void run() throws IOException;
    }

    private static void atEnd(LastTask task) {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            try {
                task.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }));
    }
}
