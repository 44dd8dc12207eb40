package chatd.backup.data;

import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.Manifest;
import chatd.backup.directory.ErasedList;
import java.io.Closeable;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import javax.sql.DataSource;

/**
 * The schemas of a database server in which a restoration takes place: the daemon's, the new one beside it, and the one
 * to which what was there is moved. Used by one thread; blocks.
 */
public final class Schemas implements Closeable {
    /**
     * How many numbers of entries are left out for each second since the backup: more than a daemon can commit; so that
     * no number that was given after the backup, which nobody may know any more, is given again.
     */
    private static final long ENTRIES_PER_SECOND = 100_000;

    private static final long LEAST_ENTRIES = 1L << 32;
    private static final long FILES = 1_000_000;
    private static final long ACCOUNTS = 100_000;

    /** Seconds to wait for the lock that a daemon holds. */
    private static final int LOCK_SECONDS = 3;

    private final Connection connection;

    private Schemas(Connection connection) {
        this.connection = connection;
    }

    /**
     * Connects.
     *
     * @throws BackupFailure if the server can't be reached
     */
    public static Schemas connect(DataSource server) throws BackupFailure {
        try {
            Connection connection = server.getConnection();
            try (Statement statement = connection.createStatement()) {
                statement.execute("set session time_zone = '+00:00'");
            }
            return new Schemas(connection);
        } catch (SQLException e) {
            throw new BackupFailure("the database can't be reached: " + e.getMessage(), e);
        }
    }

    /**
     * Takes the lock that a daemon holds as long as it runs; it is released when this is closed.
     *
     * @throws BackupFailure if a daemon holds it
     */
    public void lock(String name) throws BackupFailure {
        try (PreparedStatement lock = connection.prepareStatement("select get_lock(?, ?)")) {
            lock.setString(1, name);
            lock.setInt(2, LOCK_SECONDS);
            try (ResultSet row = lock.executeQuery()) {
                if (!row.next() || row.getInt(1) != 1) {
                    throw new BackupFailure(
                            "a daemon is using the database: stop it first (systemctl stop chatd.socket chatd)");
                }
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** What a schema has. */
    public record Occupied(long accounts, long entries) {}

    /** Returns what is in a schema; zeros if it does not exist, or has no tables of chatd. */
    public Occupied occupied(String schema) throws BackupFailure {
        return tables(schema).contains("message")
                ? new Occupied(
                        number("select count(*) from " + in(schema, "account")),
                        number("select count(*) from " + in(schema, "message")))
                : new Occupied(0, 0);
    }

    /** Returns the directory in which the server keeps its files. */
    public String dataDirectory() throws BackupFailure {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select @@datadir")) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Deletes a schema, if it exists. */
    public void delete(String schema) throws BackupFailure {
        try {
            execute("drop database if exists " + Table.quoted(schema));
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Creates an empty schema, in the place of one of this name that an interrupted restoration left. */
    public void createAnew(String schema) throws BackupFailure {
        try {
            execute("drop database if exists " + Table.quoted(schema));
            execute("create database " + Table.quoted(schema) + " character set utf8mb4");
        } catch (SQLException e) {
            throw new BackupFailure(
                    "a new schema can't be created in the database: " + e.getMessage()
                            + ". Run this as root, or as a user of the database who may create schemas",
                    e);
        }
    }

    /**
     * Records in a restored schema who has to be erased again, once the daemon starts: who is in the list, and not erased
     * there, or less.
     *
     * @return how many are
     * @throws BackupFailure also if the schema is of a version in which nobody could be erased, and somebody has to be
     */
    public int recordErased(String restored, Collection<ErasedList.Person> list) throws BackupFailure {
        if (list.isEmpty()) {
            return 0;
        }
        if (!tables(restored).contains("erasure")) {
            throw new BackupFailure(
                    "this backup is of a version that could not erase people, and the list " + ErasedList.NAME
                            + " beside it has some: move the list elsewhere, restore the backup, and erase them anew");
        }
        try (PreparedStatement insert = connection.prepareStatement("insert into " + in(restored, "erasure")
                + " (account, everywhere, began) select number, ?, ? from " + in(restored, "account")
                + " where number = ? and created = ? on duplicate key update"
                + " ended = if(values(everywhere) and not everywhere, null, ended),"
                + " everywhere = everywhere or values(everywhere)")) {
            for (ErasedList.Person person : list) {
                insert.setBoolean(1, person.everywhere());
                insert.setObject(2, LocalDateTime.ofInstant(person.erased(), ZoneOffset.UTC));
                insert.setLong(3, person.account());
                insert.setObject(4, LocalDateTime.ofInstant(person.created(), ZoneOffset.UTC));
                insert.executeUpdate();
            }
        } catch (SQLException e) {
            throw failure(e);
        }
        return Math.toIntExact(number("select count(*) from " + in(restored, "erasure") + " where ended is null"));
    }

    /**
     * Records in a restored schema that it was restored, and above which numbers it goes on.
     *
     * @param other a schema of the same daemon, whose numbers are not given again either; it may not exist
     * @param sha256 of the backup's file, in hexadecimal
     */
    public void recordRestoration(String restored, String other, Manifest manifest, String sha256, Instant now)
            throws BackupFailure {
        long elapsed = Math.max(0, Duration.between(manifest.time(), now).toSeconds());
        long entries = Math.max(LEAST_ENTRIES, elapsed * ENTRIES_PER_SECOND);
        long begins = 0;
        long file = 0;
        long account = 0;
        long group = 0;
        for (String schema : List.of(restored, other)) {
            List<String> tables = tables(schema);
            for (String table : List.of("message", "amendment", "expiry", "account_change", "group_change")) {
                begins = Math.max(begins, highest(tables, schema, table, "number"));
            }
            begins = Math.max(begins, highest(tables, schema, "number_floor", "message"));
            begins = Math.max(begins, highest(tables, schema, "number_floor", "account_change"));
            file = Math.max(file, highest(tables, schema, "file", "number"));
            file = Math.max(file, highest(tables, schema, "number_floor", "file"));
            account = Math.max(account, highest(tables, schema, "account", "number"));
            account = Math.max(account, highest(tables, schema, "number_floor", "account"));
            group = Math.max(group, highest(tables, schema, "chat_group", "number"));
            if (tables.contains("chat_group")) {
                group = Math.max(group, highest(tables, schema, "number_floor", "chat_group"));
            }
        }
        try (PreparedStatement insert = connection.prepareStatement("insert into " + in(restored, "restoration")
                + " (begins, position, file, account, chat_group, backup_time, backup_sha256, time, logged)"
                + " values (?, ?, ?, ?, ?, ?, ?, ?, false)")) {
            insert.setLong(1, begins + entries);
            insert.setLong(2, manifest.position());
            insert.setLong(3, file + FILES);
            insert.setLong(4, account + ACCOUNTS);
            insert.setLong(5, group + ACCOUNTS);
            insert.setObject(6, LocalDateTime.ofInstant(manifest.time(), ZoneOffset.UTC));
            insert.setBytes(7, HexFormat.of().parseHex(sha256));
            insert.setObject(8, LocalDateTime.ofInstant(now, ZoneOffset.UTC));
            insert.executeUpdate();
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private long highest(List<String> tables, String schema, String table, String column) throws BackupFailure {
        return tables.contains(table)
                ? number("select coalesce(max(" + Table.quoted(column) + "), 0) from " + in(schema, table))
                : 0;
    }

    /**
     * Puts the tables of one schema in the place of another's, which are moved to a third, in one statement.
     *
     * @return whether there was anything to move
     */
    public boolean exchange(String restored, String current, String aside) throws BackupFailure {
        List<String> renames = new ArrayList<>();
        List<String> old = tables(current);
        for (String table : old) {
            renames.add(in(current, table) + " to " + in(aside, table));
        }
        for (String table : tables(restored)) {
            renames.add(in(restored, table) + " to " + in(current, table));
        }
        try {
            execute("create database if not exists " + Table.quoted(current) + " character set utf8mb4");
            if (!old.isEmpty()) {
                execute("create database " + Table.quoted(aside) + " character set utf8mb4");
            }
            execute("set session foreign_key_checks = 0");
            execute("rename table " + String.join(", ", renames));
            execute("drop database " + Table.quoted(restored));
        } catch (SQLException e) {
            throw failure(e);
        }
        return !old.isEmpty();
    }

    private List<String> tables(String schema) throws BackupFailure {
        List<String> tables = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("select table_name from information_schema.tables"
                + " where table_schema = ? and table_type = 'BASE TABLE' order by table_name")) {
            query.setString(1, schema);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    tables.add(rows.getString(1));
                }
            }
        } catch (SQLException e) {
            throw failure(e);
        }
        return tables;
    }

    private static String in(String schema, String table) {
        return Table.quoted(schema) + "." + Table.quoted(table);
    }

    private long number(String sql) throws BackupFailure {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static BackupFailure failure(SQLException e) {
        return new BackupFailure("the database can't be written: " + e.getMessage(), e);
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
