package chatd.daemon.service;

import chatd.audit.AccountEvent;
import chatd.audit.AuditEvent;
import chatd.audit.Peer;
import chatd.audit.SaltedDigest;
import chatd.audit.Who;
import chatd.daemon.store.Entry;
import chatd.protocol.User;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import java.util.Objects;

/** What the log says of an entry, by its kind alone: the same when it is committed and when it is caught up with. */
final class EntryEvents {
    private final Directory directory;

    EntryEvents(Directory directory) {
        this.directory = directory;
    }

    List<AuditEvent> of(Entry entry) {
        return switch (entry) {
            case Entry.Message message -> List.of(sent(message));
            case Entry.AccountChange change -> List.of(changed(change.change()));
            case Entry.Import several ->
                several.changes().stream()
                        .map(change -> changed(change.change()))
                        .toList();
        };
    }

    /** What the log says of a stored message. */
    AuditEvent sent(Entry.Message message) {
        Entry.Origin origin = message.origin();
        Entry.StoredFile file = message.file();
        List<Long> receivers = message.receivers();
        return new AuditEvent.MessageSent(
                message.number(),
                message.sender() == Entry.Message.SERVER
                        ? new Who(null, User.SERVER)
                        : Who.of(message.sender(), directory.nameOf(message.sender())),
                origin == null ? null : AuditTrail.peer(origin),
                file == null ? null : file.number(),
                file == null ? ByteBufUtil.utf8Bytes(text(message)) : file.size(),
                receivers == null ? null : directory.who(receivers),
                digest(message));
    }

    /**
     * The digest of a message, by which its event in the log is bound to it; empty for one that nobody ever
     * sent so: with both a text and a file, or with another salt than we make.
     */
    static String digest(Entry.Message message) {
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
}
