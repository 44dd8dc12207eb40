package chatd.daemon.service;

import chatd.audit.AccountEvent;
import chatd.audit.AuditEvent;
import chatd.audit.AuditLog;
import chatd.audit.LogEvent;
import chatd.audit.Peer;
import chatd.audit.SaltedDigest;
import chatd.audit.Who;
import chatd.daemon.config.Network;
import chatd.daemon.session.Session;
import chatd.daemon.store.Account;
import chatd.daemon.store.Entry;
import chatd.protocol.Code;
import chatd.protocol.User;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
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

    /** Notes what a session has caused at will: joined. */
    public void caused(String kind, Session by, AuditEvent event) {
        strangers.caused(kind, cause(by), event);
    }

    /** As {@link #caused(String, Session, AuditEvent)}, of what is about an account that is to be told from others. */
    void caused(String kind, Optional<Account> about, Session by, AuditEvent event) {
        strangers.caused(kind, about.map(Account::number).orElse(null), cause(by), event);
    }

    /**
     * As {@link #caused(String, Session, AuditEvent)}, of a Unix user.
     *
     * @param about told apart as long as those are few; null for nothing
     */
    public void caused(String kind, @Nullable String about, String user, AuditEvent event) {
        strangers.caused(kind, about, user, event);
    }

    private static Object cause(Session by) {
        return by.isLoggedIn() ? (Object) by.account() : Network.around(by.address());
    }

    /** As {@link #caused}, a moment later: for an event loop, which must not wait for the disk. */
    public void soon(String kind, Session by, AuditEvent event) {
        strangers.soon(() -> caused(kind, by, event));
    }

    /** As {@link #soon(String, Session, AuditEvent)}, where there is no session yet. */
    public void soon(String kind, InetAddress by, AuditEvent event) {
        strangers.soon(() -> strangers.caused(kind, Network.around(by), event));
    }

    /** Logs what is waiting to be joined. */
    @Override
    public void close() {
        strangers.close();
        catchUp();
    }

    Who typed(String name, Optional<Account> account) {
        boolean told = unknownNames && !Names.isTooLong(name);
        return account.map(AuditTrail::who).orElse(told ? new Who(null, name) : Who.UNKNOWN);
    }

    public static Who who(Account account) {
        return Who.of(account.number(), account.name());
    }

    /** Who is logged in on a session, if anyone is. */
    public static Who who(Session session) {
        String name = session.name();
        return name == null ? Who.UNKNOWN : Who.of(session.account(), name);
    }

    public static Peer peer(Session session) {
        return new Peer(session.id(), session.dialect().name(), session.addressText(), session.port());
    }

    static Peer peer(Entry.Origin origin) {
        return new Peer(origin.session(), origin.dialect(), origin.address(), origin.port());
    }

    /** What the log says of a stored message; {@code peer} is where it came from, where that is still known. */
    static AuditEvent sent(Entry.Message message, Directory directory, @Nullable Peer peer) {
        Entry.StoredFile file = message.file();
        List<Long> receivers = message.receivers();
        return new AuditEvent.MessageSent(
                message.number(),
                message.sender() == Entry.Message.SERVER
                        ? new Who(null, User.SERVER)
                        : Who.of(message.sender(), directory.nameOf(message.sender())),
                peer,
                file == null ? null : file.number(),
                file == null ? ByteBufUtil.utf8Bytes(text(message)) : file.size(),
                receivers == null ? null : directory.who(receivers),
                digest(message));
    }

    /**
     * The digest of a message, by which its event in the log is bound to it; empty for one that nobody ever
     * sent so: with both a text and a file, or with another salt than we make.
     */
    public static String digest(Entry.Message message) {
        if ((message.text() != null && message.file() != null) || message.salt().length != SaltedDigest.SALT) {
            return "";
        }
        SaltedDigest digest = new SaltedDigest(
                message.salt(), message.number(), message.sender(), message.receivers(), message.time());
        Entry.StoredFile file = message.file();
        return file == null
                ? digest.ofText(text(message))
                : digest.ofFile(file.number(), file.name(), file.size(), file.digest());
    }

    private static String text(Entry.Message message) {
        return Objects.requireNonNullElse(message.text(), "");
    }

    /** What the log says of a change of an account. */
    static AuditEvent changed(Entry.Change change) {
        Who who = Who.of(change.account(), change.name());
        Peer peer = change.origin().map(AuditTrail::peer).orElse(new Peer("s0", "unknown", "unknown", 0));
        return switch (change.kind()) {
            case REGISTERED -> new AccountEvent.Registered(change.number(), who, peer);
            case PASSWORD -> new AccountEvent.PasswordChanged(change.number(), who, peer);
            case LOGIN -> new AccountEvent.LoggedIn(change.number(), who, peer);
            case SETTINGS -> new AccountEvent.SettingsStored(change.number(), who, peer, change.size());
            case ADDED -> byAdministrator(change, who, "add");
            case RESET -> byAdministrator(change, who, "reset");
            case RENAMED -> byAdministrator(change, who, "rename");
            case DISABLED -> byAdministrator(change, who, "disable");
            case ENABLED -> byAdministrator(change, who, "enable");
            case UNLOCKED -> byAdministrator(change, who, "unlock");
            case DELETED -> byAdministrator(change, who, "delete");
            case GRANTED -> byAdministrator(change, who, "grant everyone");
            case REVOKED -> byAdministrator(change, who, "revoke everyone");
        };
    }

    private static AuditEvent byAdministrator(Entry.Change change, Who who, String how) {
        return new AccountEvent.AccountChanged(change.number(), who, change.was(), how, String.valueOf(change.actor()));
    }

    static Entry.Origin origin(Session session) {
        Peer peer = peer(session);
        return new Entry.Origin(peer.session(), peer.dialect(), peer.address(), peer.port());
    }
}
