package chatd.daemon.admin;

import chatd.audit.AuditLog;
import chatd.certs.ServerNames;
import chatd.daemon.service.Journal;
import chatd.daemon.service.Services;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.Account;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code stats}: which daemon this is, who is there, what it does, and how its parts fare. */
final class StatsCommand implements AutoCloseable {
    /** Rates are those of so many seconds. */
    private static final int WINDOW = 60;

    /** A day. */
    private static final int LONGEST_PAUSE = 86_400;

    private static final long LOOK_MILLIS = 250;

    /** Of those who are online so many are named. */
    private static final int NAMED = 100;

    private final String version;
    private final List<InetSocketAddress> listening;
    private final Supplier<List<X509Certificate>> chain;
    private final Services services;
    private final Sessions sessions;
    private final Journal journal;
    private final AuditLog log;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private final Thread sampler;

    private record Listening(String address, int port) {
        static Listening at(InetSocketAddress address) {
            return new Listening(ServerNames.shortened(address.getAddress().getHostAddress()), address.getPort());
        }
    }

    /** What had been counted at a moment. */
    private record Sample(long nanos, long messages, long events) {}

    StatsCommand(
            String version,
            List<InetSocketAddress> listening,
            Supplier<List<X509Certificate>> chain,
            Services services,
            Sessions sessions,
            Journal journal,
            AuditLog log) {
        this.version = version;
        this.listening = listening;
        this.chain = chain;
        this.services = services;
        this.sessions = sessions;
        this.journal = journal;
        this.log = log;
        this.sampler = Thread.ofVirtual().name("stats").start(this::sample);
    }

    List<AdminCommand> all() {
        return List.of(
                AdminCommand.shows("stats", Role.all(), (request, by, out) -> stats()),
                new AdminCommand(
                        "stats watch", Role.all(), AdminCommand.When.ALWAYS_AND_LONG, List.of("seconds"), this::watch));
    }

    /** Again every so many seconds, until nobody reads it any more. */
    private Object watch(Request request, String by, AdminCommand.Lines out) throws IOException, InterruptedException {
        long pause = TimeUnit.SECONDS.toMillis(Math.max(1, request.whole("seconds", 2, LONGEST_PAUSE)));
        while (out.areRead()) {
            out.write(stats());
            for (long left = pause; left > 0 && out.areRead(); left -= LOOK_MILLIS) {
                TimeUnit.MILLISECONDS.sleep(Math.min(left, LOOK_MILLIS));
            }
        }
        return Map.of();
    }

    private void sample() {
        try {
            while (true) {
                Sample now = now();
                synchronized (samples) {
                    samples.add(now);
                    if (samples.size() > WINDOW) {
                        samples.remove();
                    }
                }
                TimeUnit.SECONDS.sleep(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Sample now() {
        return new Sample(System.nanoTime(), journal.messages(), log.lastSeq());
    }

    private Map<String, @Nullable Object> stats() throws IOException {
        Map<String, @Nullable Object> stats = new LinkedHashMap<>();
        stats.put("version", version);
        stats.put("pid", ProcessHandle.current().pid());
        stats.put("java", Runtime.version().toString());
        stats.put(
                "started",
                Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime())
                        .toString());
        stats.put("listening", listening.stream().map(Listening::at).toList());
        people(stats);
        rates(stats);
        stats.put("journalWaiting", journal.waiting());
        stats.put("hashesWaiting", services.hashesWaiting());
        stats.put(
                "unsentBytes",
                sessions.all().stream().mapToLong(Session::waiting).sum());
        Runtime runtime = Runtime.getRuntime();
        stats.put("heapUsed", runtime.totalMemory() - runtime.freeMemory());
        stats.put("heapMost", runtime.maxMemory());
        stats.put("database", journal.isAway() ? "away" : "there");
        stats.put("log", logState());
        stats.put("auditLog", log.files().directory().toAbsolutePath().toString());
        stats.put("segmentBytes", log.openBytes());
        Instant end = chain.get().getFirst().getNotAfter().toInstant();
        stats.put("certificateEnd", end.toString());
        stats.put("certificateDays", Duration.between(Instant.now(), end).toDays());
        return stats;
    }

    private void people(Map<String, @Nullable Object> stats) {
        List<Account> accounts = services.directory().all();
        Instant now = Instant.now();
        stats.put("accounts", accounts.size());
        stats.put("disabled", count(accounts, Account.State.DISABLED, now));
        stats.put("locked", count(accounts, Account.State.LOCKED, now));
        stats.put("online", sessions.onlineCount());
        stats.put(
                "who",
                sessions.online().stream()
                        .map(session -> String.valueOf(session.name()))
                        .distinct()
                        .sorted()
                        .limit(NAMED)
                        .toList());
        stats.put("connections", sessions.all().size());
    }

    private static long count(List<Account> accounts, Account.State state, Instant now) {
        return accounts.stream()
                .filter(account -> account.stateAt(now) == state)
                .count();
    }

    private void rates(Map<String, @Nullable Object> stats) {
        Sample now = now();
        Sample first;
        synchronized (samples) {
            first = samples.isEmpty() ? now : samples.getFirst();
        }
        stats.put("messages", now.messages());
        stats.put("messagesPerSecond", perSecond(now.messages() - first.messages(), now, first));
        stats.put("events", now.events());
        stats.put("eventsPerSecond", perSecond(now.events() - first.events(), now, first));
    }

    /** With one decimal. */
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
