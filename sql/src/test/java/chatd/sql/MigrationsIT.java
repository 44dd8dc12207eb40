package chatd.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.mariadb.FileTree;
import chatd.mariadb.PrivateMariaDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mariadb.jdbc.MariaDbDataSource;

class MigrationsIT {
    private static Path directory = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static PrivateMariaDb server;

    private static int schemas;

    private String url = "";

    @BeforeAll
    static void start() throws Exception {
        directory = Files.createTempDirectory("cm");
        server = PrivateMariaDb.start(directory, directory.resolve("s"));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
        FileTree.delete(directory);
    }

    @BeforeEach
    void createSchema() throws Exception {
        String name = "m" + ++schemas;
        server.createSchema(name);
        url = server.url(name);
    }

    private void migrate() throws SQLException {
        Migrations.migrate(new MariaDbDataSource(url));
    }

    private void migrateTo(String version) throws SQLException {
        org.flywaydb.core.Flyway.configure()
                .dataSource(new MariaDbDataSource(url))
                .locations("classpath:chatd/sql/migration")
                .table("schema_version")
                .target(version)
                .load()
                .migrate();
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long queryNumber(String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            assertThat(result.next()).isTrue();
            return result.getLong(1);
        }
    }

    @Test
    void anEmptySchemaGetsAllTables() throws Exception {
        migrate();
        assertThat(queryNumber("select count(*) from information_schema.tables where table_schema = database()"))
                .isEqualTo(39);
    }

    @Test
    void aFilledSchemaLosesNothing() throws Exception {
        migrate();
        execute("insert into account (number, name, password_hash, must_change, state, everyone_after, created)"
                + " values (1, 'alice', 'x', 0, 0, 0, utc_timestamp(6))");
        execute("insert into message (number, time, sender, receiver, text, salt)"
                + " values (1, utc_timestamp(6), 1, 0, 'hello', repeat('s', 16))");
        migrate();
        assertThat(queryNumber("select count(*) from account join message on sender = account.number"))
                .isEqualTo(1);
    }

    /** Otherwise each start of the daemon would take longer. */
    @Test
    void aMigratedSchemaIsRecognised() throws Exception {
        assertThat(Migrations.isCurrent(new MariaDbDataSource(url))).isFalse();
        migrateTo("11");
        assertThat(Migrations.isCurrent(new MariaDbDataSource(url))).isFalse();
        migrate();
        assertThat(Migrations.isCurrent(new MariaDbDataSource(url))).isTrue();
    }

    @Test
    void aNewerSchemaIsRefused() throws Exception {
        migrate();
        execute("insert into schema_version select 99, '99', 'later', type, 'V99__later.sql', 0, installed_by,"
                + " installed_on, 0, true from schema_version where installed_rank = 1");
        assertThatThrownBy(this::migrate)
                .isInstanceOf(Migrations.Refused.class)
                .hasMessageContaining("version 99, newer than this program");
    }

    @Test
    void aHalfMigratedSchemaIsRefused() throws Exception {
        migrate();
        execute("update schema_version set success = false where version = '1'");
        assertThatThrownBy(this::migrate)
                .isInstanceOf(Migrations.Refused.class)
                .hasMessageContaining("was interrupted half way")
                .hasMessageContaining("restore the backup");
    }

    @Test
    void aChangedMigrationIsRefused() throws Exception {
        migrate();
        execute("update schema_version set checksum = checksum + 1 where version = '1'");
        assertThatThrownBy(this::migrate).isInstanceOf(Migrations.Refused.class);
    }

    @Test
    void namesAreComparedByteForByte() throws Exception {
        migrate();
        String insert = "insert into account (number, name, password_hash, must_change, state, everyone_after, created)"
                + " values (%d, '%s', 'x', 0, 0, 0, utc_timestamp(6))";
        execute(insert.formatted(1, "alice"));
        execute(insert.formatted(2, "Alice"));
        execute(insert.formatted(3, "alice "));
        execute(insert.formatted(4, "alicé"));
        assertThatThrownBy(() -> execute(insert.formatted(5, "alice"))).isInstanceOf(SQLException.class);
    }

    @Test
    void receiversOfVersionOneMessagesAreKept() throws Exception {
        migrateTo("1");
        execute("insert into message (number, time, sender, audience, text, salt) values"
                + " (1, utc_timestamp(6), 7, 0, 'to all', repeat('s', 16)),"
                + " (2, utc_timestamp(6), 7, 1, 'to one', repeat('s', 16)),"
                + " (3, utc_timestamp(6), 7, 2, 'to two', repeat('s', 16))");
        execute("insert into everyone_message (number) values (1)");
        execute("insert into receiver (message, account, sender) values (2, 8, 7), (3, 8, 7), (3, 9, 7)");
        migrate();
        assertThat(queryNumber("select receiver from message where number = 1")).isZero();
        assertThat(queryNumber("select receiver from message where number = 2")).isEqualTo(8);
        assertThat(queryNumber("select receiver is null from message where number = 3"))
                .isEqualTo(1);
        assertThat(queryNumber("select count(*) from receiver where message = 3 and account in (8, 9)"))
                .isEqualTo(2);
        assertThat(queryNumber("select count(*) from receiver")).isEqualTo(2);
        assertThat(queryNumber("select conversation from message where number = 1"))
                .isZero();
        assertThat(queryNumber("select conversation from message where number = 2"))
                .isEqualTo(7L << 32 | 8);
        assertThat(queryNumber("select conversation is null from message where number = 3"))
                .isEqualTo(1);
        assertThat(queryNumber("select conversation from receiver where account = 9"))
                .isEqualTo(7L << 32 | 9);
    }

    /** Each user of a conversation gets a row, and has read everything in it. */
    @Test
    void theMessagesOfVersionSixAreAllRead() throws Exception {
        migrateTo("6");
        execute("insert into account (number, name, password_hash, must_change, state, everyone_after, created) values"
                + " (7, 'ann', '', 0, 0, 0, utc_timestamp(6)), (8, 'ben', '', 0, 0, 0, utc_timestamp(6)),"
                + " (9, 'gone', '', 0, 3, 0, utc_timestamp(6))");
        execute("insert into message (number, time, sender, receiver, conversation, text, salt) values"
                + " (1, utc_timestamp(6), 0, 0, 0, 'from the server', repeat('s', 16)),"
                + " (2, utc_timestamp(6), 7, 8, 7 << 32 | 8, 'to one', repeat('s', 16)),"
                + " (3, utc_timestamp(6), 7, null, null, 'to two', repeat('s', 16)),"
                + " (4, utc_timestamp(6), 7, 7, 7 << 32 | 7, 'a note', repeat('s', 16))");
        execute("insert into receiver (message, account, conversation) values"
                + " (3, 8, 7 << 32 | 8), (3, 9, 7 << 32 | 9)");
        migrate();
        // Everyone's, for both users; theirs with each other; that with the deleted user, for both
        // sides; and the note.
        assertThat(queryNumber("select count(*) from party")).isEqualTo(2 + 2 + 2 + 1);
        assertThat(queryNumber("select count(*) from party where read_mid = 4")).isEqualTo(7);
        assertThat(queryNumber("select count(*) from party where conversation = 7 << 32 | 8"))
                .isEqualTo(2);
    }

    /**
     * The files that accounts of version 11 store are counted, one for each message; those taken
     * back are not.
     */
    @Test
    void theFilesOfVersionElevenAreCounted() throws Exception {
        migrateTo("11");
        execute("insert into account (number, name, password_hash, must_change, state, everyone_after, created) values"
                + " (7, 'ann', '', 0, 0, 0, utc_timestamp(6)), (8, 'ben', '', 0, 0, 0, utc_timestamp(6))");
        execute("insert into content (number, digest, size, created) values"
                + " (1, repeat('a', 32), 100, utc_timestamp(6)), (2, repeat('b', 32), 5, utc_timestamp(6))");
        execute("insert into message (number, time, sender, receiver, conversation, file, salt) values"
                + " (1, utc_timestamp(6), 7, 8, 7 << 32 | 8, 1, repeat('s', 16)),"
                + " (2, utc_timestamp(6), 7, 7, 7 << 32 | 7, 2, repeat('s', 16)),"
                + " (3, utc_timestamp(6), 7, 7, 7 << 32 | 7, 3, null),"
                + " (4, utc_timestamp(6), 8, 7, 7 << 32 | 8, 4, repeat('s', 16))");
        execute("insert into file (number, message, name, content, size) values"
                + " (1, 1, 'a', 1, 100), (2, 2, 'a', 1, 100), (3, 3, '', null, 0), (4, 4, 'b', 2, 5)");
        migrate();
        assertThat(queryNumber("select files from account_storage where account = 7"))
                .isEqualTo(2);
        assertThat(queryNumber("select bytes from account_storage where account = 7"))
                .isEqualTo(200);
        assertThat(queryNumber("select bytes from account_storage where account = 8"))
                .isEqualTo(5);
    }
}
