package chatd.daemon.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chatd.audit.write.AuditLog;
import chatd.daemon.TestServices;
import chatd.daemon.accounts.AccountDecision;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.metrics.Metrics;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.entry.NothingToDo;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.db.TestDatabase;
import chatd.daemon.store.ledger.Committed;
import chatd.daemon.store.ledger.Ledger;
import chatd.daemon.store.read.MessageStore;
import chatd.daemon.store.read.Rows;
import chatd.daemon.store.read.Stores;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.value.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TestDatabase.class)
class JournalIT {
    @TempDir
    private Path directory;

    private final TestDatabase.Schema schema;
    private final Database database;
    private final Ledger ledger;
    private final Directory accounts = new Directory(List.of(), Map.of());
    private final ConcurrentLinkedQueue<String> happened = new ConcurrentLinkedQueue<>();
    private AuditLog log;
    private Journal journal;
    private volatile boolean mayNotSend;

    @SuppressWarnings("NullAway.Init")
    JournalIT(TestDatabase.Schema schema) throws Exception {
        this.schema = schema;
        this.database = schema.open();
        this.ledger = schema.ledger(database);
    }

    private final Journal.Observer observer = new Journal.Observer() {
        @Override
        public void databaseLost(String why) {
            happened.add("away");
        }

        @Override
        public void databaseRestored() {
            happened.add("back");
        }

        @Override
        public void broken(Exception why) {
            happened.add("broken " + why);
        }
    };

    @BeforeEach
    void start() throws Exception {
        log = TestServices.openLog(directory, Clock.systemUTC());
        journal = journal();
        journal.start(ledger.open(Rows.TIME));
    }

    private Journal journal() {
        return new Journal(
                new Journal.Stages(
                        ledger,
                        log,
                        new AuditTrail(log, false, true),
                        new CatchUp(log, ledger, new Stores(database), accounts),
                        new Applier(
                                accounts,
                                new Contacts(List.of(), List.of(), List.of()),
                                Sessions.of(0, new TreeMap<>(), account -> List.of(), Clock.systemUTC())),
                        new Metrics()),
                Clock.systemUTC(),
                observer);
    }

    @AfterEach
    void stop() throws Exception {
        journal.stop();
        log.close();
        database.close();
    }

    private CompletableFuture<Committed<Message>> send(String text) {
        return journal.submit(
                decision(text.length(), numbers -> {
                    if (text.equals("refuse me")) {
                        throw new Refusal(Code.NOT_ALLOWED, "no");
                    }
                    return Rows.text(numbers.nextPosition(), 1, null, text);
                }),
                entry -> {
                    try {
                        // Logged before it is delivered.
                        assertThat(Files.readString(directory.resolve("audit.part")))
                                .contains("message=\"" + entry.number() + "\"");
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                    happened.add("delivered " + text);
                });
    }

    /** Submits a text with an identifier. */
    private CompletableFuture<Committed<Message>> sendOnce(String id, String text) {
        IdempotencyKey once = Objects.requireNonNull(IdempotencyKey.of(1, id, text));
        return journal.submit(new Proposal<>() {
            @Override
            public long sender() {
                return Message.SERVER;
            }

            @Override
            public long bytes() {
                return 100;
            }

            @Override
            public IdempotencyKey idempotencyKey() {
                return once;
            }

            @Override
            public Message decide(Numbers numbers, Instant now) {
                if (mayNotSend) {
                    throw new Refusal(Code.NOT_A_MEMBER, "no");
                }
                return Rows.once(numbers.nextPosition(), 1, text, now, once);
            }
        });
    }

    private static Throwable failure(CompletableFuture<?> one) throws InterruptedException {
        try {
            return new AssertionError("succeeded with " + one.get());
        } catch (ExecutionException e) {
            return java.util.Objects.requireNonNull(e.getCause());
        }
    }

    /** Within a batch, and in later ones; the others of the batch are not held up. */
    @Test
    void whatIsSentAgainIsAnsweredAsBefore() throws Exception {
        List<CompletableFuture<Committed<Message>>> again = new ArrayList<>();
        List<CompletableFuture<?>> others = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            again.add(sendOnce("a", "hello"));
            others.add(send("between"));
        }
        for (CompletableFuture<?> other : others) {
            other.get();
        }
        Message first = again.getFirst().get().entry();
        again.add(sendOnce("a", "hello"));
        for (CompletableFuture<Committed<Message>> one : again.subList(1, again.size())) {
            assertThat(failure(one))
                    .isInstanceOfSatisfying(
                            NothingToDo.class,
                            sent -> assertThat(sent.receipt()).isEqualTo(first.receipt()));
        }
        assertThat(failure(sendOnce("a", "another text")))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(Code.MALFORMED));
        assertThat(new MessageStore(database).after(0, 1_000)).hasSize(301);
    }

    /** Whatever has changed since: for example, its sender may have left the group. */
    @Test
    void whatIsSentAgainIsAnsweredAsBeforeAlsoIfItWouldBeRefusedNow() throws Exception {
        Message first = sendOnce("a", "hello").get().entry();
        mayNotSend = true;
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Committed<Message>> other = sendOnce("b", "other");
            assertThat(failure(sendOnce("a", "hello")))
                    .isInstanceOfSatisfying(
                            NothingToDo.class,
                            sent -> assertThat(sent.receipt()).isEqualTo(first.receipt()));
            assertThat(failure(other))
                    .isInstanceOfSatisfying(
                            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(Code.NOT_A_MEMBER));
        }
        mayNotSend = false;
        assertThat(sendOnce("b", "other").get().entry().number()).isEqualTo(first.number() + 1);
    }

    @Test
    void whatIsSentAgainWhileTheDatabaseIsAwayIsStoredOnce() throws Exception {
        Message first = sendOnce("a", "hello").get().entry();
        kill();
        Throwable failure = failure(sendOnce("a", "hello"));
        while (failure instanceof Refusal away) {
            assertThat(away.code()).isEqualTo(Code.BUSY);
            failure = failure(sendOnce("a", "hello"));
        }
        assertThat(failure)
                .isInstanceOfSatisfying(
                        NothingToDo.class, sent -> assertThat(sent.receipt()).isEqualTo(first.receipt()));
        assertThat(sendOnce("b", "hello").get().entry().number()).isGreaterThan(first.number());
    }

    private static Proposal<Message> decision(long bytes, Function<Numbers, Message> deciding) {
        return new Proposal<>() {
            @Override
            public long sender() {
                return Message.SERVER;
            }

            @Override
            public long bytes() {
                return bytes;
            }

            @Override
            public Message decide(Numbers numbers, Instant now) {
                return deciding.apply(numbers);
            }
        };
    }

    private void execute(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection(schema.url())) {
            connection.createStatement().execute(sql);
        }
    }

    private void kill() throws Exception {
        try (Connection connection = DriverManager.getConnection(schema.url());
                ResultSet result = connection
                        .createStatement()
                        .executeQuery(
                                "select is_used_lock('chatd." + schema.config().name() + "')")) {
            assertThat(result.next()).isTrue();
            connection.createStatement().execute("kill " + result.getLong(1));
        }
    }

    @Test
    void entriesAreCommittedInTheOrderOfSubmission() throws Exception {
        List<CompletableFuture<Committed<Message>>> all = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            all.add(send("t" + i));
        }
        for (int i = 0; i < 500; i++) {
            assertThat(all.get(i).get().entry().number()).isEqualTo(i + 1);
        }
        assertThat(happened)
                .hasSize(500)
                .startsWith("delivered t0", "delivered t1")
                .endsWith("delivered t499");
        assertThat(new MessageStore(database).after(0, 1000)).hasSize(500);
    }

    @Test
    void changesOfOneAccountAreDecidedOneAfterTheOther() throws Exception {
        ledger.commit(List.of(Rows.account(1, "alice", 0), Rows.account(2, "bob", 0)));
        journal.stop();
        journal = journal();
        journal.start(ledger.open(Rows.TIME));
        AtomicInteger taken = new AtomicInteger();
        List<Integer> seen = new CopyOnWriteArrayList<>();
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            long account = i % 10 == 9 ? 2 : 1;
            all.add(journal.submit(
                    new AccountDecision(account, new Batching.ChangeOf(account, false), 100, (numbers, now) -> {
                        if (account == 1) {
                            seen.add(taken.get());
                        }
                        return new AccountChange(
                                Change.own(
                                        new Origin("s1", "chat/1", "::1", 5),
                                        numbers.nextPosition(),
                                        account,
                                        "a",
                                        Change.Kind.SETTINGS,
                                        now,
                                        1),
                                new Effect.SettingsStored(new byte[] {1}));
                    }),
                    entry -> {
                        if (account == 1) {
                            taken.incrementAndGet();
                        }
                    }));
        }
        for (CompletableFuture<?> one : all) {
            one.get();
        }
        // Each was decided after all earlier ones had been applied.
        assertThat(seen)
                .containsExactlyElementsOf(IntStream.range(0, 90).boxed().toList());
    }

    @Test
    void aRefusedEntryTakesNoNumberAndFailsNoOther() throws Exception {
        CompletableFuture<Committed<Message>> one = send("one");
        CompletableFuture<Committed<Message>> refused = send("refuse me");
        CompletableFuture<Committed<Message>> two = send("two");
        assertThat(one.get().entry().number()).isEqualTo(1);
        assertThat(two.get().entry().number()).isEqualTo(2);
        assertThatThrownBy(refused::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(Refusal.class);
    }

    @Test
    void aBrokenEntryFailsAloneInItsBatch() throws Exception {
        send("first").get();
        CompletableFuture<Committed<Message>> good = send("good");
        CompletableFuture<Committed<Message>> broken = journal.submit(
                decision(1, numbers -> Rows.text(1, 1, null, "a number that is taken")),
                entry -> happened.add("delivered what could not be"));
        CompletableFuture<Committed<Message>> after = send("after");
        assertThat(good.get().entry().number()).isEqualTo(2);
        assertThat(after.get().entry().number()).isEqualTo(3);
        assertThatThrownBy(broken::get).isInstanceOf(ExecutionException.class);
        assertThat(happened).doesNotContain("delivered what could not be");
    }

    @Test
    void aLostConnectionLosesNothingAcknowledgedAndStoresNothingTwice() throws Exception {
        List<String> acknowledged = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            if (i % 10 == 5) {
                kill();
            }
            String text = "t" + i;
            try {
                send(text).get();
                acknowledged.add(text);
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(Refusal.class);
                await().until(() -> !journal.isDatabaseUnavailable());
            }
        }
        List<String> stored = new MessageStore(database)
                .after(0, 1000).stream()
                        .map(message -> String.valueOf(message.text()))
                        .toList();
        assertThat(stored).doesNotHaveDuplicates().isEqualTo(acknowledged);
        assertThat(happened.stream().filter(what -> what.startsWith("delivered")))
                .hasSameSizeAs(acknowledged);
    }

    @Test
    void aDaemonThatWasTakenOverEnds() throws Exception {
        send("one").get();
        execute("update holder set epoch = epoch + 1, host = 'other', pid = 4711");
        kill();
        assertThatThrownBy(() -> send("two").get()).isInstanceOf(ExecutionException.class);
        await().until(() -> happened.stream().anyMatch(what -> what.contains("TakenOver")));
        assertThat(happened).anyMatch(what -> what.contains("process 4711 on other"));
        assertThat(new MessageStore(database).after(0, 10)).hasSize(1);
        assertThatThrownBy(() -> send("three").get()).hasCauseInstanceOf(Refusal.class);
    }

    /** After failover to a lagging replica, or a restore: the next start compares with the log and reports the loss. */
    @Test
    void aDatabaseThatHasLostEntriesIsNotWrittenToAnyMore() throws Exception {
        send("one").get();
        send("two").get();
        execute("delete from message where number = 2");
        kill();
        await().until(() -> happened.stream().anyMatch(what -> what.contains("has lost committed entries")));
        assertThat(happened).anyMatch(what -> what.contains("it ends at 1 but was at 2"));
    }

    @Test
    void entriesSubmittedBeforeTheStopAreCommitted() throws Exception {
        List<CompletableFuture<Committed<Message>>> all = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            all.add(send("t" + i));
        }
        journal.stop();
        assertThat(all).allMatch(done -> done.isDone() && !done.isCompletedExceptionally());
        assertThatThrownBy(() -> send("late").get()).hasCauseInstanceOf(Refusal.class);
    }
}
