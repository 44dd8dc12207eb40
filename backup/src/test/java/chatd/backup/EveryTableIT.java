package chatd.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.BackupReader;
import chatd.backup.archive.BackupWriter;
import chatd.backup.archive.Manifest;
import chatd.backup.archive.Pace;
import chatd.backup.data.Loading;
import chatd.backup.data.Snapshot;
import chatd.mariadb.FileTree;
import chatd.sql.Migrations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Every table of every version goes into a backup and comes out of it, whatever is in its rows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryTableIT {
    /** What a backup does not have, and why. */
    private static final Map<String, String> LEFT_OUT = Map.of(
            "schema_version", "the manifest has its rows, from which the schema is made again",
            "content_chunk", "the contents themselves are entries, by their digest");

    private static final int ROWS = 40;
    private static final int CHUNK = 256 << 10;

    private final TestServer server = start();
    private Path directory = Path.of("/nonexistent");

    private static TestServer start() {
        try {
            return new TestServer();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void createDirectory() throws IOException {
        directory = Files.createTempDirectory("tb");
    }

    @AfterEach
    void deleteDirectory() throws IOException {
        FileTree.delete(directory);
    }

    @AfterAll
    void stop() throws IOException {
        server.close();
    }

    private static Manifest manifest(Snapshot snapshot, String schema) throws IOException {
        return new Manifest(
                Manifest.FORMAT,
                false,
                "test",
                "here",
                snapshot.time(),
                snapshot.position(),
                schema,
                snapshot.contents(),
                snapshot.bytes(),
                0,
                "",
                Map.of(),
                "/nonexistent/log",
                Map.of(),
                List.of(),
                List.of());
    }

    private Path backup(DataSource database) throws IOException {
        Path file = directory.resolve("backup");
        try (Snapshot snapshot = Snapshot.take(database);
                BackupWriter writer =
                        new BackupWriter(Files.newOutputStream(file), List.of(), new Pace(Pace.UNLIMITED))) {
            writer.add(Manifest.ENTRY, manifest(snapshot, snapshot.schema()).toBytes());
            snapshot.writeRows(writer, () -> {});
            snapshot.writeContents(writer, digest -> true, () -> {});
            writer.finish();
        }
        return file;
    }

    private void restore(Path file, DataSource into) throws IOException {
        try (BackupReader reader = BackupReader.open(file, List.of());
                Loading loading = Loading.begin(reader.manifest(), into)) {
            Extraction extraction = new Extraction(reader, directory.resolve("extracted"), how -> {});
            extraction.readFiles();
            extraction.readRest(loading);
            loading.finish();
        }
    }

    /** A column as the database describes it. */
    private record Column(String name, String type, boolean isNullable, long length, String wholeType) {}

    private static Map<String, List<Column>> tables(Connection connection) throws SQLException {
        Map<String, List<Column>> tables = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select table_name, column_name, data_type, is_nullable, character_maximum_length, column_type"
                                + " from information_schema.columns where table_schema = database()"
                                + " order by table_name, ordinal_position")) {
            while (rows.next()) {
                tables.computeIfAbsent(rows.getString(1), name -> new ArrayList<>())
                        .add(new Column(
                                rows.getString(2),
                                rows.getString(3),
                                rows.getString(4).equals("YES"),
                                rows.getLong(5),
                                rows.getString(6)));
            }
        }
        return tables;
    }

    /** Returns a value that is as awkward as its column allows, and different for each row. */
    private static Object value(Column column, int row, Random random) {
        int most = (int) Math.min(column.length(), 5_000);
        return switch (column.type()) {
            case "bigint" ->
                row == 0 && column.wholeType().contains("unsigned")
                        ? Long.toString(Long.MAX_VALUE)
                        : Long.toString(1_000_000L * row + random.nextInt(1_000_000));
            case "int" -> Long.toString(row == 0 && column.wholeType().contains("unsigned") ? 4_294_967_295L : row);
            case "smallint" ->
                Integer.toString(row > 0 ? row : column.wholeType().contains("unsigned") ? 65_535 : -32_768);
            case "tinyint" -> Integer.toString(column.wholeType().startsWith("tinyint(1)") ? row % 2 : row % 256);
            case "datetime" -> "2026-11-%02d 23:59:59.%06d".formatted(1 + row % 28, random.nextInt(1_000_000));
            case "binary", "mediumblob", "varbinary" -> {
                byte[] bytes =
                        new byte[column.type().equals("binary") ? most : row == 1 ? 0 : 1 + random.nextInt(most)];
                random.nextBytes(bytes);
                yield bytes;
            }
            default -> text(column, row, random, most);
        };
    }

    private static String text(Column column, int row, Random random, int most) {
        boolean isWide = column.length() == 0 || column.type().equals("mediumtext");
        List<String> pieces = column.wholeType().startsWith("varchar") && most < 20
                ? List.of("a", "b", "7")
                : List.of("a", "'", "\"", "\\", "\n", "\t", "%", "`", "\u0001", "\u007f", " ");
        StringBuilder text = new StringBuilder("r" + row);
        while (text.length() < Math.min(most, isWide ? 4_000 : 60) - 4 && random.nextInt(40) > 0) {
            text.append(pieces.get(random.nextInt(pieces.size())));
        }
        return text.toString();
    }

    private static void fill(DataSource database, Random random) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement checks = connection.createStatement()) {
            checks.execute("set session foreign_key_checks = 0");
            for (Map.Entry<String, List<Column>> table : tables(connection).entrySet()) {
                if (LEFT_OUT.containsKey(table.getKey()) || table.getKey().equals("content")) {
                    continue;
                }
                List<Column> columns = table.getValue();
                try (PreparedStatement insert = connection.prepareStatement(
                        "insert into `" + table.getKey() + "` values (" + "?, ".repeat(columns.size() - 1) + "?)")) {
                    for (int row = 0; row < ROWS; row++) {
                        for (int i = 0; i < columns.size(); i++) {
                            boolean isNull = columns.get(i).isNullable() && random.nextInt(3) == 0;
                            insert.setObject(i + 1, isNull ? null : value(columns.get(i), row, random));
                        }
                        insert.executeUpdate();
                    }
                }
            }
        }
    }

    /** Stores a content of a file, as the daemon does; without a digest if it is not complete. */
    private static void store(DataSource database, long number, byte[] bytes, boolean isComplete) throws Exception {
        try (Connection connection = database.getConnection()) {
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into content (number, digest, size, created) values (?, ?, ?, '2026-11-30 12:00:00.000001')")) {
                insert.setLong(1, number);
                insert.setBytes(
                        2, isComplete ? MessageDigest.getInstance("SHA-256").digest(bytes) : null);
                insert.setLong(3, bytes.length);
                insert.executeUpdate();
            }
            for (int at = 0; at < bytes.length; at += CHUNK) {
                try (PreparedStatement insert =
                        connection.prepareStatement("insert into content_chunk values (?, ?, ?)")) {
                    insert.setLong(1, number);
                    insert.setLong(2, at / CHUNK);
                    insert.setBytes(3, Arrays.copyOfRange(bytes, at, Math.min(at + CHUNK, bytes.length)));
                    insert.executeUpdate();
                }
            }
        }
    }

    /** Returns the rows of a table, each as one text, sorted. */
    private static List<String> rows(DataSource database, String table) throws SQLException {
        List<String> all = new ArrayList<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            List<String> columns = tables(connection).getOrDefault(table, List.of()).stream()
                    .map(column -> "coalesce(hex(cast(`" + column.name() + "` as binary)), 'null')")
                    .toList();
            try (ResultSet rows = statement.executeQuery(
                    "select concat_ws('|', " + String.join(", ", columns) + ") from `" + table + "`")) {
                while (rows.next()) {
                    all.add(rows.getString(1));
                }
            }
        }
        all.sort(null);
        return all;
    }

    private static byte[] noise(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void everyRowComesBackAsItWas() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        MariaDbSchemas both = new MariaDbSchemas(server.schema(), server.emptySchema());
        fill(both.from(), new Random(seed));
        store(both.from(), 1, noise(3 * CHUNK + 17, 1), true);
        store(both.from(), 2, noise(CHUNK, 2), true);
        store(both.from(), 3, new byte[0], true);
        store(both.from(), 4, noise(CHUNK + 1, 4), false);

        restore(backup(both.from()), both.to());

        Set<String> tables;
        try (Connection connection = both.from().getConnection()) {
            tables = new TreeSet<>(tables(connection).keySet());
        }
        assertThat(tables).contains("message", "account", "schema_version", "content_chunk");
        for (String table : tables) {
            List<String> expected = rows(both.from(), table);
            switch (table) {
                // Uploads that are not complete, which every start discards, are not backed up.
                case "content" -> assertThat(rows(both.to(), table)).isEqualTo(expected.subList(0, 3));
                case "content_chunk" ->
                    assertThat(rows(both.to(), table)).hasSize(5).isSubsetOf(expected);
                // It has the times of the migrations.
                case "schema_version" -> assertThat(rows(both.to(), table)).hasSameSizeAs(expected);
                default ->
                    assertThat(rows(both.to(), table)).as(table).hasSize(ROWS).isEqualTo(expected);
            }
        }
    }

    /** The schema from which a backup is made, and that into which it is restored. */
    private record MariaDbSchemas(DataSource from, DataSource to) {}

    @Test
    void anOlderSchemaIsBroughtUpToDateAndANewerOneIsRefused() throws Exception {
        DataSource current = server.schema();
        String rows;
        try (Connection connection = current.getConnection()) {
            rows = Migrations.rows(connection);
        }
        String older = rows.lines().limit(12).reduce("", (all, line) -> all + line + "\n");
        Path file = directory.resolve("backup");
        write(file, current, older, "account", """
                ["number","name","password_hash","must_change","state","everyone_after","created"]
                ["7","carol","$argon2id$","0","0","5","2026-01-02 03:04:05.678901"]
                """);
        DataSource restored = server.emptySchema();
        restore(file, restored);
        try (Connection connection = restored.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select name, created, tells_seen, quota from account")) {
            assertThat(Migrations.isCurrent(connection)).isTrue();
            assertThat(row.next()).isTrue();
            assertThat(List.of(row.getString(1), row.getString(2), row.getString(3)))
                    .containsExactly("carol", "2026-01-02 03:04:05.678901", "0");
        }

        Map<String, String> refused = new HashMap<>();
        refused.put(rows + "99 123456 1\n", "newer than this program knows, which has version " + Migrations.version());
        refused.put(older.replace("1 ", "1 1"), "made by another program than chatd");
        refused.put("", "made by another program than chatd");
        for (Map.Entry<String, String> each : refused.entrySet()) {
            Files.delete(file);
            write(file, current, each.getKey(), "account", "[]");
            DataSource target = server.emptySchema();
            assertThatThrownBy(() -> restore(file, target))
                    .isInstanceOf(BackupFailure.class)
                    .hasMessageContaining("can't be restored by this version of chatd")
                    .hasMessageContaining(each.getValue());
        }
    }

    @Test
    void rowsThatDoNotFitAreRefused() throws Exception {
        DataSource current = server.schema();
        String rows;
        try (Connection connection = current.getConnection()) {
            rows = Migrations.rows(connection);
        }
        Path file = directory.resolve("backup");
        Map<String, String> refused = Map.of(
                "no_such_table", "[\"number\"]\n[\"1\"]\n",
                "account", "[\"number\",\"no_such_column\"]\n[\"1\",\"2\"]\n",
                "party", "[\"account\",\"conversation\",\"read_mid\"]\n[\"1\",\"none\",\"3\"]\n",
                "blocked", "[\"account\",\"other\",\"since\"]\n[\"1\",\"2\"",
                "x`; drop table account; --", "[]\n");
        for (Map.Entry<String, String> each : refused.entrySet()) {
            Files.deleteIfExists(file);
            write(file, current, rows, each.getKey(), each.getValue());
            DataSource target = server.emptySchema();
            assertThatThrownBy(() -> restore(file, target)).as(each.getKey()).isInstanceOf(BackupFailure.class);
        }
    }

    /** Writes a backup with these rows of one table. */
    private static void write(Path file, DataSource database, String schema, String table, String rows)
            throws IOException {
        try (Snapshot snapshot = Snapshot.take(database);
                BackupWriter writer =
                        new BackupWriter(Files.newOutputStream(file), List.of(), new Pace(Pace.UNLIMITED))) {
            writer.add(Manifest.ENTRY, manifest(snapshot, schema).toBytes());
            writer.add("database/" + table + "/00001.jsonl", rows.getBytes(StandardCharsets.UTF_8));
            writer.finish();
            assertThat(snapshot.time()).isBefore(Instant.MAX);
        }
    }
}
