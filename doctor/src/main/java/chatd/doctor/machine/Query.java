package chatd.doctor.machine;

import chatd.daemon.store.db.Database;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks the database what concerns its server rather than the daemon's data. Used by one thread; blocks. */
public final class Query implements AutoCloseable {
    private final Connection connection;

    /** @throws IOException if the database can't be reached */
    public Query(Database database) throws IOException {
        try {
            connection = database.connect();
        } catch (SQLException e) {
            throw new IOException("the database can't be reached: " + e.getMessage(), e);
        }
    }

    public Connection connection() {
        return connection;
    }

    /**
     * Returns the first two columns of each row.
     *
     * @throws IOException if the server refuses; the message says why
     */
    public Map<String, String> pairs(String sql, Object... values) throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        run(sql, row -> all.put(row.getString(1), String.valueOf(row.getString(2))), values);
        return all;
    }

    /** Returns the first column of each row. */
    public List<String> strings(String sql, Object... values) throws IOException {
        List<String> all = new ArrayList<>();
        run(sql, row -> all.add(String.valueOf(row.getString(1))), values);
        return all;
    }

    /** Returns the first column of the first row, as a number; empty if there is none, or it is null. */
    public Optional<Long> number(String sql, Object... values) throws IOException {
        List<@Nullable Long> all = new ArrayList<>();
        run(
                sql,
                row -> {
                    long number = row.getLong(1);
                    all.add(row.wasNull() ? null : (Long) number);
                },
                values);
        return all.isEmpty() ? Optional.empty() : Optional.ofNullable(all.getFirst());
    }

    private interface Reader {
        void read(ResultSet row) throws SQLException;
    }

    private void run(String sql, Reader reader, Object... values) throws IOException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        } catch (SQLException e) {
            throw new IOException("the database refuses: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
