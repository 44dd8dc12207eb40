package chatd.backup;

import chatd.backup.archive.BackupFailure;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Rewrites the database's files, so that nothing of what was deleted is left in them: MariaDB itself only marks it as free
 * (page {@code personal-data.md}, "What MariaDB still has"). The daemon goes on meanwhile. Used by one thread; blocks.
 */
public final class Compaction {
    /** By how much the redo log is made larger, and then smaller again: each time it is made anew. */
    private static final long STEP = 1 << 20;

    private final Statement statement;
    private final String schema;
    private final Progressing progress;

    private Compaction(Statement statement, String schema, Progressing progress) {
        this.statement = statement;
        this.schema = schema;
        this.progress = progress;
    }

    /**
     * Rewrites all tables, one after another, and then the redo log. Needs room for the largest table once more.
     *
     * @return what may still have something, and why, as sentences; empty if nothing has
     * @throws BackupFailure if the tables can't be rewritten
     */
    public static List<String> run(Backup.Daemon daemon, Progressing progress) throws IOException {
        var access = DatabaseAccess.of(daemon.config().database());
        try (Connection connection = DatabaseAccess.source(access).getConnection();
                Statement statement = connection.createStatement()) {
            return new Compaction(statement, access.name(), progress).run();
        } catch (SQLException e) {
            throw new BackupFailure("the database's files can't be rewritten: " + e.getMessage(), e);
        }
    }

    private List<String> run() throws SQLException {
        List<String> left = new ArrayList<>();
        attempt(
                "set global innodb_max_purge_lag_wait = 0",
                "the undo log, until MariaDB has purged it by itself: minutes, where nobody uses the server",
                left);
        List<String> tables = strings("select table_name from information_schema.tables where table_schema = '" + schema
                + "' and table_type = 'BASE TABLE' order by table_name");
        for (String table : tables) {
            progress.show("rewriting the table " + table);
            statement.execute("alter table `" + schema + "`.`" + table + "` force, algorithm = inplace, lock = none");
        }
        progress.show("making the redo log anew");
        remakeRedoLog(left);
        if (strings("select @@log_bin").getFirst().equals("1")) {
            left.add("the binary logs, which MariaDB keeps as long as it is told to: `purge binary logs`");
        }
        return left;
    }

    private void remakeRedoLog(List<String> left) throws SQLException {
        long size = Long.parseLong(strings("select @@innodb_log_file_size").getFirst());
        String remains = "the redo log, until MariaDB has written it once round, or makes it anew with another"
                + " innodb_log_file_size";
        if (attempt("set global innodb_log_file_size = " + (size + STEP), remains, left)) {
            attempt("set global innodb_log_file_size = " + size, remains, left);
        }
    }

    /** Executes a statement that not every user of the database, or every version, may; returns whether it did. */
    private boolean attempt(String command, String remains, List<String> left) {
        try {
            statement.execute(command);
            return true;
        } catch (SQLException e) {
            left.add(remains + " (" + e.getMessage() + ")");
            return false;
        }
    }

    private List<String> strings(String query) throws SQLException {
        List<String> all = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                all.add(rows.getString(1));
            }
        }
        return all;
    }
}
