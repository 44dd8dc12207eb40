package chatd.daemon.store.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.AccountChanges;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.Entry;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.db.TestDatabase;
import chatd.daemon.store.read.AccountStore;
import chatd.daemon.store.read.Rows;
import chatd.protocol.value.References;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestDatabase.class)
class LedgerIT {
    private final TestDatabase.Schema schema;
    private Database database;
    private Ledger ledger;

    LedgerIT(TestDatabase.Schema schema) throws Exception {
        this.schema = schema;
        database = schema.open();
        ledger = schema.ledger(database);
    }

    @BeforeEach
    void open() {
        ledger.open(Rows.TIME);
    }

    @AfterEach
    void close() {
        ledger.close();
        database.close();
    }

    private long count(String what) throws Exception {
        try (Connection connection = DriverManager.getConnection(schema.url());
                ResultSet result = connection.createStatement().executeQuery("select count(*) from " + what)) {
            assertThat(result.next()).isTrue();
            return result.getLong(1);
        }
    }

    private void kill() throws Exception {
        try (Connection connection = DriverManager.getConnection(schema.url())) {
            connection.createStatement().execute("kill " + holder(connection));
        }
    }

    private long holder(Connection connection) throws Exception {
        try (ResultSet result = connection
                .createStatement()
                .executeQuery("select is_used_lock('chatd." + schema.config().name() + "')")) {
            assertThat(result.next()).isTrue();
            return result.getLong(1);
        }
    }

    @Test
    void committedEntriesAreStoredInOrder() throws Exception {
        List<Entry> entries = List.of(
                Rows.account(1, "alice", 0),
                Rows.account(2, "bob", 0),
                Rows.text(1, 1, List.of(2L), "hello"),
                Rows.text(2, 2, null, "all"),
                Rows.text(3, 1, List.of(1L, 2L), "both"));
        assertThat(ledger.commit(entries)).extracting(Committed::entry).containsExactlyElementsOf(entries);
        assertThat(ledger.open(Rows.TIME)).isEqualTo(new Ledger.LastNumbers(3, 2, 0, 2, 0));
        assertThat(new AccountStore(database).all()).extracting(Account::name).containsExactly("alice", "bob");
        assertThat(count("message where receiver = 2")).isEqualTo(1);
        assertThat(count("message where receiver = 0")).isEqualTo(1);
        assertThat(count("message where receiver is null")).isEqualTo(1);
        assertThat(count("receiver where message = 3")).isEqualTo(2);
    }

    @Test
    void aThousandMessagesFitOneBatch() throws Exception {
        ledger.commit(List.of(Rows.account(1, "alice", 0)));
        List<Entry> many = new ArrayList<>();
        for (int i = 1; i <= 1000; i++) {
            many.add(Rows.text(i, 1, List.of(1L), "x".repeat(i % 7 == 0 ? 60_000 : 10)));
        }
        ledger.commit(many);
        assertThat(count("message")).isEqualTo(1000);
    }

    /** Messages to several receivers, with more receivers than fit one statement, among messages to one and to all. */
    @Test
    void manyMessagesToSeveralFitOneBatch() throws Exception {
        List<Long> hundred = LongStream.rangeClosed(1, 100).boxed().toList();
        List<Entry> many = new ArrayList<>();
        for (int i = 1; i <= 900; i++) {
            many.add(Rows.text(
                    i, 1, i % 3 == 0 ? hundred : i % 3 == 1 ? List.of((long) i) : null, i % 5 == 0 ? "" : "text " + i));
        }
        ledger.commit(many);
        assertThat(count("message where receiver is null and number % 3 = 0")).isEqualTo(300);
        assertThat(count("message where receiver = number and number % 3 = 1")).isEqualTo(300);
        assertThat(count("message where receiver = 0 and number % 3 = 2")).isEqualTo(300);
        assertThat(count("message where text = if(number % 5 = 0, '', concat('text ', number))"))
                .isEqualTo(900);
        assertThat(count("receiver where message % 3 = 0")).isEqualTo(30_000);
        assertThat(count("receiver")).isEqualTo(30_000);
    }

    /**
     * The connection survives the killed query with an open transaction, in which nothing more may
     * be written.
     */
    @Test
    void afterAKilledStatementNothingIsWrittenBeforeTheNextOpen() throws Exception {
        ledger.commit(List.of(Rows.account(1, "alice", 0)));
        List<Entry> entries = List.of(
                Rows.text(1, 1, null, "one"),
                new AccountChange(
                        Rows.change(2, 1, "alice", Change.Kind.PASSWORD),
                        new Effect.PasswordSet("other hash", false, Optional.empty(), null, null)));
        try (Connection other = DriverManager.getConnection(schema.url());
                Connection killer = DriverManager.getConnection(schema.url())) {
            other.setAutoCommit(false);
            other.createStatement().executeQuery("select number from account for update");
            long id = holder(killer);
            Thread killing = Thread.startVirtualThread(() -> {
                try {
                    // It waits for the other connection's lock.
                    await().until(() -> killer.createStatement()
                            .executeQuery("select 1 from information_schema.innodb_trx where trx_mysql_thread_id = "
                                    + id + " and trx_state = 'LOCK WAIT'")
                            .next());
                    killer.createStatement().execute("kill query " + id);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThatThrownBy(() -> ledger.commit(entries)).isInstanceOf(DatabaseUnavailable.class);
            killing.join();
        }
        assertThatThrownBy(() -> ledger.commit(List.of(Rows.text(1, 1, null, "two"))))
                .isInstanceOf(DatabaseUnavailable.class);
        await().untilAsserted(() -> assertThatNoException().isThrownBy(() -> ledger.open(Rows.TIME)));
        ledger.commit(List.of(Rows.text(1, 1, null, "three")));
        assertThat(count("message where text = 'three'")).isEqualTo(1);
        assertThat(count("message")).isEqualTo(1);
    }

    @Test
    void whenOneEntryCanNotBeWrittenNoneIs() throws Exception {
        ledger.commit(List.of(Rows.account(1, "alice", 0)));
        assertThatThrownBy(() -> ledger.commit(List.of(Rows.text(1, 1, null, "one"), Rows.account(2, "alice", 0))))
                .isInstanceOf(DataAccessException.class);
        assertThat(count("message")).isZero();
        ledger.commit(List.of(Rows.text(1, 1, null, "one")));
        assertThat(count("message")).isEqualTo(1);
    }

    @Test
    void manyLoginsAtOnceAreAllWritten() throws Exception {
        List<Entry> made = new ArrayList<>();
        List<Entry> logIns = new ArrayList<>();
        for (int i = 1; i <= 50; i++) {
            made.add(Rows.account(i, "user" + i, 0));
            Origin origin = new Origin("s" + i, "chat/1", "2001:db8::" + i, 1000 + i);
            logIns.add(new AccountChange(
                    Change.own(origin, 100 + i, i, "user" + i, Change.Kind.LOGIN, Rows.TIME, 0),
                    new Effect.LoggedIn("2001:db8::" + i, 1000 + i, "2001:db8::/64", null, null, null)));
        }
        ledger.commit(made);
        ledger.commit(logIns);
        ledger.commit(List.of(new AccountChange(
                Change.own(new Origin("s1", "chat/1", "::1", 5), 200, 1, "user1", Change.Kind.LOGIN, Rows.TIME, 0),
                new Effect.LoggedIn("::1", 5, "2001:db8::/64", null, null, null))));
        assertThat(count("account where last_address = '2001:db8::7' and last_port = 1007"))
                .isEqualTo(1);
        assertThat(count("account where last_address = '::1' and number = 1")).isEqualTo(1);
        assertThat(count("account_network")).isEqualTo(50);
        assertThat(ledger.changesAfter(100, 100)).hasSize(51).element(6).satisfies(change -> {
            assertThat(change.name()).isEqualTo("user7");
            assertThat(change.origin()).contains(new Origin("s7", "chat/1", "2001:db8::7", 1007));
            assertThat(change.time()).isEqualTo(Rows.TIME);
        });
    }

    @Test
    void whenOneOfManyTextsCanNotBeWrittenNoneIs() throws Exception {
        List<Entry> texts = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            texts.add(Rows.text(i, 1, null, "text " + i));
        }
        texts.add(Rows.text(50, 1, null, "this number is taken"));
        assertThatThrownBy(() -> ledger.commit(texts)).isInstanceOf(DataAccessException.class);
        assertThat(count("message")).isZero();
    }

    @Test
    void whenOneOfManyMegabytesCanNotBeWrittenNoneIs() throws Exception {
        List<Entry> texts = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            texts.add(Rows.text(i, 1, null, "x".repeat(60_000)));
        }
        texts.add(Rows.text(50, 1, null, "this number is taken"));
        assertThatThrownBy(() -> ledger.commit(texts)).isInstanceOf(DataAccessException.class);
        assertThat(count("message")).isZero();
    }

    @Test
    void aLostConnectionMakesTheDatabaseUnavailable() throws Exception {
        kill();
        assertThatThrownBy(() -> ledger.commit(List.of(Rows.text(1, 1, null, "one"))))
                .isInstanceOfSatisfying(
                        // One statement is a transaction of its own: it may have been done.
                        DatabaseUnavailable.class,
                        e -> assertThat(e.outcomeUnknown()).isTrue());
        ledger.open(Rows.TIME);
        assertThat(ledger.lookUp(List.of(Rows.text(1, 1, null, "one")))).isEmpty();
        List<Entry> one = List.of(Rows.text(1, 1, null, "one"));
        ledger.commit(one);
        assertThat(ledger.lookUp(one)).hasSize(1);
    }

    @Test
    void anotherProcessLearnsWhoHoldsTheDatabase() throws Exception {
        try (Database second = new Database(schema.config());
                Ledger other = new Ledger(second, schema.config(), "other", 4711)) {
            assertThatThrownBy(() -> other.open(Rows.TIME))
                    .isExactlyInstanceOf(Ledger.HeldByAnother.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid() + " on test");
            ledger.close();
            other.open(Rows.TIME);
        }
    }

    /** The other's changes are not in this process's memory, so it must stop writing. */
    @Test
    void aProcessWhoseLedgerWasTakenOverEndsAndNamesTheOther() throws Exception {
        kill();
        try (Database second = new Database(schema.config());
                Ledger other = new Ledger(second, schema.config(), "other", 4711)) {
            await().untilAsserted(
                            () -> assertThatNoException().isThrownBy(() -> other.open(Rows.TIME.plusSeconds(60))));
            // While the other is connected,
            assertThatThrownBy(() -> ledger.open(Rows.TIME))
                    .isInstanceOf(Ledger.TakenOver.class)
                    .hasMessageContaining("process 4711 on other, since 2026-11-20T06:16:00.123456Z");
        }
        // and after it has disconnected.
        await().untilAsserted(() -> assertThatThrownBy(() -> ledger.open(Rows.TIME))
                .isInstanceOf(Ledger.TakenOver.class)
                .hasMessageContaining("process 4711 on other"));
        assertThat(count("(select is_used_lock('chatd." + schema.config().name() + "') as id) as lock_ where id > 0"))
                .isZero();
    }

    @Test
    void aProcessThatWasBrieflyDisconnectedContinues() throws Exception {
        for (int i = 1; i <= 5; i++) {
            kill();
            ledger.open(Rows.TIME);
            ledger.commit(List.of(Rows.text(i, 1, null, "one")));
            ledger.check();
        }
        assertThat(count("message")).isEqualTo(5);
        assertThat(count("holder where epoch = 1 and seq = 5")).isEqualTo(1);
    }

    /** As on two nodes of a cluster, each with a lock of its own. */
    @Test
    void ofTwoWithALockOnlyTheLaterOneCommits() throws Exception {
        ledger.close();
        try (Database first = new Database(schema.fenced().config());
                Ledger fenced = schema.fenced().ledger(first)) {
            await().untilAsserted(() -> assertThatNoException().isThrownBy(() -> fenced.open(Rows.TIME)));
            fenced.commit(List.of(Rows.text(1, 1, null, "one")));
            fenced.commit(List.of(Rows.account(2, "alice", 0), Rows.text(3, 2, List.of(1L, 2L), "both")));
            assertThat(count("holder where epoch = 2 and seq = 2")).isEqualTo(1);
            takeOver();
            for (Entry entry : List.of(Rows.text(4, 1, null, "late"), Rows.account(5, "bob", 0))) {
                assertThatThrownBy(() -> fenced.commit(List.of(entry)))
                        .isInstanceOf(Ledger.TakenOver.class)
                        .hasMessageContaining("process 4711 on other");
                // The connection was abandoned.
                assertThatThrownBy(() -> fenced.commit(List.of(entry))).isInstanceOf(DatabaseUnavailable.class);
                assertThatThrownBy(() -> fenced.open(Rows.TIME)).isInstanceOf(Ledger.TakenOver.class);
                giveBack();
                fenced.open(Rows.TIME);
                takeOver();
            }
            assertThat(count("message")).isEqualTo(2);
            assertThat(count("account")).isEqualTo(1);
        }
    }

    @Test
    void anIdleProcessNoticesATakeover() throws Exception {
        ledger.check();
        takeOver();
        assertThatThrownBy(ledger::check)
                .isInstanceOf(Ledger.TakenOver.class)
                .hasMessageContaining("process 4711 on other");
    }

    private void takeOver() throws Exception {
        execute("update holder set epoch = epoch + 1, host = 'other', pid = 4711");
    }

    private void giveBack() throws Exception {
        execute("update holder set epoch = epoch - 1");
    }

    private void execute(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection(schema.url())) {
            connection.createStatement().execute(sql);
        }
    }

    /** Another process's message may have the same number. */
    @Test
    void anUnknownCommitIsLookedUpByItsSalt() throws Exception {
        Message ours = Rows.text(1, 1, null, "ours");
        byte[] salt = Rows.text(2, 1, null, "").salt();
        ledger.commit(List.of(
                new Message(1, Rows.TIME, 1, null, List.of(), "another's", null, salt, References.NONE, null, null)));
        assertThat(ledger.lookUp(List.of(ours))).isEmpty();
    }

    @Test
    void changesAreFoundByTheirNumbers() {
        Origin origin = new Origin("s1", "chat/1", "::1", 5);
        Change login = Change.own(origin, 2, 1, "alice", Change.Kind.LOGIN, Rows.TIME, 0);
        ledger.commit(List.of(
                Rows.account(1, "alice", 0),
                new AccountChange(login, new Effect.LoggedIn("::1", 5, "::/64", "better hash", null, null))));
        assertThat(ledger.changesAfter(0, 10)).hasSize(2).last().isEqualTo(login);
        assertThat(ledger.changesAfter(1, 10)).containsExactly(login);
        AccountStore accounts = new AccountStore(database);
        assertThat(accounts.all().getFirst().lastLogin()).contains(new Account.Login(Rows.TIME, "::1", 5));
        assertThat(accounts.credentials(1, "::/64")).hasValueSatisfying(credentials -> {
            assertThat(credentials.hash()).isEqualTo("better hash");
            assertThat(credentials.knownNetwork()).isTrue();
            assertThat(credentials.settings()).isNull();
        });
        assertThat(accounts.credentials(1, "other").orElseThrow().knownNetwork())
                .isFalse();
        assertThat(accounts.credentials(99, "::/64")).isEmpty();
        assertThat(accounts.namesEverUsed()).containsEntry("alice", 1L);
    }

    @Test
    void settingsAreKeptByteForByte() {
        byte[] document = {0, (byte) 0xff, 'x'};
        ledger.commit(List.of(
                Rows.account(1, "alice", 0),
                new AccountChange(
                        Rows.change(2, 1, "alice", Change.Kind.SETTINGS), new Effect.SettingsStored(document)),
                new AccountChange(
                        Rows.change(3, 1, "alice", Change.Kind.PASSWORD),
                        new Effect.PasswordSet("new", true, Optional.of(Rows.TIME), null, null))));
        AccountStore accounts = new AccountStore(database);
        assertThat(accounts.credentials(1, "").orElseThrow().settings()).isEqualTo(document);
        assertThat(accounts.credentials(1, "").orElseThrow().hash()).isEqualTo("new");
        assertThat(accounts.all().getFirst().mustChange()).isTrue();
    }

    private static AccountChange changed(long number, Account account, Change.Kind kind, String was) {
        return new AccountChange(
                Change.by("root", number, account, kind, Rows.TIME, was), new Effect.AccountUpdated(account));
    }

    @Test
    void aRenamedAccountKeepsItsNamesAndMayHaveThemAgain() {
        AccountChange made = Rows.account(1, "alice", 0);
        Account alice = ((Effect.AccountMade) made.effect()).account();
        Account alicia = alice.withName("alicia").withEveryone(true).withState(Account.State.DISABLED);
        ledger.commit(List.of(made));
        ledger.commit(List.of(changed(2, alicia, Change.Kind.RENAMED, "alice")));
        AccountStore accounts = new AccountStore(database);
        assertThat(accounts.all()).containsExactly(alicia);
        assertThat(accounts.namesEverUsed()).containsOnly(Map.entry("alice", 1L), Map.entry("alicia", 1L));
        assertThat(ledger.changesAfter(1, 10))
                .containsExactly(Change.by("root", 2, alicia, Change.Kind.RENAMED, Rows.TIME, "alice"));
        ledger.commit(List.of(changed(3, alice, Change.Kind.RENAMED, "alicia")));
        assertThat(accounts.all()).containsExactly(alice);
        assertThat(accounts.namesEverUsed()).hasSize(2);
    }

    @Test
    void onlyTheNumberAndTheNameOfADeletedAccountStay() throws Exception {
        AccountChange made = Rows.account(1, "alice", 0);
        Account alice = ((Effect.AccountMade) made.effect()).account();
        Origin origin = new Origin("s1", "chat/1", "::1", 5);
        ledger.commit(List.of(
                made,
                new AccountChange(
                        Rows.change(2, 1, "alice", Change.Kind.SETTINGS), new Effect.SettingsStored(new byte[] {1}))));
        ledger.commit(List.of(new AccountChange(
                Change.own(origin, 3, 1, "alice", Change.Kind.LOGIN, Rows.TIME, 0),
                new Effect.LoggedIn("::1", 5, "::/64", null, null, null))));
        ledger.commit(List.of(new AccountChange(
                Change.by("root", 4, alice, Change.Kind.DELETED, Rows.TIME, null), new Effect.AccountDeleted())));
        AccountStore accounts = new AccountStore(database);
        assertThat(accounts.all()).containsExactly(alice.deleted());
        assertThat(accounts.namesEverUsed()).containsOnlyKeys("alice");
        assertThat(count("account where password_hash = ''")).isEqualTo(1);
        assertThat(count("account_settings")).isZero();
        assertThat(count("account_network")).isZero();
    }

    @Test
    void thousandsOfAccountsAreOneCommit() throws Exception {
        List<AccountChange> all = new ArrayList<>();
        for (int i = 1; i <= 2_500; i++) {
            all.add(Rows.account(i, "pupil" + i, 0));
        }
        ledger.commit(List.of(new AccountChanges(all)));
        assertThat(count("account")).isEqualTo(2_500);
        assertThat(count("account_name")).isEqualTo(2_500);
        assertThat(ledger.changesAfter(2_499, 10)).hasSize(1);
        assertThat(ledger.lookUp(List.of(new AccountChanges(all)))).hasSize(1);
        // If one account can't be created, none is.
        List<AccountChange> more = new ArrayList<>();
        for (int i = 2_501; i <= 4_000; i++) {
            more.add(Rows.account(i, "pupil" + i, 0));
        }
        more.add(Rows.account(4_001, "pupil1", 0));
        assertThatThrownBy(() -> ledger.commit(List.of(new AccountChanges(more))))
                .isInstanceOf(RuntimeException.class);
        assertThat(count("account")).isEqualTo(2_500);
    }

    @Test
    void aDuplicateIdentifierPreventsTheWholeBatch() throws Exception {
        IdempotencyKey id = Objects.requireNonNull(IdempotencyKey.of(1, "id", "x"));
        IdempotencyKey other = Objects.requireNonNull(IdempotencyKey.of(1, "other", "x"));
        ledger.open(Rows.TIME);
        ledger.commit(List.of(Rows.once(1, 1, "x", Rows.TIME, id)));
        List<Entry> batch = List.of(
                Rows.once(2, 1, "y", Rows.TIME, other),
                Rows.once(3, 1, "x", Rows.TIME, id),
                Rows.text(4, 1, List.of(2L), "z"));
        assertThatThrownBy(() -> ledger.commit(batch)).isInstanceOf(Ledger.DuplicateIdentifier.class);
        assertThat(count("message")).isEqualTo(1);
        assertThat(ledger.sentBefore(List.of(id, other))).containsOnlyKeys(id.id());
        ledger.commit(List.of(Rows.once(2, 1, "y", Rows.TIME, other), Rows.text(3, 1, List.of(2L), "z")));
        assertThat(count("message")).isEqualTo(3);
    }

    @Test
    void identifiersAreForgottenByTheirAge() {
        IdempotencyKey old = Objects.requireNonNull(IdempotencyKey.of(1, "old", "x"));
        IdempotencyKey young = Objects.requireNonNull(IdempotencyKey.of(1, "young", "x"));
        ledger.open(Rows.TIME);
        ledger.commit(
                List.of(Rows.once(1, 1, "x", Rows.TIME, old), Rows.once(2, 1, "y", Rows.TIME.plusSeconds(1), young)));
        assertThat(ledger.sentBefore(List.of(old, young, IdempotencyKey.of(2, "old", "x"))))
                .containsOnlyKeys(old.id(), young.id())
                .containsEntry(old.id(), new Ledger.Sent(old.content(), new Receipt(1, Rows.TIME)));
        assertThat(ledger.forgetSent(Rows.TIME.plusSeconds(1), 10)).isEqualTo(1);
        assertThat(ledger.sentBefore(List.of(old, young))).containsOnlyKeys(young.id());
        assertThat(ledger.forgetSent(Rows.TIME.plusSeconds(2), 0)).isZero();
    }
}
