package chatd.daemon.admin.command;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.SystemCalls;
import chatd.audit.write.AuditLog;
import chatd.certs.ServerNames;
import chatd.daemon.admin.AdminCommand;
import chatd.daemon.admin.Request;
import chatd.daemon.admin.Requester;
import chatd.daemon.admin.Role;
import chatd.daemon.forward.Forwarder;
import chatd.daemon.health.Checks;
import chatd.daemon.health.Facts;
import chatd.daemon.health.Running;
import chatd.daemon.model.account.Account;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.db.DatabaseUnavailable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Implements {@code stats}: the daemon's identity, users online, rates, load and the state of its parts. */
public final class StatsCommands implements AutoCloseable {
    /** Seconds over which rates are averaged. */
    private static final int WINDOW_SECONDS = 60;

    /** Seconds between samples. */
    private static final int SAMPLE_SECONDS = 5;

    /** Maximum interval in seconds between repeated statistics: one day. */
    private static final int MAX_INTERVAL = 86_400;

    private static final long POLL_MILLIS = 250;

    /** Maximum users online who are listed by name. */
    private static final int MAX_NAMED = 100;

    private static final String UNREACHABLE = "unreachable";
    private static final SystemCalls.People NOBODY = new SystemCalls.People(0, 0, 0, 0, List.of(), 0);

    private final Facts facts;
    private final Running running;
    private final AuditLog log;
    private final Checks checks;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private final Thread sampler;

    /** The counters at one moment, by {@link System#nanoTime}. */
    private record Sample(long nanos, long messages, long events) {}

    public StatsCommands(Facts facts, Running running, AuditLog log, Checks checks) {
        this.facts = facts;
        this.running = running;
        this.log = log;
        this.checks = checks;
        this.sampler = Thread.ofVirtual().name("stats").start(this::sample);
    }

    public List<AdminCommand<?, ?, ?>> all() {
        return List.of(
                AdminCommand.polled(SystemCalls.STATS, Role.all(), (request, by, out) -> stats(true)),
                new AdminCommand<>(
                        SystemCalls.WATCH,
                        Role.all(),
                        AdminCommand.LogMode.START_AND_END,
                        List.of("seconds"),
                        this::watch));
    }

    /** Writes the statistics at the requested interval until the client stops reading. Blocks. */
    private Nothing watch(SystemCalls.Watch asked, Requester by, AdminCommand.Parts<SystemCalls.Stats> out)
            throws IOException, InterruptedException {
        int seconds = Request.within("seconds", asked.seconds(), 2, MAX_INTERVAL);
        long pause = TimeUnit.SECONDS.toMillis(Math.max(1, seconds));
        while (out.isClientReading()) {
            out.write(stats(false));
            for (long left = pause; left > 0 && out.isClientReading(); left -= POLL_MILLIS) {
                TimeUnit.MILLISECONDS.sleep(Math.min(left, POLL_MILLIS));
            }
        }
        return Nothing.NOTHING;
    }

    private void sample() {
        try {
            while (true) {
                Sample now = now();
                synchronized (samples) {
                    samples.add(now);
                    if (samples.size() > WINDOW_SECONDS / SAMPLE_SECONDS) {
                        samples.remove();
                    }
                }
                TimeUnit.SECONDS.sleep(SAMPLE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Sample now() {
        return new Sample(
                System.nanoTime(),
                running.ifStarted().map(all -> all.journal().messages()).orElse(0L),
                log.lastSeq());
    }

    /** @param withFiles whether the files that the next start needs are checked, too, which takes a while */
    private SystemCalls.Stats stats(boolean withFiles) throws IOException {
        Optional<Running.Parts> all = running.ifStarted();
        SystemCalls.Parts parts = parts(all);
        return new SystemCalls.Stats(
                identity(all),
                all.map(StatsCommands::people).orElse(NOBODY),
                rates(),
                load(all),
                parts,
                checks.problems(running, withFiles));
    }

    private static SystemCalls.Load load(Optional<Running.Parts> all) {
        Runtime runtime = Runtime.getRuntime();
        return new SystemCalls.Load(
                all.map(parts -> parts.journal().waiting()).orElse(0),
                all.map(parts -> parts.services().hashesWaiting()).orElse(0),
                all.map(parts -> parts.sessions().connections().unsentBytes()).orElse(0L),
                runtime.totalMemory() - runtime.freeMemory(),
                runtime.maxMemory());
    }

    private SystemCalls.Identity identity(Optional<Running.Parts> all) {
        long started = ManagementFactory.getRuntimeMXBean().getStartTime();
        return new SystemCalls.Identity(
                facts.version(),
                ProcessHandle.current().pid(),
                Runtime.version().toString(),
                Instant.ofEpochMilli(started).toString(),
                all.isPresent() ? "serving" : SystemCalls.STARTING,
                facts.tls().get(),
                facts.transport(),
                all.stream()
                        .flatMap(parts -> parts.listening().stream())
                        .map(at -> new SystemCalls.Listening(
                                ServerNames.shortened(at.getAddress().getHostAddress()), at.getPort()))
                        .toList());
    }

    private SystemCalls.Parts parts(Optional<Running.Parts> all) throws IOException {
        Instant end = facts.certificate().get().end();
        return new SystemCalls.Parts(
                all.isEmpty() || all.get().journal().isDatabaseUnavailable() ? UNREACHABLE : "reachable",
                logState(),
                log.files().directory().toAbsolutePath().toString(),
                log.appended().bytes(),
                forwarding(),
                all.map(parts -> parts.services().search().indexer().state()).orElse(UNREACHABLE),
                all.map(StatsCommands::storage).orElse(UNREACHABLE),
                end.toString(),
                Duration.between(Instant.now(), end).toDays());
    }

    private String forwarding() {
        Forwarder.Status now = facts.forwarding().get();
        if (now.to().isEmpty()) {
            return "";
        }
        long waiting = log.lastSeq() - now.sent();
        String far = now.sent() == 0 ? "" : ", sent up to seq " + now.sent();
        return now.isConnected()
                ? "to " + now.to() + far
                : "to " + now.to() + ": not connected" + far + (now.sent() == 0 ? "" : ", " + waiting + " wait");
    }

    private static String storage(Running.Parts parts) {
        try {
            return parts.journal().isDatabaseUnavailable()
                    ? UNREACHABLE
                    : parts.services().storage().state();
        } catch (DatabaseUnavailable e) {
            // The journal has not noticed yet.
            return UNREACHABLE;
        }
    }

    private static SystemCalls.People people(Running.Parts parts) {
        List<Account> accounts = parts.services().directory().all();
        Sessions sessions = parts.sessions();
        Instant now = Instant.now();
        return new SystemCalls.People(
                accounts.size(),
                count(accounts, Account.State.DISABLED, now),
                count(accounts, Account.State.LOCKED, now),
                sessions.presence().onlineCount(),
                sessions.presence().online().stream()
                        .map(session -> String.valueOf(session.name()))
                        .distinct()
                        .sorted()
                        .limit(MAX_NAMED)
                        .toList(),
                sessions.connections().all().size());
    }

    private static long count(List<Account> accounts, Account.State state, Instant now) {
        return accounts.stream()
                .filter(account -> account.stateAt(now) == state)
                .count();
    }

    private SystemCalls.Rates rates() {
        Sample now = now();
        Sample first;
        synchronized (samples) {
            first = samples.isEmpty() ? now : samples.getFirst();
        }
        return new SystemCalls.Rates(
                now.messages(),
                perSecond(now.messages() - first.messages(), now, first),
                now.events(),
                perSecond(now.events() - first.events(), now, first));
    }

    /** Returns a rate per second, rounded to one decimal. */
    private static double perSecond(long more, Sample now, Sample first) {
        double seconds = Math.max(1, (now.nanos() - first.nanos()) / 1e9);
        return Math.round(more / seconds * 10) / 10.0;
    }

    private String logState() {
        String trouble = log.trouble();
        String unpublished = log.unpublished();
        return trouble != null
                ? "can't be written: " + trouble
                : unpublished != null ? "written, but can't be published: " + unpublished : "written";
    }

    @Override
    public void close() {
        sampler.interrupt();
    }
}
