package chatd.bench.micro;

import chatd.audit.write.AuditLog;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.journal.Applier;
import chatd.daemon.journal.CatchUp;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.Numbers;
import chatd.daemon.journal.Proposal;
import chatd.daemon.metrics.Metrics;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Message;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.ledger.Committed;
import chatd.daemon.store.ledger.Ledger;
import chatd.daemon.store.read.Stores;
import chatd.daemon.trail.AuditTrail;
import chatd.mariadb.PrivateMariaDb;
import chatd.protocol.value.References;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Measures a text through the journal, committed to a real database and logged: one alone, and a hundred at once. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings({"NullAway.Init", "FutureReturnValueIgnored"})
public class JournalBenchmark {
    private static final int BATCH = 100;
    private static final byte[] SALT = new byte[16];

    /**
     * The setting {@code database.fence}: what a transaction costs on a server that is not a cluster, and on one that
     * is.
     */
    @Param({"cluster", "always"})
    private String fence;

    /** Whether each text has a client ID, by which it is deduplicated. */
    @Param({"false", "true"})
    private boolean once;

    private int texts;
    private PrivateMariaDb server;
    private Database database;
    private AuditLog log;
    private Journal journal;

    @Setup
    public void start() throws Exception {
        Path directory = Files.createTempDirectory("chatd-bench");
        server = PrivateMariaDb.start(directory, directory.resolve("s"));
        server.createSchema("chatd");
        Config.Database config = new Config.Database(
                Optional.of(server.socket()),
                "",
                3306,
                Optional.empty(),
                "chatd",
                "root",
                Optional.empty(),
                2,
                Duration.ofSeconds(5),
                Config.Database.Fence.valueOf(fence.toUpperCase(Locale.ROOT)));
        database = new Database(config);
        database.migrate();
        log = AuditLog.open(
                Files.createDirectory(directory.resolve("log")),
                new AuditLog.Options(
                        AuditLog.Fsync.INTERVAL,
                        AuditLog.Rotation.at(64 << 20, Duration.ofDays(1)),
                        "host",
                        directory.resolve("seal.key"),
                        "Ed25519",
                        true,
                        Duration.ZERO,
                        0),
                Clock.systemUTC());
        Ledger ledger =
                new Ledger(database, config, "host", ProcessHandle.current().pid());
        Directory accounts = new Directory(List.of(), Map.of());
        journal = new Journal(
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
                new FailOnTrouble());
        journal.start(ledger.open(Instant.now()));
    }

    /** Fails the benchmark if the database is lost or the journal breaks. */
    private static final class FailOnTrouble implements Journal.Observer {
        @Override
        public void databaseLost(String why) {
            throw new IllegalStateException(why);
        }

        @Override
        public void databaseRestored() {}

        @Override
        public void broken(Exception why) {
            throw new IllegalStateException(why);
        }
    }

    @TearDown
    public void stop() throws Exception {
        journal.stop();
        log.close();
        database.close();
        server.close();
    }

    private record Text(@Nullable IdempotencyKey idempotencyKey) implements Proposal<Message> {
        @Override
        public long sender() {
            return 1;
        }

        @Override
        public long bytes() {
            return 400;
        }

        @Override
        public Message decide(Numbers numbers, Instant now) {
            return new Message(
                    numbers.nextPosition(),
                    now,
                    1,
                    List.of(2L),
                    List.of(),
                    "x".repeat(100),
                    null,
                    SALT,
                    References.NONE,
                    null,
                    idempotencyKey);
        }
    }

    private Text text() {
        return new Text(once ? IdempotencyKey.of(1, "text " + texts++, "x".repeat(100)) : null);
    }

    @Benchmark
    public void one() throws Exception {
        journal.submit(text()).get();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void aHundredEach() throws Exception {
        CompletableFuture<Committed<Message>> last = journal.submit(text());
        for (int i = 1; i < BATCH; i++) {
            last = journal.submit(text());
        }
        last.get();
    }
}
