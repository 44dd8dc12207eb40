package chatd.sql;

import java.util.Arrays;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** Migrates a schema to this program's version: only forwards, and never on top of a half-finished migration. */
public final class Migrations {
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
     * @throws Refused if the schema is newer than this program, half migrated, or made by other migrations than this
     *     program's; or if migrating it fails
     */
    public static void migrate(DataSource database) {
        FluentConfiguration configuration = Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(database)
                .locations("classpath:chatd/sql/migration")
                .communityDBSupportEnabled(false)
                .validateMigrationNaming(true)
                .table("schema_version");
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

    private static String firstLine(FlywayException e) {
        return Arrays.stream(String.valueOf(e.getMessage()).split("\n", -1))
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse("no reason given");
    }
}
