package chatd.daemon.journal;

import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.AccountChanges;
import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.Expiry;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.message.StoredFile;
import chatd.daemon.session.Copies;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.ledger.Committed;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Document;
import chatd.protocol.value.MessageState;
import chatd.protocol.value.References;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.people.Avatar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Applies entries that were committed and logged, using nothing but the entry: updates the directory and the sessions,
 * and delivers messages. The submitter is notified by the journal. Called in the order of the entries, on the journal's
 * thread.
 */
public final class Applier {
    private final Directory directory;
    private final GroupDirectory groups;
    private final Contacts contacts;
    private final Sessions sessions;

    public Applier(Directory directory, Contacts contacts, Sessions sessions) {
        this.directory = directory;
        this.groups = directory.groups();
        this.contacts = contacts;
        this.sessions = sessions;
    }

    /** Begins to apply a batch. */
    void batchBegins() {
        sessions.fanout().batchBegins();
    }

    /** Applies one entry; what it queues for the sessions is flushed by {@link #batchApplied}. */
    void apply(Committed<?> committed) {
        switch (committed.entry()) {
            case Message message -> {
                recordInGroup(message.group(), message.number());
                sessions.fanout()
                        .deliver(committed, Copies.of(message), event(message, MessageState.UNCHANGED, directory));
            }
            case Amendment amendment -> {
                recordInGroup(amendment.subject().group(), amendment.number());
                sessions.fanout()
                        .deliver(
                                committed,
                                Copies.of(amendment, account -> canSee(account, amendment.subject())),
                                event(amendment, directory));
            }
            case GroupChange change -> apply(committed, change);
            case AccountChange change -> apply(change);
            case AccountChanges several -> apply(several);
            // Clients know how long messages are kept.
            case Expiry _ -> sessions.fanout().pass(committed);
        }
    }

    /** Records that an entry is in the history of a group; 0 for none. */
    private void recordInGroup(long group, long number) {
        if (group != 0) {
            groups.recordNewest(group, number);
        }
    }

    /**
     * Applies a change to a group, and notifies its members, including those who joined or left
     * through it.
     */
    private void apply(Committed<?> committed, GroupChange change) {
        Copies copies = Copies.of(change);
        MessageEvent.Message event = event(change, directory);
        if (change.removedAccount() != 0) {
            sessions.fanout().deliver(committed, copies, event);
            groups.apply(change);
            sessions.presence().leftGroup(change.group(), change.removedAccount());
            return;
        }
        groups.apply(change);
        if (change.act() instanceof GroupAction.AvatarChanged changed) {
            directory.avatars().put(Addressee.group(change.group()), changed.avatar());
        }
        List<Long> joined = new ArrayList<>(change.addedAccounts());
        if (change.act() instanceof GroupAction.Created) {
            joined.add(change.sender());
        }
        sessions.presence().joinedGroup(change.group(), joined);
        sessions.fanout().deliver(committed, copies, event);
    }

    /** Returns whether an account can see a message that went to everyone or to a group. */
    private boolean canSee(long account, Amendment.Subject subject) {
        if (subject.group() != 0) {
            return groups.sees(account, subject.group(), subject.message());
        }
        return directory.require(account).everyoneAfter() < subject.message();
    }

    /** Flushes the sessions once all entries of a batch are applied. */
    void batchApplied() {
        sessions.fanout().batchApplied();
    }

    /** Announces the new accounts together, then applies the other changes. */
    private void apply(AccountChanges several) {
        List<Account> made = new ArrayList<>();
        for (AccountChange change : several.changes()) {
            if (change.effect() instanceof Effect.AccountMade(Account account, String hash)) {
                made.add(account);
            }
        }
        sessions.presence().announce(made, directory::put);
        several.changes().stream()
                .filter(change -> !(change.effect() instanceof Effect.AccountMade))
                .forEach(this::apply);
    }

    private void apply(AccountChange entry) {
        Change change = entry.change();
        contacts.apply(change, entry.effect());
        switch (entry.effect()) {
            case Effect.AccountMade made -> {
                if (change.kind() == Change.Kind.REGISTERED) {
                    directory.markRegistered(change.account());
                }
                sessions.presence().announce(List.of(made.account()), directory::put);
            }
            case Effect.PasswordSet set -> {
                Account account = directory.require(change.account());
                directory.putPassword(account.withPassword(set.mustChange(), set.ends()));
                if (change.kind() == Change.Kind.RESET) {
                    end(change, "An administrator has reset the password of this account.", "password reset");
                } else {
                    end(change, "The password of this account was changed elsewhere.", "password changed elsewhere");
                }
            }
            case Effect.AccountUpdated updated -> apply(change, updated.account());
            case Effect.AccountDeleted _ -> delete(change.account());
            case Effect.ErasureBegun _ -> {
                if (directory.findExisting(change.account()).isPresent()) {
                    delete(change.account());
                }
            }
            case Effect.AccountErased erased -> {
                directory.forgetNames(change.account());
                groups.forgetTexts(erased.groups(), erased.topics());
                erased.groups().forEach(group -> directory.avatars().put(Addressee.group(group), Avatar.NONE));
            }
            case Effect.LoggedIn in -> {
                Account.Login login = new Account.Login(change.time(), in.address(), in.port());
                directory.put(directory.require(change.account()).withLogin(login));
            }
            case Effect.SettingsStored stored -> {
                directory.incrementSettingsGeneration(change.account());
                sessions.fanout()
                        .tell(
                                change.account(),
                                change.session(),
                                new UserEvent.Settings(new Document(stored.document())));
            }
            case Effect.AvatarChanged changed -> {
                directory.avatars().put(change.account(), changed.avatar());
                sessions.fanout()
                        .tellAll(new UserEvent.Avatars(new TreeMap<>(
                                Map.of(change.account(), changed.avatar().digest()))));
            }
            case Effect.FriendAsked asked -> {
                String name = directory.nameOf(change.account());
                Event event = new UserEvent.FriendAsked(change.account(), name, asked.asked(), asked.text());
                tellBoth(change, event, asked.told() ? asked.asked() : 0);
            }
            case Effect.FriendsMade made -> tellFriendsMade(change, made);
            case Effect.FriendDeclined no ->
                tellBoth(change, new UserEvent.FriendAnswered(change.account(), no.asker(), false), no.asker());
            case Effect.RequestWithdrawn withdrawn ->
                tellBoth(
                        change,
                        new UserEvent.FriendRemoved(change.account(), withdrawn.asked()),
                        withdrawn.told() ? withdrawn.asked() : 0);
            case Effect.FriendRemoved removed ->
                tellBoth(change, new UserEvent.FriendRemoved(change.account(), removed.other()), removed.other());
            case Effect.UserBlocked _ -> {}
            case Effect.MessageReported _ -> {}
            case Effect.ReportClosed _ -> {}
            case Effect.ReportNoted _ -> {}
        }
    }

    private void delete(long account) {
        directory.put(directory.require(account).deleted());
        groups.forget(account);
        directory.avatars().put(account, Avatar.NONE);
        sessions.presence().remove(account, "An administrator has deleted this account.", "deleted");
    }

    /** Tells the user's other sessions, and the other user; 0 for none. */
    private void tellBoth(Change change, Event event, long other) {
        sessions.fanout().tell(change.account(), change.session(), event);
        if (other != 0) {
            sessions.fanout().tell(other, "", event);
        }
    }

    /**
     * Tells both users that they are friends, as the answer to the one who asked; after crossed
     * requests, to both.
     */
    private void tellFriendsMade(Change change, Effect.FriendsMade made) {
        long account = change.account();
        tellBoth(change, new UserEvent.FriendAnswered(account, made.other(), true), made.other());
        if (made.crossed()) {
            sessions.fanout().tell(account, "", new UserEvent.FriendAnswered(made.other(), account, true));
        }
    }

    private void apply(Change change, Account account) {
        if (change.kind() == Change.Kind.DISABLED) {
            directory.putPassword(account);
        } else {
            directory.put(account);
        }
        switch (change.kind()) {
            case DISABLED -> end(change, "An administrator has disabled this account.", "disabled");
            case RENAMED ->
                sessions.presence()
                        .rename(
                                account.number(),
                                account.name(),
                                (change.actor() == null
                                                ? "This account was renamed"
                                                : "An administrator has renamed this account")
                                        + ": your name is now " + account.name() + "; use it to log in from now on.",
                                change.session());
            case PREFERRED ->
                sessions.fanout().tell(account.number(), "", new UserEvent.PreferencesChanged(account.preferences()));
            default -> {}
        }
    }

    /** Ends the account's sessions, except the one that made the change. */
    private void end(Change change, String farewell, String why) {
        sessions.presence().end(change.account(), change.session(), farewell, why);
    }

    /** Returns a stored message in the form in which it is delivered and replayed. */
    public static MessageEvent.Message event(Message message, MessageState amended, Directory directory) {
        MessageEvent.Stored stored = new MessageEvent.Stored(
                message.number(), message.sender(), message.receivers(), message.salt(), message.references(), amended);
        String sender = directory.nameOf(message.sender());
        StoredFile file = message.file();
        return file == null
                ? new MessageEvent.Text(sender, message.time(), String.valueOf(message.text()), stored)
                : new MessageEvent.FileOffer(
                        sender,
                        message.time(),
                        file.name(),
                        file.number(),
                        new MessageEvent.FileDigest(file.size(), file.digest(), file.media()),
                        stored);
    }

    /** Returns a change to a group in the form in which it is delivered and replayed. */
    public static MessageEvent.GroupChanged event(GroupChange change, Directory directory) {
        return new MessageEvent.GroupChanged(
                directory.nameOf(change.sender()),
                change.time(),
                change.group(),
                change.name(),
                change.act(),
                new MessageEvent.Stored(change.number(), change.sender(), List.of(Addressee.group(change.group()))));
    }

    /**
     * Returns an amendment in the form in which it is delivered.
     *
     * @param amendment its message must not have been taken back since, unless by this amendment
     */
    public static MessageEvent.Amendment event(Amendment amendment, Directory directory) {
        String sender = directory.nameOf(amendment.sender());
        long message = amendment.subject().message();
        MessageEvent.Stored stored =
                new MessageEvent.Stored(amendment.number(), amendment.sender(), amendment.receivers());
        return switch (amendment.act()) {
            case Amendment.TakenBack back -> new MessageEvent.TakenBack(sender, amendment.time(), message, stored);
            case Amendment.Corrected corrected ->
                new MessageEvent.Corrected(
                        sender,
                        amendment.time(),
                        message,
                        String.valueOf(corrected.text()),
                        new MessageEvent.Stored(
                                amendment.number(),
                                amendment.sender(),
                                amendment.receivers(),
                                corrected.salt(),
                                References.NONE));
            case Amendment.Reacted reacted ->
                new MessageEvent.Reacted(
                        sender, amendment.time(), message, String.valueOf(reacted.code()), reacted.on(), stored);
        };
    }
}
