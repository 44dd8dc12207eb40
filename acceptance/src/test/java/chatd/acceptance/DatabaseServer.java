package chatd.acceptance;

import chatd.sql.PrivateMariaDb;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The one database server of this process, started when it is first asked for, and stopped with the process. */
final class DatabaseServer {
    private DatabaseServer() {}

    private static final class Holder {
        static final PrivateMariaDb SERVER = start();
    }

    static PrivateMariaDb get() {
        return Holder.SERVER;
    }

    private static PrivateMariaDb start() {
        try {
            Path directory = Files.createTempDirectory(Path.of("/tmp"), "ca");
            PrivateMariaDb server = PrivateMariaDb.start(directory, directory.resolve("mariadb.sock"));
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
                server.close();
                try {
                    Wire.deleteTree(directory);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
