package chatd.daemon.health;

import chatd.admin.api.SystemCalls.Problem;
import chatd.admin.api.SystemCalls.Topic;
import chatd.audit.write.AuditLog;
import chatd.daemon.disk.DiskSpace;
import chatd.daemon.forward.Forwarder;
import chatd.daemon.limit.Sweeper;
import chatd.daemon.session.Session;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.read.BackupStore;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What the daemon has at the moment that somebody asks, for monitoring (page {@code operations/monitoring.md}). What takes a
 * question to the database or a disk is looked at every 15 seconds, so that no answer waits for either. Any thread.
 */
public final class Gauges implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(15);

    /** How many times the rest is looked at before the files are that the next start needs, which takes a while. */
    private static final int FILES_EVERY = 20;

    private static final double MILLIS = 1e3;

    private final Running running;
    private final Checks checks;
    private final AuditLog log;
    private final Clock clock;
    private final PrometheusRegistry registry;
    private final Sweeper sampler = new Sweeper("metrics", INTERVAL, this::sample);

    /** Used by one thread at a time. */
    private int samples;

    private volatile Sample sample =
            new Sample(List.of(), OptionalLong.empty(), OptionalLong.empty(), Optional.empty());

    /**
     * What was looked at last.
     *
     * @param logDisk free bytes on the disk of the log
     * @param databaseDisk free bytes on the disk of the database, if that is on this machine
     * @param backup when the last good backup was made; empty if none was, or if that is not known yet
     */
    private record Sample(
            List<Problem> problems, OptionalLong logDisk, OptionalLong databaseDisk, Optional<Instant> backup) {}

    /** @param registry where they are registered */
    public Gauges(
            Facts facts,
            Running running,
            Checks checks,
            AuditLog log,
            Database database,
            Clock clock,
            PrometheusRegistry registry) {
        this.running = running;
        this.checks = checks;
        this.log = log;
        this.clock = clock;
        this.registry = registry;
        GaugeWithCallback.builder()
                .name("chatd_info")
                .help("1, with the version.")
                .labelNames("version")
                .callback(value -> value.call(1, facts.version()))
                .register(registry);
        addPeople();
        addQueues();
        addDatabase(database);
        addLog();
        addForwarding(facts);
        addStored();
        gauge(
                "chatd_certificate_end_timestamp_seconds",
                "When the certificate that is presented expires.",
                () -> seconds(facts.certificate().get().end()));
        addProblems();
        ProcessMetrics.builder().register(registry);
        JvmRuntimeInfoMetric.builder().register(registry);
        JvmMemoryMetrics.builder().register(registry);
        JvmBufferPoolMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
    }

    /** Begins to look at what takes time. */
    public void start() {
        sample();
        sampler.start();
    }

    private void addPeople() {
        GaugeWithCallback.builder()
                .name("chatd_connections")
                .help("Connections, by dialect, and by whether somebody is logged in.")
                .labelNames("dialect", "state")
                .callback(value -> running.ifStarted()
                        .ifPresent(parts -> parts.sessions().connections().all().stream()
                                .collect(Collectors.groupingBy(
                                        each -> List.of(each.dialect().name(), state(each)), Collectors.counting()))
                                .forEach((labels, count) -> value.call(count, labels.toArray(String[]::new)))))
                .register(registry);
        gauge(
                "chatd_users_online",
                "Users who are online.",
                ofParts(parts -> parts.sessions().presence().onlineCount()));
        gauge(
                "chatd_accounts",
                "Accounts that exist.",
                ofParts(parts -> parts.services().directory().all().size()));
        gauge(
                "chatd_calls",
                "Direct sessions that ring, or that are being held.",
                ofParts(parts -> parts.services().calls()));
    }

    private static String state(Session session) {
        return session.isLoggedIn() ? "logged-in" : "stranger";
    }

    private void addQueues() {
        counter(
                "chatd_messages",
                "Messages that were committed since the start.",
                ofParts(parts -> parts.journal().messages()));
        gauge(
                "chatd_journal_waiting",
                "Decisions that wait for the journal.",
                ofParts(parts -> parts.journal().waiting()));
        gauge(
                "chatd_hashes_waiting",
                "Passwords that wait to be hashed.",
                ofParts(parts -> parts.services().hashesWaiting()));
        gauge(
                "chatd_unsent_bytes",
                "Bytes that wait for slow readers.",
                ofParts(parts -> parts.sessions().connections().unsentBytes()));
        gauge(
                "chatd_uploads",
                "Files that are being received.",
                ofParts(parts -> parts.services().files().uploadsInProgress()));
    }

    private void addDatabase(Database database) {
        gauge(
                "chatd_database_up",
                "1 while the database can be reached, otherwise 0.",
                () -> running.ifStarted()
                        .filter(parts -> !parts.journal().isDatabaseUnavailable())
                        .map(parts -> 1)
                        .orElse(0));
        GaugeWithCallback.builder()
                .name("chatd_pool_connections")
                .help("Connections of the pool to the database, by what they do.")
                .labelNames("state")
                .callback(value -> {
                    Database.Pool pool = database.pool();
                    value.call(pool.active(), "active");
                    value.call(pool.idle(), "idle");
                })
                .register(registry);
        gauge(
                "chatd_pool_waiting",
                "Threads that wait for a connection of the pool.",
                () -> database.pool().waiting());
    }

    private void addLog() {
        gauge(
                "chatd_log_writable",
                "1 while the audit log can be written, otherwise 0.",
                () -> log.trouble() == null ? 1 : 0);
        counter("chatd_log_events", "Events and seals in the audit log, since it was begun.", log::lastSeq);
        gauge("chatd_log_message", "The number of the last message in the audit log.", log::lastMessage);
        gauge(
                "chatd_log_segment_bytes",
                "The size of the open segment of the audit log.",
                () -> log.appended().bytes());
        gauge(
                "chatd_log_unsealed_events",
                "Events of the audit log that no seal covers yet.",
                () -> log.unsealed().events());
        gauge(
                "chatd_log_unsealed_seconds",
                "The age of the first event that no seal covers yet; 0 if there is none.",
                () -> log.unsealed()
                        .since()
                        .map(since -> Math.max(
                                0, Duration.between(since, clock.instant()).toMillis() / MILLIS))
                        .orElse(0.0));
    }

    private void addForwarding(Facts facts) {
        gauge("chatd_log_forwarding", "1 while the audit log is forwarded, 0 while it can't be.", () -> {
            Forwarder.Status now = facts.forwarding().get();
            return now.to().isEmpty() ? Double.NaN : now.isConnected() ? 1 : 0;
        });
        gauge("chatd_log_forwarded_seq", "The seq of the last event or seal that was sent to the collector.", () -> {
            Forwarder.Status now = facts.forwarding().get();
            return now.to().isEmpty() ? Double.NaN : now.sent();
        });
    }

    private void addStored() {
        gauge(
                "chatd_index_lag",
                "Entries that the index of messages does not have yet.",
                ofParts(parts -> parts.services().search().indexer().lag()));
        gauge(
                "chatd_files_bytes",
                "Bytes of all files, each content counted once.",
                ofParts(parts -> parts.services().storage().used()));
        GaugeWithCallback.builder()
                .name("chatd_disk_free_bytes")
                .help("Free bytes on the disks of log and database, as far as they are of this machine.")
                .labelNames("disk")
                .callback(value -> {
                    sample.logDisk().ifPresent(free -> value.call((double) free, "log"));
                    sample.databaseDisk().ifPresent(free -> value.call((double) free, "database"));
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("chatd_backup_timestamp_seconds")
                .help("When the last good backup was made.")
                .callback(value -> sample.backup().ifPresent(made -> value.call(seconds(made))))
                .register(registry);
    }

    /** Each topic has a value, so that an alert sees a problem begin and end. */
    private void addProblems() {
        GaugeWithCallback.builder()
                .name("chatd_problems")
                .help("What needs somebody's attention, by topic: 1 is a warning, 2 keeps people from something now.")
                .labelNames("topic")
                .callback(value -> {
                    Map<Topic, Integer> worst = new EnumMap<>(Topic.class);
                    sample.problems()
                            .forEach(problem -> worst.merge(problem.topic(), problem.critical() ? 2 : 1, Math::max));
                    for (Topic topic : Topic.values()) {
                        value.call(worst.getOrDefault(topic, 0), topic.word());
                    }
                })
                .register(registry);
    }

    private boolean sample() {
        Optional<Running.Parts> parts = running.ifStarted();
        DiskSpace disks = parts.map(all -> all.services().storage().disks()).orElse(null);
        boolean withFiles = samples++ % FILES_EVERY == 0;
        List<Problem> problems = new ArrayList<>(checks.problems(running, withFiles));
        if (!withFiles) {
            sample.problems().stream()
                    .filter(problem -> problem.topic() == Topic.NEXT_START)
                    .forEach(problems::add);
        }
        sample = new Sample(
                problems,
                disks == null ? OptionalLong.empty() : disks.freeOnLogDisk(),
                disks == null ? OptionalLong.empty() : disks.freeOnDatabaseDisk(),
                parts.flatMap(all -> lastBackup(all.services().backups())));
        return true;
    }

    private Optional<Instant> lastBackup(BackupStore backups) {
        try {
            return backups.lastMade().map(BackupStore.Ended::time);
        } catch (DatabaseUnavailable e) {
            return sample.backup();
        }
    }

    private static double seconds(Instant time) {
        return time.toEpochMilli() / MILLIS;
    }

    /** Returns a value of the parts that exist once the database was reached; not a number until then. */
    private DoubleSupplier ofParts(ToDoubleFunction<Running.Parts> value) {
        return () -> running.ifStarted().map(value::applyAsDouble).orElse(Double.NaN);
    }

    private void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(now -> tellIfKnown(value.getAsDouble(), now::call))
                .register(registry);
    }

    private static void tellIfKnown(double number, DoubleConsumer told) {
        if (!Double.isNaN(number)) {
            told.accept(number);
        }
    }

    private void counter(String name, String help, DoubleSupplier value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(now -> tellIfKnown(value.getAsDouble(), now::call))
                .register(registry);
    }

    @Override
    public void close() {
        sampler.close();
    }
}
