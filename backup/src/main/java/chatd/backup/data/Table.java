package chatd.backup.data;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A table of any version of the schema, as the database describes it.
 */
public record Table(String name, List<Column> columns) {
    /** Tables that are in a backup in another form: the version of the schema, and the bytes of files. */
    public static final Set<String> IN_ANOTHER_FORM = Set.of("schema_version", "content_chunk");

    private static final Set<String> BINARY =
            Set.of("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob");

    /** @param isBinary whether its values are bytes, not text */
    public record Column(String name, boolean isBinary) {}

    /** Returns the tables of the connection's schema whose rows are in a backup, by name. */
    public static List<Table> all(Connection connection) throws SQLException {
        Map<String, List<Column>> columns = new LinkedHashMap<>();
        try (PreparedStatement query = connection.prepareStatement("""
                select table_name, column_name, data_type
                from information_schema.columns join information_schema.tables using (table_schema, table_name)
                where table_schema = database() and table_type = 'BASE TABLE'
                order by table_name, ordinal_position""");
                ResultSet result = query.executeQuery()) {
            while (result.next()) {
                String table = result.getString(1);
                if (!IN_ANOTHER_FORM.contains(table)) {
                    columns.computeIfAbsent(table, name -> new ArrayList<>())
                            .add(new Column(result.getString(2), BINARY.contains(result.getString(3))));
                }
            }
        }
        return columns.entrySet().stream()
                .map(each -> new Table(each.getKey(), List.copyOf(each.getValue())))
                .toList();
    }

    String quotedName() {
        return quoted(name);
    }

    /** Returns the names of the columns as they stand in a statement. */
    String columnList() {
        return columns.stream().map(column -> quoted(column.name())).collect(Collectors.joining(", "));
    }

    /** Returns an identifier in quotes. */
    static String quoted(String identifier) {
        return "`" + identifier.replace("`", "``") + "`";
    }
}
