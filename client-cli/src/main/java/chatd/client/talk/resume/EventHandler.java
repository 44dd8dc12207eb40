package chatd.client.talk.resume;

import chatd.client.talk.KnownUsers;
import chatd.client.talk.Preferences;
import chatd.client.talk.View;
import chatd.client.talk.item.Item;
import chatd.client.talk.request.Calls;
import chatd.client.talk.request.Friends;
import chatd.client.talk.request.Histories;
import chatd.client.talk.request.Items;
import chatd.client.talk.request.Outbox;
import chatd.client.talk.request.OwnAccount;
import chatd.client.talk.request.People;
import chatd.client.talk.request.Privacy;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.GroupEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Addressee;
import java.time.Clock;
import java.util.Objects;

/** Remembers and shows what arrives, each event according to its kind. Runs on the session's reading thread. */
final class EventHandler {
    private final OwnAccount account;
    private final People people;
    private final KnownUsers contacts;
    private final Items items;
    private final Outbox outbox;
    private final Friends friends;
    private final Histories histories;
    private final Privacy privacy;
    private final Calls calls;
    private final View view;
    private final MessageSequencer sequencer;
    private final Clock clock;
    private final boolean isScript;
    private final Session session;

    /** What an event changes in the session itself. */
    interface Session {
        /** Called when something that was sent may have been answered. */
        void answered();

        /** Called with the settings that another session of the account has stored. */
        void setPreferences(Preferences read);
    }

    /** @param isScript as in {@link ResumedSession.Options} */
    EventHandler(Features features, Clock clock, boolean isScript, Session session) {
        this.account = features.account();
        this.people = features.people();
        this.contacts = features.contacts();
        this.items = features.items();
        this.outbox = features.outbox();
        this.friends = features.friends();
        this.histories = features.histories();
        this.privacy = features.privacy();
        this.calls = features.calls();
        this.view = features.view();
        this.sequencer = new MessageSequencer(features.requests(), people, this::show);
        this.clock = clock;
        this.isScript = isScript;
        this.session = session;
    }

    /** Handles an event that answers no request. */
    void handle(Event event) {
        switch (event) {
            case SessionEvent.Accepted accepted -> {
                account.setReceived(accepted.message());
                outbox.accepted(accepted);
                session.answered();
            }
            case SessionEvent.Refused refused -> {
                outbox.refused(refused);
                session.answered();
            }
            case SessionEvent.Notice notice -> view.received(Item.notice(notice.text(), clock.instant()));
            case MessageEvent.Message message -> arrived(message);
            case UserEvent other -> changed(other);
            // Unsolicited, and nothing to show.
            case SessionEvent _ -> {}
            case GroupEvent _ -> {}
            case DirectEvent call -> calls.take(call);
            case MessageEvent _ -> {}
            case FileEvent _ -> {}
        }
    }

    private void changed(UserEvent event) {
        switch (event) {
            case UserEvent.CameOnline online -> {
                people.learn(online.user(), online.name());
                contacts.presence(online.name(), true);
            }
            case UserEvent.WentOffline offline -> contacts.presence(people.name(offline.user()), false);
            case UserEvent.Joined joined -> people.learn(joined.user(), joined.name());
            case UserEvent.Renamed renamed -> renamed(renamed.user(), renamed.name());
            case UserEvent.NameChanged changed -> renamed(account.number(), changed.name());
            case UserEvent.FriendAsked asked -> friends.asked(asked, account.number(), view);
            case UserEvent.FriendAnswered answered -> friends.answered(answered, account.number(), view);
            case UserEvent.FriendRemoved removed -> friends.removed(removed, account.number(), view);
            case UserEvent.Typing typing -> view.typing(typing(typing));
            case UserEvent.ReadUpTo read -> read(read);
            case UserEvent.Settings settings -> session.setPreferences(Preferences.of(settings.document()));
            case UserEvent.ConversationPreferencesChanged changed -> {
                account.setAttention(changed.with(), changed.attention());
            }
            case UserEvent.PreferencesChanged changed -> privacy.set(changed.preferences());
            case UserEvent.Registered _ -> {}
            case UserEvent.PasswordChanged _ -> {}
            case UserEvent.Found _ -> {}
            case UserEvent.Avatars _ -> {}
        }
    }

    /** Returns who is writing, and where, if it is a group. */
    private String typing(UserEvent.Typing typing) {
        String who = people.name(typing.user());
        return Addressee.isGroup(typing.to()) ? who + " in " + people.label(people.name(typing.to())) : who;
    }

    /** Gives a user, or this account, another name. */
    void renamed(long user, String to) {
        String was = people.name(user);
        people.learn(user, to);
        if (account.is(user)) {
            account.rename(to);
        }
        contacts.rename(was, to);
        if (was.equals(to)) {
            return;
        }
        view.renamed(was, to, account.is(user));
    }

    private void read(UserEvent.ReadUpTo read) {
        if (account.is(read.user())) {
            histories.read(read.with(), read.message());
        } else {
            view.read(people.name(read.user()), read.message());
        }
    }

    private void arrived(MessageEvent.Message message) {
        MessageEvent.Stored stored = Objects.requireNonNull(message.stored());
        account.setReceived(stored.number());
        people.learn(stored.sender(), message.sender());
        if (message instanceof MessageEvent.GroupChanged changed) {
            people.changed(changed, account.number());
        }
        sequencer.show(message);
    }

    private void show(MessageEvent.Message message) {
        MessageEvent.Stored stored = Objects.requireNonNull(message.stored());
        if (message instanceof MessageEvent.Amendment || message instanceof MessageEvent.GroupChanged) {
            // It does not count as unread.
            view.received(items.of(message));
            return;
        }
        if (account.is(stored.sender())) {
            outbox.shown(stored.number());
        } else if (!isScript) {
            histories.shown(Items.conversation(stored), stored.number());
        }
        view.received(items.of(message));
    }
}
