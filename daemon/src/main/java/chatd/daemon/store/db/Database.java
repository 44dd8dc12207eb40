package chatd.daemon.store.db;

import chatd.daemon.config.Config;
import chatd.sql.Migrations;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.Settings;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.MariaDbDataSource;

/**
 * Access to the database: a pool for reading and for uploads, and single connections for the writer. All methods block;
 * any thread may call them except an event loop's.
 */
public final class Database implements Closeable {
    private static final Settings SETTINGS =
            new Settings().withExecuteLogging(false).withRenderSchema(false).withFetchWarnings(false);

    /** Renders statements that are executed without jOOQ; without a connection. Any thread. */
    public static final DSLContext RENDERER = DSL.using(SQLDialect.MARIADB, SETTINGS);

    /** The server's code for a transaction that it has rolled back to end a deadlock. */
    private static final int DEADLOCK = 1213;

    /** How often a statement is run that is in a deadlock each time. */
    private static final int MAX_ATTEMPTS = 20;

    /** The longest that a statement of a {@link #patient} one may take: the database is gone, or hangs. */
    private static final Duration PATIENCE = Duration.ofHours(1);

    private final MariaDbDataSource source;
    /** Without a statement timeout: migrating a large schema takes as long as it takes. */
    private final MariaDbDataSource patient;

    private final QueryTimeout queryTimeout;
    private final HikariDataSource pool;

    /** Where the database is, for people: a socket, or a host and port. */
    private final String place;

    /**
     * Creates the pool, without connecting yet.
     *
     * @throws IOException if the password file can't be read
     */
    public Database(Config.Database config) throws IOException {
        this(config, config.timeout());
    }

    /**
     * Creates the pool for a program that reads much, and for which nobody waits: a statement may take as long as it takes
     * while the database is busy with what was just loaded.
     *
     * @throws IOException if the password file can't be read
     */
    public static Database patient(Config.Database config) throws IOException {
        return new Database(config, PATIENCE);
    }

    private Database(Config.Database config, Duration statement) throws IOException {
        queryTimeout = new QueryTimeout(statement);
        place = config.socket().map(Path::toString).orElse(config.host() + ":" + config.port());
        try {
            source = source(config, statement);
            patient = source(config, Duration.ZERO);
        } catch (SQLException e) {
            throw new IOException("the database's address is wrong: " + e.getMessage(), e);
        }
        HikariConfig pooled = new HikariConfig();
        pooled.setDataSource(source);
        pooled.setPoolName("database");
        pooled.setMaximumPoolSize(config.pool());
        pooled.setMinimumIdle(1);
        pooled.setConnectionTimeout(Math.max(250, config.timeout().toMillis()));
        pooled.setValidationTimeout(Math.max(250, config.timeout().toMillis() / 2));
        pooled.setInitializationFailTimeout(-1);
        pooled.setAutoCommit(true);
        pool = new HikariDataSource(pooled);
    }

    /**
     * Returns where connections outside any pool come from.
     *
     * @param statement the longest that the server may take to answer; zero for no limit
     * @throws IOException if the password file can't be read
     */
    public static MariaDbDataSource source(Config.Database config, Duration statement)
            throws IOException, SQLException {
        MariaDbDataSource source = new MariaDbDataSource(url(config, statement));
        source.setUser(config.user());
        if (config.passwordFile().isPresent()) {
            source.setPassword(Files.readString(config.passwordFile().get(), StandardCharsets.UTF_8)
                    .strip());
        }
        return source;
    }

    private static String url(Config.Database config, Duration statement) {
        Properties options = new Properties();
        options.setProperty("connectTimeout", Long.toString(config.timeout().toMillis()));
        options.setProperty("socketTimeout", Long.toString(statement.toMillis()));
        options.setProperty("useServerPrepStmts", "true");
        options.setProperty("cachePrepStmts", "true");
        // Many rows in one command, executed as one statement: all or none.
        options.setProperty("useBulkStmtsForInserts", "true");
        options.setProperty("connectionTimeZone", "UTC");
        options.setProperty("tcpKeepAlive", "true");
        if (config.socket().isPresent()) {
            options.setProperty("localSocket", config.socket().get().toString());
            options.setProperty("sslMode", "disable");
        } else {
            options.setProperty("sslMode", "verify-full");
            config.tlsCa().ifPresent(ca -> options.setProperty("serverSslCert", ca.toString()));
        }
        StringBuilder url = new StringBuilder("jdbc:mariadb://");
        String host = config.host().isEmpty() ? "localhost" : config.host();
        url.append(host.contains(":") ? "[" + host + "]" : host)
                .append(':')
                .append(config.port())
                .append('/')
                .append(config.name());
        char separator = '?';
        for (String name : options.stringPropertyNames()) {
            url.append(separator).append(name).append('=').append(options.getProperty(name));
            separator = '&';
        }
        return url.toString();
    }

    /**
     * Migrates the schema to this program's version.
     *
     * @throws DatabaseUnavailable if the database can't be reached
     * @throws Migrations.Refused if the schema can't be used
     */
    public void migrate() {
        try {
            Migrations.migrate(patient);
        } catch (SQLException e) {
            throw new DatabaseUnavailable(reason(e), e, false);
        }
    }

    /** Opens a connection outside the pool. */
    public Connection connect() throws SQLException {
        return source.getConnection();
    }

    /**
     * Runs work on a pooled connection: reads, or a write of one statement, which is a transaction of its own. One that the
     * server rolls back, so that another can go on with which it was in a deadlock, is run again.
     *
     * @throws DatabaseUnavailable if the connection fails or the work takes too long
     */
    public <T extends @Nullable Object> T with(Function<DSLContext, T> work) {
        try {
            return queryTimeout.run(() -> {
                try (Connection connection = pool.getConnection()) {
                    return retryDeadlocks(connection, work);
                }
            });
        } catch (RuntimeException e) {
            throw isConnectionFailure(e) ? new DatabaseUnavailable(reason(e), e, false) : e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseUnavailable("interrupted", e, false);
        } catch (Exception e) {
            throw new DatabaseUnavailable(reason(e), e, false);
        }
    }

    private static <T extends @Nullable Object> T retryDeadlocks(Connection connection, Function<DSLContext, T> work) {
        for (int attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
            try {
                return work.apply(context(connection));
            } catch (DataAccessException e) {
                SQLException cause = e.getCause(SQLException.class);
                if (cause == null || cause.getErrorCode() != DEADLOCK) {
                    throw e;
                }
            }
        }
        return work.apply(context(connection));
    }

    public static DSLContext context(Connection connection) {
        return DSL.using(connection, SQLDialect.MARIADB, SETTINGS);
    }

    public QueryTimeout queryTimeout() {
        return queryTimeout;
    }

    /** Returns whether the connection failed, rather than the statement. */
    public static boolean isConnectionFailure(Throwable thrown) {
        for (Throwable e = thrown; e != null; e = e.getCause()) {
            if (e instanceof SQLNonTransientConnectionException
                    || e instanceof SQLTransientConnectionException
                    || e instanceof java.sql.SQLTimeoutException
                    || e instanceof java.net.SocketException
                    || e instanceof java.net.SocketTimeoutException) {
                return true;
            }
            if (e instanceof SQLException sql) {
                String state = sql.getSQLState();
                // 08: connection; 70100, 1927: killed by its server; 1053: it is shutting down; 1040: too many
                // connections
                if ((state != null && (state.startsWith("08") || state.equals("70100")))
                        || sql.getErrorCode() == 1053
                        || sql.getErrorCode() == 1927
                        || sql.getErrorCode() == 1040) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Returns why something failed, and where the database is if the connection failed. */
    public String reason(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage());
        return root instanceof IOException && !message.contains(place) ? message + " (" + place + ")" : message;
    }

    /**
     * Returns once the pool has provided a connection.
     *
     * @throws DatabaseUnavailable if it provides none in time
     */
    public void awaitConnection() {
        with(sql -> true);
    }

    /**
     * What the pool's connections do.
     *
     * @param waiting threads that wait for one
     */
    public record Pool(int active, int idle, int waiting) {}

    /** Returns what the pool's connections do at the moment. */
    public Pool pool() {
        HikariPoolMXBean state = pool.getHikariPoolMXBean();
        // Null until a connection was asked for.
        return state == null
                ? new Pool(0, 0, 0)
                : new Pool(
                        state.getActiveConnections(), state.getIdleConnections(), state.getThreadsAwaitingConnection());
    }

    @Override
    public void close() {
        pool.close();
        queryTimeout.close();
    }
}
