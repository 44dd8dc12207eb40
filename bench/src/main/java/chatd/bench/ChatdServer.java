package chatd.bench;

import chatd.daemon.login.Argon2id;
import chatd.demo.DaemonProcess;
import chatd.mariadb.PrivateMariaDb;
import chatd.sql.Migrations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.mariadb.jdbc.MariaDbDataSource;

/** The daemon as people run it, on a private MariaDB that flushes at each commit, with accounts b0, b1 and so on. */
final class ChatdServer implements Server {
    private static final String PASSWORD = "a bench of oak";
    /** Long, because stored messages that are missing from the log are logged first. */
    private static final Duration READY_TIMEOUT = Duration.ofMinutes(15);

    /**
     * @param accounts the number of accounts
     * @param messages the number of stored messages, all among the first 100 accounts
     * @param hashing whether passwords are hashed as by default; otherwise as cheaply as possible
     * @param javaOptions JVM options, after the usual ones
     */
    record Size(int accounts, long messages, boolean hashing, List<String> javaOptions) {}

    private final PrivateMariaDb database;
    private final Path daemonModule;
    private final Path config;
    private final List<String> javaOptions;
    private DaemonProcess process;

    ChatdServer(Path daemonModule, BenchDirectory place, Size size) throws IOException {
        Path directory = place.file("").normalize();
        this.daemonModule = daemonModule;
        this.javaOptions = size.javaOptions();
        database = PrivateMariaDb.start(
                directory,
                place.file("mariadb.sock"),
                List.of("--innodb-buffer-pool-size=512M", "--innodb-log-file-size=512M"));
        try {
            database.createSchema("chatd");
            seed(size);
            config = DaemonProcess.configure(
                    directory,
                    "[::1]:0",
                    place.file("mariadb.sock"),
                    "chatd",
                    // No rate limits: they are made for people, and a benchmark sends as fast as it can.
                    "[rates]\naccount-bytes = 0\ntexts = 0\ntext-bytes = 0\nregistered-text-bytes = 0\n"
                            + (size.hashing() ? "" : "[hashing]\nmemory = \"64 KiB\"\niterations = 1\n"));
            process = DaemonProcess.start(daemonModule, config, javaOptions, Map.of(), READY_TIMEOUT);
        } catch (SQLException e) {
            database.close();
            throw new IOException(e);
        } catch (IOException e) {
            database.close();
            throw e;
        }
    }

    /** Restarts the daemon on the same database; it may then listen on another port. */
    void restart() throws IOException {
        process.close();
        process = DaemonProcess.start(daemonModule, config, javaOptions, Map.of(), READY_TIMEOUT);
    }

    private void seed(Size size) throws SQLException {
        MariaDbDataSource source = new MariaDbDataSource(database.url("chatd"));
        Migrations.migrate(source);
        int memory = size.hashing() ? 19 << 10 : 64;
        int iterations = size.hashing() ? 2 : 1;
        String hash = Argon2id.available().hash(iterations, memory, 1, PASSWORD.getBytes(StandardCharsets.UTF_8));
        try (Connection connection = source.getConnection();
                Statement sql = connection.createStatement()) {
            sql.execute("insert into account"
                    + " (number, name, password_hash, must_change, state, everyone_after, created)"
                    + " select seq + 1, concat('b', seq), '" + hash + "', 0, 0, 0, '2026-01-01' from seq_0_to_"
                    + (size.accounts() - 1));
            sql.execute("insert into account_name (name, account, since) select name, number, created from account");
            for (long from = 1; from <= size.messages(); from += 1_000_000) {
                long to = Math.min(size.messages(), from + 999_999);
                sql.execute("insert into message (number, time, sender, receiver, text, salt)"
                        + " select seq, timestampadd(second, seq, '2020-01-01'), 1 + seq % 100,"
                        + " 1 + (seq * 7 + seq div 100) % 100, rpad(concat('message ', seq), 100, ' and so on'),"
                        + " repeat('s', 16) from seq_" + from + "_to_" + to);
            }
        }
    }

    @Override
    public int port() {
        return process.port();
    }

    @Override
    public String dialect() {
        return "chat";
    }

    @Override
    public String password() {
        return PASSWORD;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public long databasePid() {
        return database.pid();
    }

    @Override
    public void close() {
        process.close();
        database.close();
    }
}
