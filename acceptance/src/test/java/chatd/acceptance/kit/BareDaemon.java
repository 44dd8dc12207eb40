package chatd.acceptance.kit;

import chatd.admin.api.AdminLink;
import chatd.admin.api.Password;
import chatd.admin.api.UserCalls;
import chatd.certs.Authority;
import chatd.demo.DaemonProcess;
import chatd.mariadb.PrivateMariaDb;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A daemon without a demo around it, on a schema of its own on the one database server of this process, or on a server of
 * its own.
 */
abstract class BareDaemon extends Chatd {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private final String schema = "local" + SCHEMAS.incrementAndGet();
    private final boolean hasOwnServer;
    private PrivateMariaDb server;
    private boolean isDatabaseMounted;

    /** @param hasOwnServer whether it has a database server of its own, which can be killed, and a directory on disk */
    BareDaemon(boolean hasOwnServer) {
        super(hasOwnServer);
        this.hasOwnServer = hasOwnServer;
        try {
            server = hasOwnServer ? DatabaseServer.start(directory) : DatabaseServer.get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prepares a new directory and schema, starts the daemon on a free port, and adds its users. */
    final void prepareAndBegin() {
        try {
            server.createSchema(schema);
            Authority.writeDevelopmentFiles(directory, Authority.THIS_MACHINE, new SecureRandom(), Instant.now());
            DaemonProcess.configure(directory, "[::]:0", server.socket(), schema, "[registration]\nmode = \"open\"\n");
            begin();
            addUsers();
        } catch (IOException | RuntimeException e) {
            close();
            throw e instanceof RuntimeException fault ? fault : new UncheckedIOException((IOException) e);
        }
    }

    /** Returns the name of its schema in the database. */
    public final String schema() {
        return schema;
    }

    public final Path configuration() {
        return directory.resolve("chatd.toml");
    }

    /** Kills the database server with {@code kill -9}, and starts it again. */
    public final void killDatabase() {
        if (!hasOwnServer) {
            throw new IllegalStateException("others use this database server, too");
        }
        ProcessResult.signal("KILL", server.pid());
        server.onExit().join();
        try {
            server = PrivateMariaDb.start(directory, server.socket());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Restarts the database server on a small disk.
     *
     * @param room how much it has beyond what is there, in MiB
     */
    public final void moveDatabaseToSmallDisk(int room) {
        if (!hasOwnServer) {
            throw new IllegalStateException("others use this database server, too");
        }
        server.close();
        isDatabaseMounted = true;
        ProcessResult.program(List.of("sh", "-ec", """
                        cd "$1"
                        mv mariadb moved
                        mkdir mariadb
                        mount -t tmpfs -o "size=$(($(du -sm --apparent-size moved | cut -f 1) + $2))m" none mariadb
                        cp -a --sparse=never moved/. mariadb
                        rm -r moved
                        """, "sh", directory.toString(), String.valueOf(room)))
                .exits(0);
        try {
            server = PrivateMariaDb.start(directory, server.socket());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops the process of the database server, as when its machine hangs, until {@link #thawDatabase}. */
    public final void freezeDatabase() {
        ProcessResult.signal("STOP", server.pid());
    }

    public final void thawDatabase() {
        ProcessResult.signal("CONT", server.pid());
    }

    private void addUsers() throws IOException {
        var link = new AdminLink(adminSocket());
        for (String name : List.of("alice", "bob")) {
            Files.writeString(directory.resolve(name + ".password"), PASSWORD + "\n");
            link.call(
                    UserCalls.ADD,
                    new UserCalls.AddOrReset(name, null, name.equals("bob"), false, new Password(PASSWORD)));
        }
    }

    /** Starts the daemon, or restarts it after it has ended; returns when it is ready. */
    abstract void begin();

    /** Shuts the daemon down cleanly, as on SIGTERM; does nothing if it is not running. */
    abstract void stop();

    @Override
    public final Path adminSocket() {
        return directory.resolve("admin.sock");
    }

    @Override
    public final Connection sql() throws SQLException {
        return sql(server.socket(), schema);
    }

    @Override
    public void close() {
        stop();
        try {
            if (hasOwnServer) {
                server.close();
                if (isDatabaseMounted) {
                    ProcessResult.program(
                            List.of("umount", "-l", directory.resolve("mariadb").toString()));
                }
            } else {
                execute("drop database " + schema);
            }
            Wire.deleteTree(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
