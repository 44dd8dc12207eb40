package chatd.acceptance.person;

import chatd.acceptance.kit.Chatd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Everything that a daemon has stored: the rows of all tables, and its files. */
final class StoredBytes {
    /** Bytes, and where they are. */
    private record Part(String where, String bytes) {}

    private final List<Part> parts = new ArrayList<>();

    private StoredBytes() {}

    /**
     * Reads all tables, and all files of the daemon's directory.
     *
     * @param isWithLog whether those of the log are among them
     * @throws SQLException if a table can't be read
     */
    static StoredBytes of(Chatd daemon, boolean isWithLog) throws SQLException, IOException {
        StoredBytes all = new StoredBytes();
        try (Connection connection = daemon.sql();
                Statement statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (ResultSet names = statement.executeQuery(
                    "select table_name from information_schema.tables where table_schema = database()")) {
                while (names.next()) {
                    tables.add(names.getString(1));
                }
            }
            for (String table : tables) {
                try (ResultSet rows = statement.executeQuery("select * from `" + table + "`")) {
                    all.addRows(table, rows);
                }
            }
        }
        try (var files = Files.walk(daemon.directory)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> isWithLog || !file.startsWith(daemon.auditLog()))
                    .filter(file -> !file.getFileName().toString().endsWith(".log"))
                    .toList()) {
                all.addFile(file);
            }
        }
        return all;
    }

    /**
     * Reads all files of the database's server, as they are on the disk.
     *
     * @throws SQLException if it does not say where they are
     */
    static StoredBytes ofServer(Chatd daemon) throws SQLException, IOException {
        StoredBytes all = new StoredBytes();
        Path data;
        try (Connection connection = daemon.sql();
                Statement statement = connection.createStatement();
                ResultSet directory = statement.executeQuery("select @@datadir")) {
            directory.next();
            data = Path.of(directory.getString(1));
        }
        try (var files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.addFile(file);
            }
        }
        return all;
    }

    private void addRows(String table, ResultSet rows) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
            for (int i = 1; i <= columns; i++) {
                boolean isBinary = rows.getMetaData().getColumnTypeName(i).matches(".*(BLOB|BINARY).*");
                byte[] bytes = isBinary
                        ? rows.getBytes(i)
                        : String.valueOf(rows.getString(i)).getBytes(StandardCharsets.UTF_8);
                if (bytes != null) {
                    add(table + "." + rows.getMetaData().getColumnName(i), bytes);
                }
            }
        }
    }

    private void addFile(Path file) {
        try {
            add(file.toString(), Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            // The index has replaced it meanwhile.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(String where, byte[] bytes) {
        parts.add(new Part(where, new String(bytes, StandardCharsets.ISO_8859_1)));
    }

    /** Returns in which columns and files a text is, sorted. */
    List<String> placesOf(String text) {
        TreeSet<String> places = new TreeSet<>();
        for (Part part : parts) {
            if (part.bytes().contains(text)) {
                places.add(part.where());
            }
        }
        return List.copyOf(places);
    }
}
