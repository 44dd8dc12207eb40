package chatd.backup.data;

import chatd.backup.archive.BackupWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes the rows of a table into a backup: entries {@code database/TABLE/00001.jsonl} and so on of some MiB, each a
 * line of JSON with the names of the columns, then one array per row. All values are strings as the database prints
 * them, bytes in Base64, or null. Used by one thread; blocks.
 */
final class RowWriter {
    /** Bytes after which the next entry begins; a row is at most as large as the database's packet. */
    private static final int PART = 4 << 20;

    /** Rows that the driver fetches at a time. */
    private static final int FETCH = 500;

    /** Conditions on the rows of tables of which some are left out. */
    private static final Map<String, String> CONDITIONS = Map.of(
            // Without a digest: an upload that is not complete.
            "content", "digest is not null");

    private static final JsonFactory JSON = new JsonFactory();

    private final Table table;
    private final BackupWriter to;
    private int part;

    private RowWriter(Table table, BackupWriter to) {
        this.table = table;
        this.to = to;
    }

    /**
     * Writes all rows.
     *
     * @param connection in a transaction, whose snapshot is written
     * @param progress called after each part
     */
    static void write(Table table, Connection connection, BackupWriter to, Runnable progress)
            throws IOException, SQLException {
        RowWriter writer = new RowWriter(table, to);
        String condition = CONDITIONS.get(table.name());
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCH);
            try (ResultSet rows = statement.executeQuery("select " + table.columnList() + " from " + table.quotedName()
                    + (condition == null ? "" : " where " + condition))) {
                for (boolean isMore = rows.next(); isMore; ) {
                    isMore = writer.writePart(rows);
                    progress.run();
                }
            }
        }
    }

    /** Writes an entry that begins with the current row; returns whether there is another row after it. */
    private boolean writePart(ResultSet rows) throws IOException, SQLException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
        boolean isMore = true;
        try (JsonGenerator json = JSON.createGenerator(tools.jackson.core.ObjectWriteContext.empty(), bytes)) {
            json.writeStartArray();
            for (Table.Column column : table.columns()) {
                json.writeString(column.name());
            }
            json.writeEndArray();
            json.writeRaw('\n');
            while (isMore && bytes.size() < PART) {
                writeRow(rows, json);
                isMore = rows.next();
            }
        }
        to.add(entry(table.name(), ++part), bytes.toByteArray());
        return isMore;
    }

    private void writeRow(ResultSet rows, JsonGenerator json) throws SQLException {
        json.writeStartArray();
        for (int i = 0; i < table.columns().size(); i++) {
            if (table.columns().get(i).isBinary()) {
                byte[] value = rows.getBytes(i + 1);
                if (value == null) {
                    json.writeNull();
                } else {
                    json.writeBinary(value);
                }
            } else {
                json.writeString(rows.getString(i + 1));
            }
        }
        json.writeEndArray();
        json.writeRaw('\n');
        // Otherwise up to 8 KB would be in the generator's buffer, unseen by the size.
        json.flush();
    }

    private static String entry(String table, int part) {
        return String.format(Locale.ROOT, "database/%s/%05d.jsonl", table, part);
    }
}
