package chatd.daemon.health;

import chatd.admin.api.SystemCalls;
import chatd.admin.api.SystemCalls.Problem;
import chatd.admin.api.SystemCalls.Topic;
import chatd.audit.write.AuditLog;
import chatd.certs.ChainFacts;
import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigException;
import chatd.daemon.config.Configuration;
import chatd.daemon.files.Storage;
import chatd.daemon.forward.Forwarder;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.read.BackupStore;
import chatd.daemon.store.read.ReportStore;
import chatd.daemon.store.read.StorageStore;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Finds what needs an administrator's attention, for {@code stats --check}, as one sentence each.
 * Any thread; blocks.
 */
public final class Checks {
    private static final Logger LOG = LogManager.getLogger(Checks.class);

    /** Percentage of use from which being nearly full is a problem. */
    private static final int FULL = 90;

    /** How long the collector of the log may be away before that is a problem: it may be restarted, too. */
    private static final Duration COLLECTOR_AWAY = Duration.ofMinutes(5);

    private final Facts facts;
    private final Configuration configuration;
    private final Reloader reloader;
    private final AuditLog log;
    private final Clock clock;

    public Checks(Facts facts, Configuration configuration, Reloader reloader, AuditLog log, Clock clock) {
        this.facts = facts;
        this.configuration = configuration;
        this.reloader = reloader;
        this.log = log;
        this.clock = clock;
    }

    /**
     * Returns the problems of the daemon. Blocks.
     *
     * @param withFiles whether to check the files that the next start needs, which takes a while
     */
    public List<Problem> problems(Running running, boolean withFiles) {
        return running.ifStarted()
                .map(parts -> problems(parts, parts.journal().isDatabaseUnavailable(), withFiles))
                .orElseGet(() -> problems(running.progress(), withFiles));
    }

    private List<Problem> problems(Running.Parts running, boolean isDatabaseAway, boolean withFiles) {
        List<Problem> problems = new ArrayList<>();
        if (isDatabaseAway) {
            problems.add(Problem.critical(Topic.DATABASE, "The database can't be reached."));
        }
        addDaemonProblems(problems, withFiles);
        String search = running.services().search().indexer().trouble();
        if (!search.isEmpty()) {
            problems.add(Problem.warning(Topic.SEARCH, "Search is not available: " + search + "."));
        }
        int connections = running.sessions().connections().all().size();
        int most = configuration.get().limits().connections();
        if (connections >= most * (long) FULL / 100) {
            problems.add(Problem.warning(
                    Topic.CONNECTIONS,
                    "There are " + connections + " connections of at most " + most + " (limits.connections)."));
        }
        if (!isDatabaseAway) {
            try {
                addDatabaseProblems(running, problems);
            } catch (DatabaseUnavailable e) {
                // The journal has not noticed yet.
                problems.add(Problem.critical(Topic.DATABASE, "The database can't be reached."));
            }
        }
        return problems;
    }

    private List<Problem> problems(String progress, boolean withFiles) {
        List<Problem> problems = new ArrayList<>();
        problems.add(Problem.critical(Topic.SERVICE, "Nobody is served yet: " + progress + "."));
        addDaemonProblems(problems, withFiles);
        return problems;
    }

    private void addDaemonProblems(List<Problem> problems, boolean withFiles) {
        addLogProblems(problems);
        addForwardingProblems(problems);
        addClockProblems(problems);
        addCertificateProblems(problems);
        if (withFiles) {
            nextStart()
                    .forEach(problem -> problems.add(
                            Problem.warning(Topic.NEXT_START, "The next start would fail: " + problem + ".")));
        }
        addHeapProblems(problems);
    }

    private void addLogProblems(List<Problem> problems) {
        String trouble = log.trouble();
        String unpublished = log.unpublished();
        if (trouble != null) {
            problems.add(Problem.critical(Topic.LOG, "The audit log can't be written: " + trouble + "."));
        } else if (unpublished != null) {
            problems.add(Problem.warning(
                    Topic.LOG, "The audit log is written, but can't be published: " + unpublished + "."));
        }
        Instant logged = log.lastTime();
        if (Duration.between(clock.instant(), logged).compareTo(StorageStore.ClockReading.TOLERANCE) > 0) {
            problems.add(Problem.warning(
                    Topic.CLOCK,
                    "The clock is behind the log, whose last event is of " + logged.truncatedTo(ChronoUnit.SECONDS)
                            + ": until then all events have that time. Was the clock ahead? `timedatectl` shows it."));
        }
    }

    private void addForwardingProblems(List<Problem> problems) {
        Forwarder.Status forwarding = facts.forwarding().get();
        if (!forwarding.failure().isEmpty()
                && Duration.between(forwarding.since(), clock.instant()).compareTo(COLLECTOR_AWAY) >= 0) {
            problems.add(Problem.warning(
                    Topic.FORWARDING,
                    "The log has not been forwarded to " + forwarding.to() + " since "
                            + forwarding.since().truncatedTo(ChronoUnit.SECONDS) + ": " + forwarding.failure()
                            + ". What is not forwarded waits in the log."));
        }
    }

    private void addClockProblems(List<Problem> problems) {
        String suspicious = facts.clock().get();
        if (!suspicious.isEmpty()) {
            problems.add(Problem.warning(Topic.CLOCK_JUMP, suspicious));
        }
    }

    private void addCertificateProblems(List<Problem> problems) {
        ChainFacts certificate = facts.certificate().get();
        Instant now = clock.instant();
        long days = Duration.between(now, certificate.end()).toDays();
        if (now.isAfter(certificate.end())) {
            problems.add(Problem.critical(
                    Topic.CERTIFICATE,
                    "The certificate expired at " + certificate.end() + ": nobody can connect. Renew it."));
        } else if (days <= SystemCalls.RENEWAL_DAYS) {
            problems.add(Problem.warning(
                    Topic.CERTIFICATE,
                    "The certificate expires at " + certificate.end() + ", in " + days + " days: renew it."));
        }
        if (!certificate.advice().isEmpty()) {
            problems.add(Problem.warning(Topic.CERTIFICATE, certificate.advice()));
        }
    }

    private void addBackupProblems(BackupStore backups, List<Problem> problems) {
        backups.lastEnded()
                .filter(last -> !last.failure().isEmpty())
                .ifPresent(last -> problems.add(Problem.warning(
                        Topic.BACKUP,
                        "The last backup, to " + last.file() + " at "
                                + last.time().truncatedTo(ChronoUnit.SECONDS) + ", failed: " + last.failure() + ".")));
        Config.Backup wanted = configuration.get().backup();
        if (wanted.directory().isEmpty() || wanted.maxAge().isZero()) {
            return;
        }
        Optional<Instant> made = backups.lastMade().map(BackupStore.Ended::time);
        if (made.isEmpty()) {
            problems.add(Problem.warning(
                    Topic.BACKUP,
                    "No backup has been made yet, though backup.directory is set: `chat-admin backup` makes one, and"
                            + " `systemctl enable --now chatd-backup.timer` one every night."));
        } else if (Duration.between(made.get(), clock.instant()).compareTo(wanted.maxAge()) > 0) {
            problems.add(Problem.warning(
                    Topic.BACKUP,
                    "The last backup is of " + made.get().truncatedTo(ChronoUnit.SECONDS)
                            + ", longer ago than backup.max-age: see `systemctl status chatd-backup`."));
        }
    }

    /** Returns what would keep a daemon from starting with the files as they are now. */
    public List<String> nextStart() {
        try {
            return reloader.startupErrors(configuration.check());
        } catch (ConfigException e) {
            return e.errors();
        }
    }

    /** Warns, in the service log, of what would keep a daemon from starting. */
    public void warnOfNextStart() {
        List<String> problems = nextStart();
        if (!problems.isEmpty()) {
            LOG.warn("CHATD-109 the next start would fail: {}", String.join("; ", problems));
        }
    }

    private static void addHeapProblems(List<Problem> problems) {
        ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getCollectionUsage)
                .filter(Objects::nonNull)
                // The young generation is empty after each collection, and too small to say
                // anything.
                .filter(usage -> usage.getMax() >= Runtime.getRuntime().maxMemory() / 2)
                .filter(usage -> usage.getUsed() >= usage.getMax() / 100 * FULL)
                .findFirst()
                .map(MemoryUsage::getMax)
                .ifPresent(
                        most -> problems.add(
                                Problem.warning(
                                        Topic.MEMORY,
                                        "The memory is used up to " + FULL + " % and more of " + (most >> 20)
                                                + " MiB, of what was kept by the last collection: raise CHAT_HEAP in /etc/default/chatd.")));
    }

    private void addDatabaseProblems(Running.Parts running, List<Problem> problems) {
        Storage storage = running.services().storage();
        String full = storage.full();
        if (!full.isEmpty()) {
            problems.add(Problem.critical(Topic.DISK, full));
        }
        Stream.of(full.isEmpty() ? storage.trouble() : "", storage.trend())
                .filter(problem -> !problem.isEmpty())
                .forEach(problem -> problems.add(Problem.warning(Topic.DISK, problem)));
        StorageStore.ClockReading read = storage.store().readClock(clock);
        if (read.isOff()) {
            problems.add(Problem.warning(
                    Topic.CLOCK,
                    "The clock is off that of the database, which has "
                            + read.there().truncatedTo(ChronoUnit.SECONDS) + " at "
                            + read.before().truncatedTo(ChronoUnit.SECONDS)
                            + ": `timedatectl` shows it, on both machines."));
        }
        configuration.get().reports().notified().stream()
                .filter(name -> running.services().directory().named(name).isEmpty())
                .forEach(name -> problems.add(Problem.warning(
                        Topic.CONFIGURATION, "reports.notify names " + name + ", but no user has that name.")));
        addBackupProblems(running.services().backups(), problems);
        ReportStore.Open open = running.services().reports().open();
        if (open.number() > 0) {
            problems.add(Problem.warning(
                    Topic.REPORTS,
                    (open.number() == 1 ? "A report is open" : open.number() + " reports are open, the oldest")
                            + " since " + open.since().truncatedTo(ChronoUnit.SECONDS) + ": see `report list`."));
        }
    }
}
