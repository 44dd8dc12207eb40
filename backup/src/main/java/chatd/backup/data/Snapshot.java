package chatd.backup.data;

import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.BackupWriter;
import chatd.backup.archive.Manifest.Amount;
import chatd.sql.Migrations;
import java.io.Closeable;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.sql.DataSource;

/**
 * The database as it was at one moment: a transaction that reads nothing that was committed after it began, and locks
 * nothing. Used by one thread; blocks.
 */
public final class Snapshot implements Closeable {
    private final Connection connection;
    private final List<Table> tables;

    private Snapshot(Connection connection, List<Table> tables) {
        this.connection = connection;
        this.tables = tables;
    }

    /**
     * Takes a snapshot.
     *
     * @throws BackupFailure if the database can't be reached, or its schema is not this program's
     */
    public static Snapshot take(DataSource database) throws BackupFailure {
        try {
            Connection connection = database.getConnection();
            try (Statement statement = connection.createStatement()) {
                statement.execute("set session transaction isolation level repeatable read");
                statement.execute("set session time_zone = '+00:00'");
                // A reader may pause for as long as the backup's medium does.
                statement.execute("set session net_write_timeout = 3600");
                statement.execute("start transaction with consistent snapshot, read only");
                if (!Migrations.isCurrent(connection)) {
                    throw new BackupFailure(
                            "the database's schema is not that of this version of chatd: start the daemon once, which"
                                    + " brings it up to date, or use the chat-admin of the daemon's version");
                }
                return new Snapshot(connection, Table.all(connection));
            } catch (SQLException | BackupFailure e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new BackupFailure("the database can't be read: " + e.getMessage(), e);
        }
    }

    /** Returns when the snapshot was taken, by the database's clock. */
    public Instant time() throws BackupFailure {
        return query(
                "select now(6)", row -> row.getObject(1, LocalDateTime.class).toInstant(ZoneOffset.UTC));
    }

    /** Returns the number of the last entry: a message, an amendment, an expiry, a change of an account or of a group. */
    public long position() throws BackupFailure {
        return query("""
                select greatest(
                  (select coalesce(max(number), 0) from message),
                  (select coalesce(max(number), 0) from amendment),
                  (select coalesce(max(number), 0) from expiry),
                  (select coalesce(max(number), 0) from group_change),
                  (select coalesce(max(number), 0) from account_change))""", row -> row.getLong(1));
    }

    /** Returns the rows of the schema's migrations, one per line. */
    public String schema() throws BackupFailure {
        try {
            return Migrations.rows(connection);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Returns the number and total size of the contents of files. */
    public Amount contents() throws BackupFailure {
        return query(
                "select count(*), coalesce(sum(size), 0) from content where digest is not null",
                row -> new Amount(row.getLong(1), row.getLong(2)));
    }

    /** Returns how many bytes the tables and their indexes take, as estimated by the database. */
    public long bytes() throws BackupFailure {
        return query(
                "select coalesce(sum(data_length + index_length), 0) from information_schema.tables"
                        + " where table_schema = database()",
                row -> row.getLong(1));
    }

    private interface Reading<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> T query(String sql, Reading<T> reading) throws BackupFailure {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return reading.read(row);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private static BackupFailure failure(SQLException e) {
        return new BackupFailure("the database can't be read any more: " + e.getMessage(), e);
    }

    /**
     * Writes all rows.
     *
     * @param progress called again and again meanwhile
     * @throws IOException if the backup can't be written, or the database can't be read
     */
    public void writeRows(BackupWriter to, Runnable progress) throws IOException {
        try {
            for (Table table : tables) {
                RowWriter.write(table, connection, to, progress);
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /**
     * Writes contents of files.
     *
     * @param isWanted whether a content is to be written, by its digest
     * @param progress called after each
     * @throws IOException if the backup can't be written, or the database can't be read
     */
    public void writeContents(BackupWriter to, Predicate<byte[]> isWanted, Runnable progress) throws IOException {
        try {
            new ContentWriter(connection).write(to, isWanted, progress);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Passes the digest of each content of a file that is complete. */
    public void forEachContent(Consumer<byte[]> digest) throws BackupFailure {
        try {
            new ContentWriter(connection).forEach(digest);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IOException("the connection to the database can't be closed: " + e.getMessage(), e);
        }
    }
}
