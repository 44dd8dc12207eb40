package chatd.daemon.journal;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.audit.event.AccountEvent;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.LoggedIdentity;
import chatd.audit.event.Peer;
import chatd.audit.write.AuditLog;
import chatd.daemon.TestServices;
import chatd.daemon.login.Argon2id;
import chatd.daemon.model.entry.Entry;
import chatd.daemon.session.TestTransport;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.db.TestDatabase;
import chatd.daemon.store.ledger.Ledger;
import chatd.daemon.store.read.Rows;
import chatd.protocol.command.MessageCommand;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mariadb.jdbc.MariaDbDataSource;

/** All committed entries share one sequence of positions (ADR 14). */
@ExtendWith(TestDatabase.class)
class PositionsIT {
    /** Matches the message or change number of a committed entry's log event. */
    private static final Pattern POSITION =
            Pattern.compile("<event [^>]* type=\"(?!start|rotation)[^>]* (?:message|change)=\"(\\d+)\"[^>]*>");

    @TempDir
    private Path directory;

    private final TestDatabase.Schema schema;

    PositionsIT(TestDatabase.Schema schema) {
        this.schema = schema;
    }

    private List<Long> logged() throws Exception {
        return POSITION.matcher(Files.readString(directory.resolve("audit.part")))
                .results()
                .map(found -> Long.valueOf(found.group(1)))
                .toList();
    }

    private List<Long> stored() throws Exception {
        List<Long> numbers = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(schema.url());
                ResultSet result = connection
                        .createStatement()
                        .executeQuery("select number from message union all select number from account_change"
                                + " union all select number from amendment order by number")) {
            while (result.next()) {
                numbers.add(result.getLong(1));
            }
        }
        return numbers;
    }

    @Test
    void messagesAndChangesAreNumberedTogetherInTheOrderOfTheLog() throws Exception {
        try (TestServices chat = new TestServices(schema, directory, Map.of())) {
            chat.add("alice", "bob");
            TestTransport alice = chat.logIn("alice");
            for (int i = 0; i < 20; i++) {
                chat.send(alice, "text " + i, "bob");
                chat.add("pupil" + i);
                chat.sendToAll(alice, "all " + i);
            }
        }
        assertThat(logged()).hasSize(63).isSorted().doesNotHaveDuplicates().isEqualTo(stored());
    }

    /** More entries of each kind, interleaved, than the catch-up reads at a time: 500. */
    @Test
    void entriesCommittedButNotLoggedAreLoggedInTheOrderOfTheirPositions() throws Exception {
        List<Entry> entries = new ArrayList<>();
        for (int i = 1; i <= 2_000; i++) {
            boolean isChange = i == 1 || i % 3 == 0 || (i > 1_000 && i < 1_600);
            entries.add(
                    isChange
                            ? Rows.account(i, "user" + i, 0)
                            : i > 2 && i % 5 == 0
                                    ? Rows.corrected(i, Rows.text(2, 1, null, "text 2"), "corrected " + i)
                                    : Rows.text(i, 1, null, "text " + i));
        }
        try (Database database = schema.open();
                Ledger ledger = schema.ledger(database)) {
            ledger.open(Rows.TIME);
            ledger.commit(entries);
        }
        new TestServices(schema, directory, Map.of()).close();
        assertThat(logged()).hasSize(2_000).isSorted().isEqualTo(stored());
        assertThat(Pattern.compile("recovered=\"true\"")
                        .matcher(Files.readString(directory.resolve("audit.part")))
                        .results()
                        .count())
                .isEqualTo(2_000);
    }

    private void oldDatabase() throws Exception {
        Flyway.configure()
                .dataSource(new MariaDbDataSource(schema.url()))
                .locations("classpath:chatd/sql/migration")
                .table("schema_version")
                .target("4")
                .load()
                .migrate();
        String hash = Argon2id.available().hash(1, 1024, 1, TestServices.PASSWORD.getBytes(StandardCharsets.UTF_8));
        try (Connection connection = DriverManager.getConnection(schema.url());
                Statement sql = connection.createStatement()) {
            for (String name : List.of("alice", "bob")) {
                long number = name.equals("alice") ? 1 : 2;
                sql.execute(
                        "insert into account (number, name, password_hash, must_change, state, everyone_after, created)"
                                + " values (%d, '%s', '%s', false, 0, 0, '2026-11-20')".formatted(number, name, hash));
                sql.execute("insert into account_name (name, account, since) values ('%s', %d, '2026-11-20')"
                        .formatted(name, number));
                sql.execute("insert into account_change (number, account, name, kind, time, actor, size)"
                        + " values (%d, %d, '%s', 1, '2026-11-20', 'root', 0)".formatted(number, number, name));
            }
            sql.execute("insert into account_change (number, account, name, kind, time, actor, size)"
                    + " values (3, 2, 'bob', 2, '2026-11-21', 'root', 0)");
            for (int i = 1; i <= 9; i++) {
                sql.execute("insert into message (number, time, sender, receiver, text, salt)"
                        + " values (%d, '2026-11-21', 1, 2, 'text %d', repeat('s', 16))".formatted(i, i));
            }
            sql.execute("insert into holder (id, host, pid, started) values (1, 'test', 99, '2026-11-20')");
        }
    }

    /** A log with separate numbers for messages and changes, of a daemon killed before the last of each was logged. */
    private void oldLog() throws Exception {
        try (AuditLog log = TestServices.openLog(directory, Clock.systemUTC())) {
            LoggedIdentity alice = LoggedIdentity.of(1, "alice");
            LoggedIdentity bob = LoggedIdentity.of(2, "bob");
            log.append(
                    new AccountEvent.AccountChanged(1, alice, null, "add", "root"),
                    new AccountEvent.AccountChanged(2, bob, null, "add", "root"));
            for (int i = 1; i <= 8; i++) {
                Peer peer = new Peer("s1", "chat/1", "::1", 5);
                log.append(new AuditEvent.MessageSent(i, alice, peer, null, 6, List.of(bob), "x".repeat(43)));
            }
        }
    }

    @Test
    void aDatabaseOfVersionFourKeepsItsNumbersAndContinuesAboveBoth() throws Exception {
        oldDatabase();
        oldLog();
        try (TestServices chat = new TestServices(schema, directory, Map.of())) {
            // The third change and the ninth message, the last ones, had not been logged.
            assertThat(logged()).containsExactly(1L, 2L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 3L, 9L);
            TestTransport alice = chat.logIn("alice");
            chat.send(alice, "ten is the log in", "bob");
            assertThat(stored()).containsExactly(1L, 1L, 2L, 2L, 3L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L);
            assertThat(logged()).endsWith(3L, 9L, 10L, 11L);
            TestTransport reader = chat.logInJson("bob", "reader");
            chat.services()
                    .history()
                    .page(reader.session(), new MessageCommand.ReadHistory(null, Long.MAX_VALUE, 8, 9, ""));
            assertThat(reader.next()).startsWith("[U1 to U2: text 9, U1 to U2: ten is the log in]");
        }
    }
}
