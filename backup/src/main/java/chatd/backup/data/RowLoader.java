package chatd.backup.data;

import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.BackupReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Loads the rows in a backup into empty tables of the schema version that it was made of ({@link RowWriter} has the
 * form). Each entry is a transaction. Used by one thread; blocks.
 */
final class RowLoader {
    private static final Pattern ENTRY = Pattern.compile("database/([a-z0-9_]{1,64})/\\d{5,9}\\.jsonl");

    /** Rows, and bytes, sent to the database at a time. */
    private static final int BATCH = 1_000;

    private static final int BATCH_BYTES = 4 << 20;

    private static final JsonFactory JSON = new JsonFactory();

    private final Connection connection;
    private final Map<String, Table> tables = new HashMap<>();

    /** @param connection to the schema, with autocommit off and without checks of foreign keys */
    RowLoader(Connection connection) throws SQLException {
        this.connection = connection;
        Table.all(connection).forEach(table -> tables.put(table.name(), table));
    }

    /** Returns whether an entry has rows. */
    static boolean isRows(String entry) {
        return entry.startsWith("database/");
    }

    /**
     * Loads an entry.
     *
     * @throws BackupFailure if the schema lacks the table or one of its columns, or the database refuses a row
     */
    void load(BackupReader.Entry entry) throws IOException, SQLException {
        Matcher name = ENTRY.matcher(entry.name());
        Table table = name.matches() ? tables.get(name.group(1)) : null;
        if (table == null) {
            throw new BackupFailure("the backup has rows of a table that its schema lacks: " + entry.name());
        }
        byte[] bytes = entry.readWhole();
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), bytes)) {
            Table written = table(table, columns(json));
            try (PreparedStatement insert = connection.prepareStatement("insert into " + written.quotedName() + " ("
                    + written.columnList() + ") values ("
                    + String.join(", ", Collections.nCopies(written.columns().size(), "?")) + ")")) {
                insertRows(json, written, insert);
            }
            connection.commit();
        } catch (JacksonException e) {
            throw new BackupFailure("the backup's " + entry.name() + " can't be read: " + e.getOriginalMessage(), e);
        }
    }

    private static List<String> columns(JsonParser json) {
        List<String> columns = new ArrayList<>();
        json.nextToken();
        while (json.nextToken() == JsonToken.VALUE_STRING) {
            columns.add(json.getString());
        }
        return columns;
    }

    /** Returns the table with the columns in the order in which they were written. */
    private static Table table(Table table, List<String> written) throws BackupFailure {
        List<Table.Column> columns = new ArrayList<>();
        for (String name : written) {
            columns.add(table.columns().stream()
                    .filter(column -> column.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new BackupFailure(
                            "the backup has a column that its schema lacks: " + name + " of " + table.name())));
        }
        return new Table(table.name(), columns);
    }

    private static void insertRows(JsonParser json, Table table, PreparedStatement insert) throws SQLException {
        int rows = 0;
        long bytes = 0;
        while (json.nextToken() == JsonToken.START_ARRAY) {
            for (int i = 0; i < table.columns().size(); i++) {
                json.nextToken();
                bytes += set(insert, i + 1, table.columns().get(i), json);
            }
            json.nextToken();
            insert.addBatch();
            if (++rows == BATCH || bytes >= BATCH_BYTES) {
                insert.executeBatch();
                rows = 0;
                bytes = 0;
            }
        }
        if (rows > 0) {
            insert.executeBatch();
        }
    }

    /** Sets a value of a row; returns its size in bytes. */
    private static long set(PreparedStatement insert, int index, Table.Column column, JsonParser json)
            throws SQLException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            insert.setNull(index, column.isBinary() ? Types.BINARY : Types.VARCHAR);
            return 1;
        }
        if (column.isBinary()) {
            byte[] value = json.getBinaryValue();
            insert.setBytes(index, value);
            return value.length;
        }
        @Nullable String value = json.getString();
        insert.setString(index, value);
        return value == null ? 1 : value.getBytes(StandardCharsets.UTF_8).length;
    }
}
