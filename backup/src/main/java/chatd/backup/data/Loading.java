package chatd.backup.data;

import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.BackupReader;
import chatd.backup.archive.Manifest;
import chatd.sql.Migrations;
import java.io.Closeable;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * Loads the database of a backup into an empty schema, and brings it up to this program's version. Used by one thread;
 * blocks.
 */
public final class Loading implements Closeable {
    private final DataSource database;
    private final Connection connection;
    private final RowLoader rows;
    private final ContentLoader contents;

    private Loading(DataSource database, Connection connection) throws SQLException {
        this.database = database;
        this.connection = connection;
        this.rows = new RowLoader(connection);
        this.contents = new ContentLoader(connection);
    }

    /**
     * Creates the schema of the backup's version.
     *
     * @param database an empty schema
     * @throws BackupFailure if this program does not know that version, or the database can't be written
     */
    public static Loading begin(Manifest manifest, DataSource database) throws BackupFailure {
        if (manifest.isContents()) {
            throw new BackupFailure(
                    "the file has nothing but contents of files, for the backups beside it: name one of those");
        }
        try {
            Migrations.create(database, manifest.schema());
            Connection connection = database.getConnection();
            try (Statement statement = connection.createStatement()) {
                // In the order in which they come, rows refer to others that are not there yet.
                statement.execute("set session foreign_key_checks = 0, unique_checks = 0");
                statement.execute("set session time_zone = '+00:00'");
                connection.setAutoCommit(false);
                return new Loading(database, connection);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (Migrations.Refused e) {
            throw new BackupFailure("the backup can't be restored by this version of chatd: " + e.getMessage(), e);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private static BackupFailure failure(SQLException e) {
        return new BackupFailure("the database can't be written: " + e.getMessage(), e);
    }

    /** Returns whether an entry belongs to the database. */
    public static boolean isPart(String entry) {
        return RowLoader.isRows(entry) || ContentLoader.isContent(entry);
    }

    /** Returns whether an entry is the content of a file. */
    public static boolean isContent(String entry) {
        return ContentLoader.isContent(entry);
    }

    /**
     * Loads an entry: rows, or the content of a file.
     *
     * @throws BackupFailure if it does not fit the schema, or the database can't be written
     */
    public void load(BackupReader.Entry entry) throws IOException {
        try {
            if (RowLoader.isRows(entry.name())) {
                rows.load(entry);
            } else {
                contents.load(entry);
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /**
     * Ends the loading: brings the schema up to this program's version.
     *
     * @throws BackupFailure if contents of files are missing, or the schema can't be brought up to date
     */
    public void finish() throws BackupFailure {
        try {
            long missing = contents.missing();
            if (missing > 0) {
                throw new BackupFailure(missing + (missing == 1 ? " file is" : " files are")
                        + " neither in the backup nor in the earlier ones that it names");
            }
            Migrations.migrate(database);
        } catch (Migrations.Refused e) {
            throw new BackupFailure("the backup can't be brought up to this version: " + e.getMessage(), e);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Returns the connection, on which each statement is a transaction of its own from now on. */
    public Connection connection() throws BackupFailure {
        try {
            connection.setAutoCommit(true);
            return connection;
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
