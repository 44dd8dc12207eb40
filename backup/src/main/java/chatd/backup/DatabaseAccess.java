package chatd.backup;

import chatd.backup.archive.BackupFailure;
import chatd.daemon.config.Config;
import chatd.daemon.store.db.Database;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Reaches the daemon's database as whoever runs this program: over a Unix socket the server tells its users by the
 * kernel's word, so that root comes in as root.
 */
public final class DatabaseAccess {
    /** The class of SQL states for a user who is not let in. */
    private static final String NOT_ALLOWED = "28";

    private DatabaseAccess() {}

    /**
     * Returns how to reach the database: its configuration, with a user who is let in.
     *
     * @throws BackupFailure if nobody is, or it can't be reached
     */
    public static Config.Database of(Config.Database config) throws BackupFailure {
        return letIn(config, config.name());
    }

    /** As {@link #of}, though the daemon's schema may not exist yet. */
    static Config.Database ofServer(Config.Database config) throws BackupFailure {
        return letIn(config, "information_schema");
    }

    private static Config.Database letIn(Config.Database config, String schema) throws BackupFailure {
        Set<String> users = new LinkedHashSet<>();
        if (config.socket().isPresent() && config.passwordFile().isEmpty()) {
            users.add(System.getProperty("user.name", "root"));
        }
        users.add(config.user());
        String refused = "";
        for (String user : users) {
            Config.Database access = config.with(schema, user);
            try (Connection connection = source(access).getConnection()) {
                return access;
            } catch (SQLException e) {
                refused = e.getMessage();
                if (!String.valueOf(e.getSQLState()).startsWith(NOT_ALLOWED)) {
                    break;
                }
            }
        }
        throw new BackupFailure("the database can't be reached: " + refused);
    }

    /**
     * Returns where connections come from that wait as long as it takes.
     *
     * @throws BackupFailure if the password can't be read, or the address is wrong
     */
    static DataSource source(Config.Database access) throws BackupFailure {
        try {
            return Database.source(access, Duration.ZERO);
        } catch (IOException e) {
            throw new BackupFailure("the password of the database can't be read: " + e.getMessage(), e);
        } catch (SQLException e) {
            throw new BackupFailure("the database's address is wrong: " + e.getMessage(), e);
        }
    }
}
