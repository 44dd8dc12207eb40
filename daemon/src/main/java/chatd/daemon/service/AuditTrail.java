package chatd.daemon.service;

import chatd.audit.AuditEvent;
import chatd.audit.AuditLog;
import chatd.audit.Peer;
import chatd.audit.SaltedDigest;
import chatd.audit.Who;
import chatd.daemon.session.Session;
import chatd.daemon.store.Account;
import chatd.daemon.store.Entry;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The server log as the services use it: what can't be logged ends the daemon, since it must not happen. Any thread. */
public final class AuditTrail implements AutoCloseable {
    private final AuditLog log;
    private final boolean unknownNames;
    private final Consumer<Exception> broken;
    private final Strangers strangers = new Strangers(this::log);

    /**
     * @param unknownNames whether names typed at log in that no account has are logged
     * @param broken told that the log can't be written
     */
    public AuditTrail(AuditLog log, boolean unknownNames, Consumer<Exception> broken) {
        this.log = log;
        this.unknownNames = unknownNames;
        this.broken = broken;
    }

    /** Logs; when it returns, the events are in the log. */
    public void log(AuditEvent... events) {
        try {
            log.append(events);
        } catch (IOException e) {
            broken.accept(e);
            throw new IllegalStateException("the server log can't be written", e);
        }
    }

    /** Logs what a session has caused: joined as long as nobody is logged in there. */
    public void caused(String kind, Session by, AuditEvent event) {
        if (by.isLoggedIn()) {
            log(event);
        } else {
            strangers.caused(kind, by.address(), event);
        }
    }

    /** As {@link #caused}, a moment later: for an event loop, which must not wait for the disk. */
    public void soon(String kind, Session by, AuditEvent event) {
        strangers.soon(() -> caused(kind, by, event));
    }

    /** As {@link #soon(String, Session, AuditEvent)}, where there is no session yet. */
    public void soon(String kind, InetAddress by, AuditEvent event) {
        strangers.soon(() -> strangers.caused(kind, by, event));
    }

    /** Logs what is waiting to be joined. */
    @Override
    public void close() {
        strangers.close();
    }

    Who typed(String name, Optional<Account> account) {
        return account.map(AuditTrail::who).orElse(unknownNames ? new Who(null, name) : Who.UNKNOWN);
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
                        ? new Who(null, Names.SERVER)
                        : Who.of(message.sender(), directory.nameOf(message.sender())),
                peer,
                file == null ? null : file.number(),
                file == null ? ByteBufUtil.utf8Bytes(text(message)) : file.size(),
                receivers == null ? null : directory.who(receivers),
                digest(message));
    }

    /**
     * The digest of a message, by which its event in the log is bound to it; empty for one that has both a text and a
     * file, which nobody ever sent.
     */
    public static String digest(Entry.Message message) {
        if (message.text() != null && message.file() != null) {
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

    static Entry.Origin origin(Session session) {
        Peer peer = peer(session);
        return new Entry.Origin(peer.session(), peer.dialect(), peer.address(), peer.port());
    }
}
