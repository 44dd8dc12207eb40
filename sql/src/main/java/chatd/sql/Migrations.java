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
        FluentConfiguration configuration = Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(database)
                .locations("classpath:chatd/sql/migration")
                .communityDBSupportEnabled(false)
                .validateMigrationNaming(true)
                .table(TABLE);
        Flyway flyway = configuration.load();
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
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            return rows(statement).equals(expected());
        } catch (SQLSyntaxErrorException e) {
            return false; // the table does not exist
        }
    }

    /**
     * Returns the rows of Flyway's table, one per line, in the order in which they were added;
     * {@code ./chat generate} stores them.
     */
    static String rows(Statement statement) throws SQLException {
        StringBuilder rows = new StringBuilder();
        try (ResultSet result = statement.executeQuery(
                "select concat_ws(' ', version, checksum, success) from " + TABLE + " order by installed_rank")) {
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
