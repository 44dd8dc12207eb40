package chatd.daemon;

import chatd.audit.write.AuditLog;
import chatd.daemon.config.Config;
import chatd.daemon.config.Configuration;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.NamePolicy;
import chatd.daemon.disk.DiskSpace;
import chatd.daemon.journal.Applier;
import chatd.daemon.journal.CatchUp;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.StoredDirectory;
import chatd.daemon.metrics.Metrics;
import chatd.daemon.service.Services;
import chatd.daemon.session.Sessions;
import chatd.daemon.session.TestTransport;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.db.TestDatabase;
import chatd.daemon.store.ledger.Ledger;
import chatd.daemon.store.read.Stores;
import chatd.daemon.trail.AuditTrail;
import chatd.daemon.trail.ShownNames;
import chatd.fixtures.TestClock;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/**
 * The daemon's services with everything behind them and nothing in front: a real database, log and journal, built as
 * in {@code Daemon.start}.
 */
public final class TestServices implements AutoCloseable {
    /** The password of every account created by {@link #add}. */
    public static final String PASSWORD = "right as rain";

    private final TestDatabase.Schema schema;
    private final Path directory;
    private final TestClock clock = TestClock.running();
    private final AuditLog log;
    private final Database database;
    private final AuditTrail audit;
    private final Sessions sessions;
    private final Configuration configuration;
    private final Journal journal;
    private final Services services;

    /** @param options as in the daemon's environment */
    public TestServices(TestDatabase.Schema schema, Path directory, Map<String, String> options) throws Exception {
        this.schema = schema;
        this.directory = directory;
        Map<String, String> environment = new HashMap<>(options);
        // Fast hashing: resistance to guessing is not tested here.
        environment.put("CHATD_HASHING_MEMORY", "1 MiB");
        environment.put("CHATD_HASHING_ITERATIONS", "1");
        environment.put("CHATD_SEARCH_DIRECTORY", directory.resolve("search").toString());
        configuration = new Configuration(null, environment);
        Config.Audit auditing = configuration.get().audit();
        log = openLog(directory, clock);
        database = schema.open();
        Ledger ledger = schema.ledger(database);
        Ledger.LastNumbers numbers = ledger.open(clock.instant());
        Stores stores = new Stores(database);
        Directory all = StoredDirectory.load(stores);
        CatchUp catchUp = new CatchUp(log, ledger, stores, all);
        catchUp.run(() -> {});
        stores.contents().discardUnfinished();
        audit = new AuditTrail(log, auditing.logUnknownNames(), auditing.refuseOnFailure());
        sessions =
                Sessions.of(Math.max(numbers.message(), log.lastMessage()), all.names(), all.groups()::groupsOf, clock);
        Contacts contacts = new Contacts(
                stores.contacts().friendships(),
                stores.contacts().requests(),
                stores.contacts().blocks());
        Metrics metrics = new Metrics();
        journal = new Journal(
                new Journal.Stages(ledger, log, audit, catchUp, new Applier(all, contacts, sessions), metrics),
                clock,
                new IgnoringObserver());
        services = new Services(
                new FeatureContext(
                        configuration,
                        all,
                        contacts,
                        journal,
                        sessions,
                        audit,
                        stores,
                        new DiskSpace(configuration, stores.storage(), clock),
                        new SecureRandom(),
                        clock,
                        "test",
                        () -> 0,
                        metrics),
                new ShownNames(all, log.files(), false),
                () -> "");
        journal.start(numbers);
        services.startIndexing();
    }

    public Configuration configuration() {
        return configuration;
    }

    /** Opens a log without fsync, for tests of other parts. */
    public static AuditLog openLog(Path directory, Clock clock) throws IOException {
        return AuditLog.open(
                directory,
                new AuditLog.Options(
                        AuditLog.Fsync.NEVER,
                        AuditLog.Rotation.at(1 << 20, Duration.ofDays(1)),
                        "host",
                        directory.resolve("seal.key"),
                        "Ed25519",
                        true,
                        Duration.ZERO,
                        0),
                clock);
    }

    private static final class IgnoringObserver implements Journal.Observer {
        @Override
        public void databaseLost(String why) {}

        @Override
        public void databaseRestored() {}

        @Override
        public void broken(Exception why) {
            throw new IllegalStateException(why);
        }
    }

    /** Stops, and starts again on the same database and log. */
    public TestServices restarted(Map<String, String> options) throws Exception {
        close();
        return new TestServices(schema, directory, options);
    }

    public Services services() {
        return services;
    }

    public Sessions sessions() {
        return sessions;
    }

    public AuditTrail audit() {
        return audit;
    }

    public TestDatabase.Schema schema() {
        return schema;
    }

    /** Advances the clock. */
    public void advanceClock(Duration by) {
        clock.advance(by);
    }

    /** Returns the content of the log's open segment. */
    public String logged() throws IOException {
        return Files.readString(directory.resolve("audit.part"));
    }

    /** Adds accounts whose passwords need not be changed. */
    public void add(String... names) throws InterruptedException {
        for (String name : names) {
            services.administration()
                    .add(name, NamePolicy.ofAdministrator(false), "", Secret.of(PASSWORD), false, "root");
        }
    }

    /** Opens a {@code chat/1} connection that has not logged in. */
    public TestTransport connect() {
        return opened(TestTransport.chat1());
    }

    /** As {@link #connect}, in JSON. */
    public TestTransport connectJson() {
        return opened(TestTransport.json());
    }

    private TestTransport opened(TestTransport connection) {
        sessions.connections().opened(connection.session());
        return connection;
    }

    /** Logs in to an account in {@code chat/1}; the events of the login have been read. */
    public TestTransport logIn(String name) throws InterruptedException {
        return loggedIn(connect(), name, "");
    }

    /** As {@link #logIn(String)}, in JSON. */
    public TestTransport logInJson(String name, String device) throws InterruptedException {
        return loggedIn(connectJson(), name, device);
    }

    private TestTransport loggedIn(TestTransport connection, String name, String device) throws InterruptedException {
        logIn(connection, name, Secret.of(PASSWORD), device);
        connection.received();
        return connection;
    }

    public void logIn(TestTransport connection, String name, Secret password, String device)
            throws InterruptedException {
        logIn(connection, new User.Named(name), password, device);
    }

    public void logIn(TestTransport connection, User user, Secret password, String device) throws InterruptedException {
        services.logins().logIn(connection.session(), new SessionCommand.LogIn(user, password, device, ""));
    }

    /** Sends a text, and waits until it is stored. */
    public void send(TestTransport from, String text, String... to) throws InterruptedException {
        send(from, text, Audience.of(to));
    }

    /** As {@link #send(TestTransport, String, String...)}, to everyone. */
    public void sendToAll(TestTransport from, String text) throws InterruptedException {
        send(from, text, Audience.everyone());
    }

    private void send(TestTransport from, String text, Audience to) throws InterruptedException {
        try {
            services.messages()
                    .send(from.session(), new MessageCommand.SendText(to, text))
                    .done()
                    .get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
        }
    }

    /**
     * Returns all events sent to a {@code chat/1} session so far: those still in flight precede the answer to an empty
     * replay (rule 8).
     */
    public List<String> received(TestTransport connection) throws InterruptedException {
        sessions.fanout().flush();
        services.history().replay(connection.session(), 0);
        List<String> told = connection.received();
        if (!told.removeLast().equals("clear")) {
            throw new AssertionError("no answer to a replay");
        }
        return told;
    }

    @Override
    public void close() throws Exception {
        journal.stop();
        services.close();
        audit.close();
        database.close();
        log.close();
    }
}
