package chatd.daemon.journal;

import chatd.audit.event.AuditEvent;
import chatd.audit.event.LogEvent;
import chatd.audit.event.Peer;
import chatd.audit.event.Who;
import chatd.audit.write.AuditLog;
import chatd.daemon.config.Network;
import chatd.daemon.directory.Names;
import chatd.daemon.model.Account;
import chatd.daemon.model.Origin;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.Caller;
import chatd.protocol.value.Code;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The server log as the services use it. What can't be logged does not happen; where the log can't be written, that is
 * refused, or with {@code audit.on-failure = "continue"} done all the same. Any thread.
 */
public final class AuditTrail implements AutoCloseable {
    private static final int MOST_KEPT = 10_000;

    private final AuditLog log;
    private final boolean unknownNames;
    private final boolean refuse;
    private final Strangers strangers = new Strangers(this::note);
    private final Deque<AuditEvent> kept = new ArrayDeque<>();
    private long dropped;

    /**
     * @param unknownNames whether names typed at log in that no account has are logged
     * @param refuse whether nothing is done that can't be logged
     */
    public AuditTrail(AuditLog log, boolean unknownNames, boolean refuse) {
        this.log = log;
        this.unknownNames = unknownNames;
        this.refuse = refuse;
    }

    /** What is refused as long as the log can't be written. */
    public static Refusal refusal() {
        return new Refusal(
                Code.UNLOGGED,
                "The server can't write its log at the moment, and does nothing that it can't log. "
                        + "Nothing was done; try again later.");
    }

    /** Whether nothing is done that can't be logged. */
    public boolean isRefusing() {
        return refuse;
    }

    /** Whether everything that would have to be logged is to be refused at the moment. */
    public boolean refuses() {
        return refuse && log.trouble() != null;
    }

    /** @throws Refusal {@link Code#UNLOGGED} where everything that would have to be logged is to be refused */
    public void admit() {
        if (refuses()) {
            throw refusal();
        }
    }

    /**
     * Logs what is to be done next, or to be answered; when it returns, the events are in the log.
     *
     * @throws Refusal {@link Code#UNLOGGED} where they can't be logged: it must not happen then
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

    /** Logs what has happened anyway; where that is not possible now, as soon as it is. */
    public void note(AuditEvent event) {
        try {
            log.append(event);
        } catch (IOException e) {
            keep(event);
        }
    }

    private void keep(AuditEvent event) {
        synchronized (kept) {
            if (kept.size() < MOST_KEPT) {
                kept.add(event);
            } else {
                dropped++;
            }
        }
        if (log.trouble() == null) {
            // It is well again since.
            catchUp();
        }
    }

    /** The log can be written again: what was kept is logged. */
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
                // It will be well again another time.
            }
        }
    }

    /** Notes what a caller has caused at will: joined. */
    public void caused(String kind, Caller by, AuditEvent event) {
        strangers.caused(kind, cause(by), event);
    }

    /** As {@link #caused(String, Caller, AuditEvent)}, of what is about an account that is to be told from others. */
    public void caused(String kind, Optional<Account> about, Caller by, AuditEvent event) {
        strangers.caused(kind, about.map(Account::number).orElse(null), cause(by), event);
    }

    /**
     * As {@link #caused(String, Caller, AuditEvent)}, of a Unix user.
     *
     * @param about told apart as long as those are few; null for nothing
     */
    public void caused(String kind, @Nullable String about, String user, AuditEvent event) {
        strangers.caused(kind, about, user, event);
    }

    private static Object cause(Caller by) {
        return by.isLoggedIn() ? (Object) by.account() : Network.around(by.address());
    }

    /** As {@link #caused}, a moment later: for an event loop, which must not wait for the disk. */
    public void soon(String kind, Caller by, AuditEvent event) {
        strangers.soon(() -> caused(kind, by, event));
    }

    /** As {@link #soon(String, Caller, AuditEvent)}, where there is no caller yet. */
    public void soon(String kind, InetAddress by, AuditEvent event) {
        strangers.soon(() -> strangers.caused(kind, Network.around(by), event));
    }

    /** Logs what is waiting to be joined. */
    @Override
    public void close() {
        strangers.close();
        catchUp();
    }

    public Who typed(String name, Optional<Account> account) {
        boolean told = unknownNames && !Names.isTooLong(name);
        return account.map(AuditTrail::who).orElse(told ? new Who(null, name) : Who.UNKNOWN);
    }

    public static Who who(Account account) {
        return Who.of(account.number(), account.name());
    }

    /** The account that asks, if any does. */
    public static Who who(Caller caller) {
        String name = caller.name();
        return name == null ? Who.UNKNOWN : Who.of(caller.account(), name);
    }

    public static Peer peer(Caller caller) {
        return peer(caller.origin());
    }

    static Peer peer(Origin origin) {
        return new Peer(origin.session(), origin.dialect(), origin.address(), origin.port());
    }
}
