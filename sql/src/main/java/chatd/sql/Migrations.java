package chatd.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLSyntaxErrorException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Objects;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** Migrates a schema to this program's version: only forwards, and never on top of a half-finished migration. */
public final class Migrations {
    private static final String TABLE = "schema_version";

    private Migrations() {}

    /** Thrown if the schema can't be used; the message says why, and what to do. */
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }

        Refused(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Migrates the schema that {@code database} connects to.
     *
     * @throws Refused if the schema is newer than this program, half migrated, or created by other
     *     migrations than this program's; or if migrating it fails
     * @throws SQLException if the database can't be reached
     */
    public static void migrate(DataSource database) throws SQLException {
        if (isCurrent(database)) {
            return;
        }
        migrate(configure(database).load());
    }

    private static FluentConfiguration configure(DataSource database) {
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(database)
                .locations("classpath:chatd/sql/migration")
                .communityDBSupportEnabled(false)
                .validateMigrationNaming(true)
                .table(TABLE);
    }

    /**
     * Creates the schema that another program's migrations made, in an empty one.
     *
     * @param rows what {@link #rows} returned for that schema
     * @throws Refused if they are not this program's first migrations, or the schema can't be created
     */
    public static void create(DataSource database, String rows) {
        String[] versions = rows.split("\n", -1);
        if (rows.isEmpty() || !expected().startsWith(rows) || !rows.endsWith("\n")) {
            throw new Refused(
                    rows.startsWith(expected())
                            ? "it has schema version " + version(versions[versions.length - 2])
                                    + ", newer than this program knows, which has version " + version()
                                    + ": install the version of chatd that made it, or a later one"
                            : "its schema was made by another program than chatd, or by a version that was never released");
        }
        migrate(configure(database)
                .target(version(versions[versions.length - 2]))
                .load());
    }

    /** Returns the schema's version that this program has. */
    public static String version() {
        String[] versions = expected().split("\n", -1);
        return version(versions[versions.length - 2]);
    }

    private static String version(String row) {
        return row.substring(0, row.indexOf(' '));
    }

    private static void migrate(Flyway flyway) {
        MigrationInfoService info = flyway.info();
        for (MigrationInfo migration : info.all()) {
            MigrationState state = migration.getState();
            if (state == MigrationState.FUTURE_SUCCESS || state == MigrationState.FUTURE_FAILED) {
                throw new Refused(
                        "the database has schema version " + migration.getVersion() + ", newer than this program"
                                + " knows: install the version of chatd that made it, or a later one");
            }
            if (state.isFailed()) {
                throw new Refused("the migration of the database to version " + migration.getVersion()
                        + " was interrupted half way: restore the backup made before the upgrade, then start again");
            }
        }
        try {
            flyway.migrate();
        } catch (FlywayException e) {
            throw new Refused("the database can't be migrated: " + firstLine(e), e);
        }
    }

    /**
     * Returns whether Flyway's table has exactly the rows that this program's migrations leave
     * there, so that there is nothing to do. Flyway would find the same, but would take a seventh
     * of the daemon's start time for it.
     */
    static boolean isCurrent(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection()) {
            return isCurrent(connection);
        }
    }

    /** Returns whether the connection's schema is of this program's version. */
    public static boolean isCurrent(Connection connection) throws SQLException {
        try {
            return rows(connection).equals(expected());
        } catch (SQLSyntaxErrorException e) {
            return false; // the table does not exist
        }
    }

    /**
     * Returns the rows of Flyway's table, one per line, in the order in which they were added;
     * {@code ./chat generate} stores them.
     */
    public static String rows(Connection connection) throws SQLException {
        StringBuilder rows = new StringBuilder();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select concat_ws(' ', version, checksum, success) from "
                        + TABLE + " order by installed_rank")) {
            while (result.next()) {
                rows.append(result.getString(1)).append('\n');
            }
        }
        return rows.toString();
    }

    private static String expected() {
        try (InputStream rows = Objects.requireNonNull(Migrations.class.getResourceAsStream(TABLE))) {
            return new String(rows.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String firstLine(FlywayException e) {
        return Arrays.stream(String.valueOf(e.getMessage()).split("\n", -1))
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse("no reason given");
    }
}
