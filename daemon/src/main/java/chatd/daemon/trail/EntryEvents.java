package chatd.daemon.trail;

import chatd.audit.SaltedDigest;
import chatd.audit.event.AccountEvent;
import chatd.audit.event.AmendmentEvent;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.GroupEvent;
import chatd.audit.event.LoggedIdentity;
import chatd.audit.event.Peer;
import chatd.daemon.directory.Directory;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.AccountChanges;
import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Entry;
import chatd.daemon.model.entry.Expiry;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.model.message.StoredFile;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.people.User;
import chatd.text.Days;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Maps entries to log events, by their kind alone: the same event at commit and at catch-up, except that a message's
 * origin is not stored.
 */
public final class EntryEvents {
    private final Directory directory;

    public EntryEvents(Directory directory) {
        this.directory = directory;
    }

    public List<AuditEvent> of(Entry entry) {
        return switch (entry) {
            case Message message -> List.of(sent(message));
            case Amendment amendment -> List.of(amended(amendment));
            case GroupChange change -> List.of(changed(change));
            case Expiry expiry -> List.of(expired(expiry));
            case AccountChange change -> List.of(changed(change.change()));
            case AccountChanges several ->
                several.changes().stream()
                        .map(change -> changed(change.change()))
                        .toList();
        };
    }

    /** Returns the log event of a stored message. */
    public AuditEvent sent(Message message) {
        Origin origin = message.origin();
        StoredFile file = message.file();
        List<Long> receivers = message.receivers();
        return new AuditEvent.MessageSent(
                message.number(),
                sender(message.sender()),
                origin == null ? null : AuditTrail.peer(origin),
                file == null ? null : file.number(),
                file == null ? ByteBufUtil.utf8Bytes(text(message)) : file.size(),
                receivers == null ? null : directory.who(receivers),
                digest(message));
    }

    private LoggedIdentity sender(long sender) {
        return sender == Message.SERVER
                ? new LoggedIdentity(null, User.SERVER)
                : LoggedIdentity.of(sender, directory.nameOf(sender));
    }

    /** Returns the log event of an amendment. */
    public AuditEvent amended(Amendment amendment) {
        Origin origin = amendment.origin();
        long number = amendment.number();
        long message = amendment.subject().message();
        LoggedIdentity who = sender(amendment.sender());
        Peer peer = origin == null ? null : AuditTrail.peer(origin);
        return switch (amendment.act()) {
            case Amendment.TakenBack back -> new AmendmentEvent.TakenBack(number, message, who, peer);
            case Amendment.Corrected corrected -> {
                List<Long> receivers = amendment.receivers();
                yield new AmendmentEvent.Corrected(
                        number,
                        message,
                        who,
                        peer,
                        ByteBufUtil.utf8Bytes(Objects.requireNonNullElse(corrected.text(), "")),
                        receivers == null ? null : directory.who(receivers),
                        digest(amendment, corrected));
            }
            case Amendment.Reacted reacted -> new AmendmentEvent.Reacted(number, message, who, peer, reacted.on());
        };
    }

    /** Returns the log event of an expiry. */
    public AuditEvent expired(Expiry expiry) {
        return new AuditEvent.MessagesExpired(
                expiry.number(),
                expiry.messages(),
                expiry.ranges().stream()
                        .map(range -> new AuditEvent.Numbers(range.from(), range.to()))
                        .toList());
    }

    /** Returns the log event of a group change. */
    public AuditEvent changed(GroupChange change) {
        Origin origin = change.origin();
        return new GroupEvent(
                change.number(),
                LoggedIdentity.ofGroup(change.group(), change.name()),
                sender(change.sender()),
                origin == null ? null : AuditTrail.peer(origin),
                how(change.act()),
                directory.who(about(change.act())));
    }

    private static String how(GroupAction act) {
        return switch (act) {
            case GroupAction.Created created ->
                "create, history " + history(created.wholeHistory()) + (created.open() ? ", open" : "");
            case GroupAction.Added _ -> "add";
            case GroupAction.Removed _ -> "remove";
            case GroupAction.Left left -> left.next() == 0 ? "leave" : "leave, next owner U" + left.next();
            case GroupAction.Joined _ -> "join";
            case GroupAction.Renamed _ -> "rename";
            case GroupAction.RoleGiven given -> "role " + given.role().word();
            case GroupAction.Set set -> {
                Stream<String> changed = Stream.of(
                                set.wholeHistory() == null ? "" : "history " + history(set.wholeHistory()),
                                set.open() == null ? "" : set.open() ? "open" : "not open",
                                set.topic() == null ? "" : "topic")
                        .filter(one -> !one.isEmpty());
                yield "set " + changed.collect(Collectors.joining(", "));
            }
            case GroupAction.AvatarChanged _ -> "avatar";
            case GroupAction.RetentionSet set -> "retention " + Days.typed(set.days());
            case GroupAction.Closed _ -> "close";
        };
    }

    private static String history(boolean isWhole) {
        return isWhole ? "all" : "joined";
    }

    /** Returns the accounts that a change is about. */
    private static List<Long> about(GroupAction act) {
        return switch (act) {
            case GroupAction.Created created -> created.users();
            case GroupAction.Added added -> added.users();
            case GroupAction.Removed removed -> List.of(removed.user());
            case GroupAction.Left left -> List.of(left.user());
            case GroupAction.Joined _ -> List.of();
            case GroupAction.Renamed _ -> List.of();
            case GroupAction.RoleGiven given -> List.of(given.user());
            case GroupAction.Set _ -> List.of();
            case GroupAction.AvatarChanged _ -> List.of();
            case GroupAction.RetentionSet _ -> List.of();
            case GroupAction.Closed _ -> List.of();
        };
    }

    /**
     * Returns the digest of a correction, which binds its log event to it; empty if its message has
     * been taken back since, which erased it.
     */
    public static String digest(Amendment amendment, Amendment.Corrected corrected) {
        return corrected.text() == null
                ? ""
                : new SaltedDigest(
                                corrected.salt(),
                                amendment.number(),
                                amendment.sender(),
                                amendment.receivers(),
                                amendment.time())
                        .ofCorrection(amendment.subject().message(), corrected.text());
    }

    /**
     * Returns the digest of a message, which binds its log event to it; empty for a message that was never sent in this
     * form: with both a text and a file, or with a salt of another length than ours; and for one that was taken back.
     */
    public static String digest(Message message) {
        if ((message.text() != null && message.file() != null) || message.salt().length != SaltedDigest.SALT_BYTES) {
            return "";
        }
        SaltedDigest digest = new SaltedDigest(
                message.salt(), message.number(), message.sender(), message.receivers(), message.time());
        StoredFile file = message.file();
        return file == null
                ? digest.ofText(text(message))
                : digest.ofFile(file.number(), file.name(), file.size(), file.digest());
    }

    private static String text(Message message) {
        return Objects.requireNonNullElse(message.text(), "");
    }

    /** Returns the log event of an account change. */
    public AuditEvent changed(Change change) {
        LoggedIdentity who = LoggedIdentity.of(change.account(), change.name());
        Peer peer = change.origin().map(AuditTrail::peer).orElse(new Peer("s0", "unknown", "unknown", 0));
        return switch (change.kind()) {
            case REGISTERED -> new AccountEvent.Registered(change.number(), who, peer);
            case PASSWORD -> new AccountEvent.PasswordChanged(change.number(), who, peer);
            case LOGIN -> new AccountEvent.LoggedIn(change.number(), who, peer, false);
            case RESUMED -> new AccountEvent.LoggedIn(change.number(), who, peer, true);
            case SETTINGS -> new AccountEvent.SettingsStored(change.number(), who, peer, change.size());
            case ADDED -> byAdministrator(change, who, "add");
            case RESET -> byAdministrator(change, who, "reset");
            case RENAMED ->
                change.actor() == null
                        ? new AccountEvent.Renamed(change.number(), who, change.previousName(), peer)
                        : byAdministrator(change, who, "rename");
            case AVATAR ->
                change.actor() == null
                        ? new AccountEvent.AvatarChanged(change.number(), who, peer, change.size())
                        : byAdministrator(change, who, "avatar");
            case DISABLED -> byAdministrator(change, who, "disable");
            case ENABLED -> byAdministrator(change, who, "enable");
            case UNLOCKED -> byAdministrator(change, who, "unlock");
            case DELETED -> byAdministrator(change, who, "delete");
            case ERASURE_BEGUN -> byAdministrator(change, who, "erase");
            case ERASED -> byAdministrator(change, who, "erased");
            case GRANTED -> byAdministrator(change, who, "grant everyone");
            case REVOKED -> byAdministrator(change, who, "revoke everyone");
            case NOTED -> byAdministrator(change, who, "note");
            case PREFERRED -> new AccountEvent.PreferencesChanged(change.number(), who, peer);
            case ASKED -> friendChanged(change, who, "ask", peer);
            case AGREED -> friendChanged(change, who, "agree", peer);
            case DECLINED -> friendChanged(change, who, "decline", peer);
            case WITHDRAWN -> friendChanged(change, who, "withdraw", peer);
            case UNFRIENDED -> friendChanged(change, who, "remove", peer);
            case BLOCKED -> new AccountEvent.Blocked(change.number(), who, other(change), true, peer);
            case UNBLOCKED -> new AccountEvent.Blocked(change.number(), who, other(change), false, peer);
            case QUOTA -> byAdministrator(change, who, "quota");
            case MUTED -> byAdministrator(change, who, "mute");
            case UNMUTED -> byAdministrator(change, who, "unmute");
            case REPORTED -> new AccountEvent.Reported(change.number(), change.message(), who, peer);
            case REPORT_CLOSED -> reportHandled(change, who, "closed");
            case REPORT_NOTED -> reportHandled(change, who, "noted");
        };
    }

    private static AuditEvent reportHandled(Change change, LoggedIdentity who, String how) {
        return new AccountEvent.ReportHandled(
                change.number(), change.message(), who, String.valueOf(change.actor()), how);
    }

    private AuditEvent friendChanged(Change change, LoggedIdentity who, String how, Peer peer) {
        return new AccountEvent.FriendChanged(change.number(), who, other(change), how, peer);
    }

    private LoggedIdentity other(Change change) {
        return LoggedIdentity.of(change.other(), directory.nameOf(change.other()));
    }

    private static AuditEvent byAdministrator(Change change, LoggedIdentity who, String how) {
        return new AccountEvent.AccountChanged(
                change.number(), who, change.previousName(), how, String.valueOf(change.actor()));
    }
}
