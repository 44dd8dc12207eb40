package chatd.daemon.trail;

import chatd.audit.event.AuditEvent;
import chatd.audit.event.LogEvent;
import chatd.audit.event.LoggedIdentity;
import chatd.audit.event.Peer;
import chatd.audit.write.AuditLog;
import chatd.daemon.config.Network;
import chatd.daemon.directory.Names;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.session.Caller;
import chatd.protocol.value.Code;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The services' access to the audit log. While the log can't be written, actions that must be logged are refused or,
 * with {@code audit.on-failure = "continue"}, done all the same and logged later. Thread-safe.
 */
public final class AuditTrail implements AutoCloseable {
    private static final int MAX_KEPT = 10_000;

    private final AuditLog log;
    private final boolean unknownNames;
    private final boolean refuse;
    private final EventCoalescer coalescer = new EventCoalescer(Duration.ofSeconds(10), 16, this::logBestEffort);
    private final EventCoalescer hourly = new EventCoalescer(Duration.ofHours(1), 1_000, this::logBestEffort);
    private final Deque<AuditEvent> kept = new ArrayDeque<>();

    @GuardedBy("kept")
    private long dropped;

    /**
     * @param unknownNames whether to log names typed at login that no account has
     * @param refuse whether to refuse actions that can't be logged
     */
    public AuditTrail(AuditLog log, boolean unknownNames, boolean refuse) {
        this.log = log;
        this.unknownNames = unknownNames;
        this.refuse = refuse;
    }

    /** Returns the refusal used while the log can't be written. */
    public static Refusal refusal() {
        return new Refusal(
                Code.UNLOGGED,
                "The server can't write its log at the moment, and does nothing that it can't log. "
                        + "Nothing was done; try again later.");
    }

    /** Returns whether actions that can't be logged are refused. */
    public boolean refusesOnFailure() {
        return refuse;
    }

    /** Returns whether actions that must be logged are refused at the moment. */
    public boolean isRefusingNow() {
        return refuse && log.trouble() != null;
    }

    /** @throws Refusal {@link Code#UNLOGGED} if actions that must be logged are refused at the moment */
    public void requireLoggable() {
        if (isRefusingNow()) {
            throw refusal();
        }
    }

    /**
     * Logs an event before its action or answer. When this returns, the event is in the log, or, if {@link #refusesOnFailure} is
     * false, perhaps only kept for later, as by {@link #logBestEffort}.
     *
     * @throws Refusal {@link Code#UNLOGGED} if it can't be logged: the action must not happen then
     */
    public void log(AuditEvent event) {
        try {
            log.append(event);
        } catch (IOException e) {
            if (refuse) {
                throw refusal();
            }
            keep(event);
        }
    }

    /**
     * Logs an event that has happened already; while the log can't be written, keeps it until it can be. Of more than
     * 10,000 kept events, the later ones are only counted.
     */
    public void logBestEffort(AuditEvent event) {
        try {
            log.append(event);
        } catch (IOException e) {
            keep(event);
        }
    }

    private void keep(AuditEvent event) {
        synchronized (kept) {
            if (kept.size() < MAX_KEPT) {
                kept.add(event);
            } else {
                dropped++;
            }
        }
        if (log.trouble() == null) {
            // The log has recovered since.
            catchUp();
        }
    }

    /** Logs the events that were kept while the log could not be written. */
    public void catchUp() {
        synchronized (kept) {
            try {
                while (!kept.isEmpty()) {
                    log.append(new AuditEvent.Late(kept.getFirst()));
                    kept.removeFirst();
                }
                if (dropped > 0) {
                    log.append(new LogEvent.LogTroubled(
                            true, dropped + " more events could not be kept until the log could be written again"));
                    dropped = 0;
                }
            } catch (IOException e) {
                // Retried when the log has recovered.
            }
        }
    }

    /** Logs an event that a caller can cause at will, coalescing it with similar ones. */
    public void logCoalesced(String kind, Caller by, AuditEvent event) {
        coalescer.logCoalesced(kind, cause(by), event);
    }

    /**
     * Logs as {@link #logCoalesced(String, Caller, AuditEvent)} does, coalescing events about different accounts separately.
     */
    public void logCoalesced(String kind, Optional<Account> about, Caller by, AuditEvent event) {
        coalescer.logCoalesced(kind, about.map(Account::number).orElse(null), cause(by), event);
    }

    /**
     * Logs as {@link #logCoalesced(String, Caller, AuditEvent)} does, for an event caused by a Unix user.
     *
     * @param about the subject, coalesced separately as long as there are few; null for none
     */
    public void logCoalesced(String kind, @Nullable String about, String user, AuditEvent event) {
        coalescer.logCoalesced(kind, about, user, event);
    }

    /**
     * Logs an event that a user causes; its repetitions within an hour become one event with their count.
     *
     * @param about the subject, coalesced separately; null for none
     */
    public void logHourly(String kind, @Nullable Object about, Caller by, AuditEvent event) {
        hourly.logCoalesced(kind, about, cause(by), event);
    }

    /** Logs as {@link #logHourly(String, Object, Caller, AuditEvent)} does, for an event caused by a Unix user. */
    public void logHourly(String kind, @Nullable Object about, String user, AuditEvent event) {
        hourly.logCoalesced(kind, about, user, event);
    }

    private static Object cause(Caller by) {
        return by.isLoggedIn() ? (Object) by.account() : Network.around(by.address());
    }

    /** Logs as {@link #logCoalesced} does, a moment later: for event loops, which must not wait for the disk. */
    public void logCoalescedLater(String kind, Caller by, AuditEvent event) {
        coalescer.runLater(() -> logCoalesced(kind, by, event));
    }

    /** Logs as {@link #logCoalescedLater(String, Caller, AuditEvent)} does, for an address without a session yet. */
    public void logCoalescedLater(String kind, InetAddress by, AuditEvent event) {
        coalescer.runLater(() -> coalescer.logCoalesced(kind, Network.around(by), event));
    }

    /** Logs the pending coalesced events, and those that were kept. */
    @Override
    public void close() {
        coalescer.close();
        hourly.close();
        catchUp();
    }

    public LoggedIdentity typedIdentity(String name, Optional<Account> account) {
        boolean mayLogName = unknownNames && !Names.isTooLong(name);
        return account.map(AuditTrail::identityOf)
                .orElse(mayLogName ? new LoggedIdentity(null, name) : LoggedIdentity.UNKNOWN);
    }

    public static LoggedIdentity identityOf(Account account) {
        return LoggedIdentity.of(account.number(), account.name());
    }

    /** Returns the caller's account; {@link LoggedIdentity#UNKNOWN} if it is not logged in. */
    public static LoggedIdentity identityOf(Caller caller) {
        String name = caller.name();
        return name == null ? LoggedIdentity.UNKNOWN : LoggedIdentity.of(caller.account(), name);
    }

    public static Peer peer(Caller caller) {
        return peer(caller.origin());
    }

    static Peer peer(Origin origin) {
        return new Peer(origin.session(), origin.dialect(), origin.address(), origin.port());
    }
}
