package chatd.daemon;

import chatd.audit.FileFailure;
import chatd.audit.LogFiles;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.LogEvent;
import chatd.audit.write.AuditLog;
import chatd.daemon.admin.AdminSockets;
import chatd.daemon.admin.command.AllCommands;
import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigException;
import chatd.daemon.config.Configuration;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.disk.DiskSpace;
import chatd.daemon.dispatch.Dispatcher;
import chatd.daemon.export.OwnExports;
import chatd.daemon.forward.Forwarder;
import chatd.daemon.health.Checks;
import chatd.daemon.health.Facts;
import chatd.daemon.health.Gauges;
import chatd.daemon.health.Readiness;
import chatd.daemon.health.Running;
import chatd.daemon.journal.Applier;
import chatd.daemon.journal.CatchUp;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.OlderDatabase;
import chatd.daemon.journal.StoredDirectory;
import chatd.daemon.metrics.Metrics;
import chatd.daemon.net.Listener;
import chatd.daemon.net.http.FileRequests;
import chatd.daemon.net.tls.Certificates;
import chatd.daemon.net.tls.Tls;
import chatd.daemon.net.tls.TlsProvider;
import chatd.daemon.service.Services;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.ledger.Ledger;
import chatd.daemon.store.read.Stores;
import chatd.daemon.systemd.ServiceManager;
import chatd.daemon.systemd.Watchdog;
import chatd.daemon.trail.AuditTrail;
import chatd.daemon.trail.ShownNames;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Builds the daemon's parts in order, passes each its dependencies, and stops them in reverse order. Started by one
 * thread, stopped by any.
 */
public final class Daemon {
    private static final Logger LOG = LogManager.getLogger(Daemon.class);
    /**
     * Time limit for the last output of all sessions to be sent; with the journal's last batch before it, the whole stop takes
     * under ten seconds.
     */
    private static final Duration GOODBYES = Duration.ofSeconds(5);

    /**
     * How long the peers then have to close their connections: data sent to one already closed here
     * would reset it.
     */
    private static final Duration LINGER = Duration.ofMillis(500);

    /** Bytes of disk reserved for the log, to finish work already begun when the disk is full. */
    private static final long LOG_RESERVE = 16 << 20;

    private static final Duration CERTIFICATE_POLL = Duration.ofSeconds(5);
    private static final Duration SCHEMA_POLL = Duration.ofSeconds(10);
    private static final Duration DATABASE_RETRY = Duration.ofSeconds(1);

    private final Configuration configuration;
    /** The configuration at startup; unaffected by reloads. */
    private final Config config;

    private final Clock clock;
    private final SecureRandom random;
    private final ServiceManager systemd;
    private final List<Integer> inherited;
    private final Consumer<Exception> broken;
    private volatile @Nullable Reload reloading;

    @GuardedBy("this")
    private final Deque<Part> parts = new ArrayDeque<>();

    private final ReentrantLock schemaLock = new ReentrantLock();
    private volatile boolean stopping;
    /** Whether everything that needs no database has been started, the certificates included. */
    private volatile boolean isPrepared;

    private volatile String stopReason = "stopped";

    /** A started part that can be stopped. */
    private interface Part {
        void stop() throws IOException, InterruptedException;
    }

    /**
     * @param systemd notified of the daemon's state
     * @param inherited descriptors of sockets that are already listening; used instead of {@code listen.addresses}
     * @param broken called at least once on a fatal failure: the daemon must then be stopped
     */
    public Daemon(
            Configuration configuration,
            Clock clock,
            SecureRandom random,
            ServiceManager systemd,
            List<Integer> inherited,
            Consumer<Exception> broken) {
        this.configuration = configuration;
        this.config = configuration.get();
        this.clock = clock;
        this.random = random;
        this.systemd = systemd;
        this.inherited = inherited;
        this.broken = broken;
    }

    /**
     * Starts all parts, waiting for the database indefinitely. Blocks.
     *
     * @return the addresses it listens on
     * @throws Stopped if stopped while starting
     * @throws IOException if a resource is unavailable; the message names it
     */
    public List<InetSocketAddress> start() throws IOException, InterruptedException {
        // In parallel with opening the log: loading the native libraries takes a fifth of a second.
        FutureTask<String> natives = runInBackground(
                "natives",
                () -> "TLS by " + TlsProvider.of(config.tls().provider()).title() + ", sockets by "
                        + Listener.transport());
        Watchdog watchdog = new Watchdog(systemd);
        started(watchdog::close);
        Files.createDirectories(config.audit().directory());
        DirectoryLock lock = DirectoryLock.of(new LogFiles(config.audit().directory()));
        started(lock::close);
        Path restoring = new LogFiles(config.audit().directory()).restoring();
        if (Files.exists(restoring)) {
            throw new IOException("a restoration was interrupted: run `chat-admin restore` again (" + restoring
                    + " is there until one is complete)");
        }
        Files.createDirectories(config.admin().directory());
        DirectoryLock sockets = DirectoryLock.take(config.admin().directory(), "admin.lock", "the admin sockets");
        started(sockets::close);
        ClockGuard guard = ClockGuard.of(config.audit(), clock);
        guard.check();
        AuditLog log = AuditLog.open(config.audit().directory(), logOptions(config.audit()), clock);
        Optional<Instant> logged = log.lastSeq() == 0 ? Optional.empty() : Optional.of(log.lastTime());
        log.startPublishing(lock);
        started(log::close);
        Forwarder forwarder = new Forwarder(log, configuration, host(), Forwarder.Timing.USUAL, clock);
        started(forwarder::close);
        long pid = ProcessHandle.current().pid();
        log.append(
                new AuditEvent.Started(Version.current(), pid, result(natives), log.lastMessage(), log.lastChange()));
        started(() -> log.append(new AuditEvent.Stopped(stopReason)));
        forwarder.start();
        // Its libraries' classes take some hundredths of a second.
        FutureTask<Metrics> counters = runInBackground("metrics", Metrics::new);
        Database database = new Database(config.database());
        started(database::close);
        Ledger ledger = new Ledger(database, config.database(), host(), pid);
        Running running = new Running();
        OlderDatabase older = new OlderDatabase(log, ledger);
        // In parallel with loading the certificate, since each takes a large fraction of a second.
        FutureTask<Ledger.LastNumbers> reaching =
                runInBackground("database", () -> openDatabase(database, ledger, older, watchdog, running));

        AuditTrail audit = new AuditTrail(
                log, config.audit().logUnknownNames(), config.audit().refuseOnFailure());
        started(audit::close);
        guard.begin(logged, by -> audit.logBestEffort(new LogEvent.ClockAhead(by)));
        started(guard::close);
        Tls tls = Certificates.load(config.tls(), host(), random, clock);
        Certificates certificates = new Certificates(tls, config.tls(), audit, clock, CERTIFICATE_POLL);
        started(certificates::close);
        Reload reload = new Reload(configuration, certificates, audit, systemd);
        reloading = reload;
        Facts facts = new Facts(
                Version.current(),
                () -> certificates.get().provider().title(),
                Listener.transport(),
                () -> certificates.get().facts(),
                guard::trouble,
                forwarder::status);
        Checks checks = new Checks(facts, configuration, reload, log, clock);
        AllCommands commands = new AllCommands(facts, configuration, reload, log, running, checks, clock);
        started(commands::close);
        // Before the database is reached, so that one can ask why it is not.
        AdminSockets admin = new AdminSockets(config.admin(), commands.all(), audit);
        started(admin::close);
        Metrics metrics = result(counters);
        Optional<SocketAddress> monitored = config.metrics().listen();
        if (monitored.isPresent()) {
            started(new Monitoring(
                    monitored.get(),
                    metrics,
                    new Gauges(facts, running, checks, log, database, clock, metrics.registry()),
                    new Readiness(running, log, watchdog::hanging))::close);
        }
        isPrepared = true;

        Ledger.LastNumbers numbers = result(reaching);
        Stores stores = new Stores(database);
        Directory directory = StoredDirectory.load(stores);
        Contacts contacts = new Contacts(
                stores.contacts().friendships(),
                stores.contacts().requests(),
                stores.contacts().blocks());
        CatchUp catchUp = new CatchUp(log, ledger, stores, directory);
        catchUp.run(() -> {});
        stores.contents().discardUnfinished();

        Sessions sessions = Sessions.of(
                Math.max(numbers.message(), log.lastMessage()), directory.names(), directory.groups()::groupsOf, clock);
        TroubleNotifier notifier = new TroubleNotifier(sessions, audit, broken);
        log.observe(notifier);
        Journal journal = new Journal(
                new Journal.Stages(ledger, log, audit, catchUp, new Applier(directory, contacts, sessions), metrics),
                clock,
                notifier);
        AtomicInteger udp = new AtomicInteger();
        DiskSpace disks = new DiskSpace(configuration, stores.storage(), clock);
        started(disks::close);
        FeatureContext context = new FeatureContext(
                configuration,
                directory,
                contacts,
                journal,
                sessions,
                audit,
                stores,
                disks,
                random,
                clock,
                Version.current(),
                udp::get,
                metrics);
        ShownNames names =
                new ShownNames(directory, log.files(), !config.audit().logNames());
        names.start();
        started(names::close);
        Services services = new Services(context, names, guard::lookForTrouble);
        started(services::close);
        Dispatcher dispatcher = new Dispatcher(services.features(), sessions, audit, configuration, clock, metrics);
        OwnExports exports = new OwnExports(context, log);
        started(exports::close);
        FileRequests files =
                new FileRequests(services.filesOverHttp(), exports, services.bearers(), dispatcher, configuration);
        Listener listener =
                new Listener(configuration, certificates, dispatcher, files, audit, random.nextLong() >>> 32 << 16);
        started(listener::close);
        started(() -> finish(sessions));
        journal.start(numbers);
        started(journal::stop);
        // Before anybody logs in: what was to be erased when the daemon ended is never seen again.
        services.erasures().resume(() -> {
            if (stopping) {
                throw new Stopped();
            }
            systemd.extend(SCHEMA_POLL.multipliedBy(3));
        });
        listener.answerByUdp(services.udpAddressListener());
        udp.set(listener.udpPort());
        List<InetSocketAddress> addresses = listener.open(inherited);
        started(listener::stopAccepting);
        running.setParts(new Running.Parts(services, sessions, journal, addresses));
        // Registered again, so that it is stopped before the parts that its commands use.
        started(admin::close);
        watchdog.watch("the event loops", listener::awaitLoops);
        watchdog.watch("the journal", journal::answer);
        watchdog.watch("the log", log::awaitLiveness);
        watchdog.watch("the database's pool", () -> answer(database, journal));
        watchdog.status(() -> status(sessions, journal, log));
        systemd.ready();
        // Last, since nobody waits for it: it would take a tenth of the startup time.
        services.startIndexing();
        services.retention().start();
        return addresses;
    }

    /**
     * Returns once the pool answers, or the journal finds the database unreachable; does not return while the pool
     * hangs although the database is reachable. Blocks.
     */
    private static void answer(Database database, Journal journal) throws InterruptedException {
        while (!journal.isDatabaseUnavailable()) {
            try {
                database.awaitConnection();
                return;
            } catch (DatabaseUnavailable e) {
                TimeUnit.MILLISECONDS.sleep(DATABASE_RETRY.toMillis());
            }
        }
    }

    private static String status(Sessions sessions, Journal journal, AuditLog log) {
        int online = sessions.presence().onlineCount();
        String trouble = log.trouble();
        return (online == 1 ? "1 user online" : online + " users online")
                + (journal.isDatabaseUnavailable() ? "; the database is unavailable" : "")
                + (trouble == null ? "" : "; the log can't be written: " + trouble);
    }

    /** Reloads the configuration; does nothing before the certificate has been loaded. Any thread. */
    public void reload() {
        Reload current = reloading;
        if (current != null) {
            try {
                current.reload();
            } catch (ConfigException e) {
                LOG.debug("already reported", e);
            }
        }
    }

    /**
     * Repairs and publishes the log left by a daemon that is no longer running, if there is one. Blocks.
     *
     * @throws DirectoryLock.Held if the daemon is still running
     * @throws IOException if the log can't be repaired; the message says why
     */
    static void repairLog(Config.Audit config, Clock clock) throws IOException {
        if (!Files.exists(new LogFiles(config.directory()).part())) {
            return;
        }
        DirectoryLock lock = DirectoryLock.of(new LogFiles(config.directory()));
        try {
            AuditLog.open(config.directory(), logOptions(config), clock).close();
        } finally {
            lock.close();
        }
    }

    private static AuditLog.Options logOptions(Config.Audit audit) {
        return new AuditLog.Options(
                audit.fsync(),
                new AuditLog.Rotation(
                        audit.segmentSize(), audit.segmentMinAge(), audit.segmentMaxSize(), audit.segmentMaxAge()),
                host(),
                audit.sealKey(),
                audit.sealAlgorithm(),
                audit.logNames(),
                audit.retention(),
                LOG_RESERVE);
    }

    /** Returns the machine's own hostname, without a DNS lookup. */
    private static String host() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "localhost";
        }
    }

    /** Starts work on a thread of its own; {@link #result} waits for it. */
    private static <T> FutureTask<T> runInBackground(String name, Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofPlatform().name(name).daemon().start(task);
        return task;
    }

    /** Waits for background work; rethrows what it threw. */
    private static <T> T result(FutureTask<T> work) throws IOException, InterruptedException {
        try {
            return work.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException failure) {
                throw failure;
            }
            throw cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
        }
    }

    private Ledger.LastNumbers openDatabase(
            Database database, Ledger ledger, OlderDatabase older, Watchdog watchdog, Running running)
            throws IOException, InterruptedException {
        String lastReason = "";
        boolean isReady = false;
        while (true) {
            schemaLock.lock();
            try {
                if (stopping) {
                    throw new Stopped();
                }
                Ledger.LastNumbers stored = ledger.open(clock.instant(), database::migrate);
                Ledger.LastNumbers numbers = older.writeOff(stored, clock.instant());
                watchdog.status(() -> "starting");
                running.setWaitReason("");
                return numbers;
            } catch (DatabaseUnavailable e) {
                String reason = String.valueOf(e.getMessage());
                if (!reason.equals(lastReason)) {
                    LOG.warn("CHATD-301 waiting for the database: {}", reason);
                    lastReason = reason;
                    running.setWaitReason(reason);
                    watchdog.status(() -> "waiting for the database: " + reason);
                }
            } finally {
                schemaLock.unlock();
            }
            TimeUnit.MILLISECONDS.sleep(DATABASE_RETRY.toMillis());
            if (isPrepared && !isReady) {
                // Standing by counts as ready, so that whoever started the daemon does not wait too.
                systemd.ready();
                isReady = true;
            }
        }
    }

    /**
     * Finishes all sessions, and waits until their last output is sent, then briefly for their
     * peers to close.
     */
    private static void finish(Sessions sessions) throws InterruptedException {
        sessions.connections().finishAll("server stopping");
        await(
                GOODBYES,
                () -> sessions.connections().all().stream()
                        .allMatch(each -> each.output().hasSaidGoodbye()));
        await(LINGER, () -> sessions.connections().all().isEmpty());
    }

    private static void await(Duration timeout, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /**
     * Stops the started parts in reverse order: refuses new connections, commits and delivers what was accepted, then
     * finishes all sessions. Blocks; any thread.
     */
    public void stop(String reason) {
        stopReason = reason;
        stopping = true;
        systemd.stopping();
        awaitSchema();
        for (Part part = nextToStop(); part != null; part = nextToStop()) {
            stop(part);
        }
    }

    /** Waits until a running schema migration is complete: no daemon could start on a half-migrated schema. */
    private void awaitSchema() {
        try {
            while (!schemaLock.tryLock(SCHEMA_POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.info("CHATD-102 stopping, once the schema is up to date");
                systemd.extend(SCHEMA_POLL.multipliedBy(3));
            }
            schemaLock.unlock();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Thrown if the daemon is stopped while starting. */
    public static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super("stopped while starting", null, false, false);
        }
    }

    private synchronized void started(Part part) {
        if (stopping) {
            stop(part);
            throw new Stopped();
        }
        parts.push(part);
    }

    private static void stop(Part part) {
        try {
            part.stop();
        } catch (IOException e) {
            LOG.warn("CHATD-103 while stopping: {}", FileFailure.describe(e));
        } catch (RuntimeException e) {
            LOG.warn("CHATD-103 while stopping: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized @Nullable Part nextToStop() {
        return parts.poll();
    }
}
