package chatd.client.talk.resume;

import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.talk.ChatSession;
import chatd.client.talk.Connection;
import chatd.client.talk.Download;
import chatd.client.talk.Preferences;
import chatd.client.talk.View;
import chatd.client.talk.exchange.LoginExchange;
import chatd.client.talk.item.FileToSend;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Outgoing;
import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.command.UserCommand;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.GroupEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.Attention;
import chatd.protocol.value.people.User;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A session with a server that numbers its messages and confirms each one, as with the JSON messages: after a loss it
 * continues where it was, and what had no answer is sent again with the same identifier, so that it is stored once
 * (page {@code chat-json-1.md}, "Resuming" and "Sent once").
 */
public final class ResumedSession extends ChatSession {
    private static final Pattern USER = Pattern.compile("[Uu][1-9]\\d{0,9}");

    private final Clock clock;
    private final Options options;
    private final People people = new People();

    private final Requests requests = new Requests(sending(), this::connection);
    private final Outbox outbox = new Outbox(sending(), this::connection, view(), people::user);
    private final Friends friends = new Friends(requests, people);
    private final Groups groups = new Groups(requests, people);
    private final Privacy privacy = new Privacy(requests);
    private final Calls calls;
    private final Items items = new Items(people);
    private final Histories histories = new Histories(requests, people, view(), items::of);
    private final Amendments amendments = new Amendments(requests, outbox);
    private final OwnSessions ownSessions = new OwnSessions(requests);
    private final MessageSequencer sequencer = new MessageSequencer(requests, people, this::show);

    /** What the user wants of conversations, by the other user; 0 for everyone. */
    private final SortedMap<Long, Attention> attention = new ConcurrentSkipListMap<>();

    private volatile long me;
    private volatile String name;

    /** The token that resumes the session; null if it can't be resumed. */
    private volatile @Nullable Secret token;

    private volatile @Nullable Secret key;

    /** The highest number of a message that this session was sent; with it the server knows what is missing. */
    private volatile long after;

    private boolean lastWasNotice;
    private volatile boolean isContinued;
    private final Transfers transfers;

    /**
     * What differs between people and scripts.
     *
     * @param isScript whether nobody reads along: nothing is marked as read, and what waits is not shown
     * @param reconnects whether it connects again after a loss
     * @param keySaver told each key for this device's next login
     */
    public record Options(boolean isScript, boolean reconnects, Consumer<Secret> keySaver) {}

    /** @param random as in {@link ChatSession} */
    public ResumedSession(LoginExchange login, View view, Clock clock, RandomGenerator random, Options options) {
        super(login, view, random, options.reconnects());
        this.name = login.user();
        this.clock = clock;
        this.options = options;
        this.calls = new Calls(requests, people, login.server().host());
        this.transfers = new Transfers(login.server(), () -> token, random);
    }

    /** Returns the name of the user who is logged in. */
    public String name() {
        return name;
    }

    public Friends friends() {
        return friends;
    }

    public Groups groups() {
        return groups;
    }

    public Calls calls() {
        return calls;
    }

    public Privacy privacy() {
        return privacy;
    }

    public Histories histories() {
        return histories;
    }

    /** Returns what can be done about messages. */
    public Amendments amendments() {
        return amendments;
    }

    /** Returns the account's sessions, this one among them. */
    public OwnSessions ownSessions() {
        return ownSessions;
    }

    @Override
    protected void enter(LoginExchange.In in) {
        SessionEvent.Welcome welcome = in.welcome();
        SessionEvent.State state = Objects.requireNonNull(welcome.state());
        me = welcome.user();
        items.me(me);
        name = welcome.name();
        token = state.token();
        keep(state.key());
        people.set(welcome, state);
        privacy.set(state.preferences());
        view().blocked(people::isBlocked);
        calls.enter(state.server().udpPort());
        contacts().set(welcome.roster());
        attention.clear();
        attention.putAll(state.attention());
        outbox.enter();
        if (!isContinued) {
            after = 0;
        }
    }

    private void keep(@Nullable Secret its) {
        if (its != null) {
            key = its;
            options.keySaver().accept(its);
        }
    }

    @Override
    protected void catchUp(View.Reason reason) {
        lastWasNotice = false;
        boolean isNew = !isContinued;
        // Not on this thread: if it sent them, it might wait for input that it alone reads.
        Thread.startVirtualThread(() -> {
            try {
                outbox.sendAgain();
                if (isNew && !options.isScript()) {
                    view().showWaiting(histories.unread(), people.asking());
                }
            } catch (IOException | ClientFailure e) {
                // The next connection tries again.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    protected void dropped() {
        isContinued = false;
    }

    @Override
    protected LoginExchange.Answer attempt() throws UnknownServer {
        Secret current = token;
        if (current != null) {
            LoginExchange.Answer answer = login().resume(current, after);
            if (!(answer instanceof LoginExchange.Refused(LoginExchange.Reason reason, String text)
                    && reason == LoginExchange.Reason.WRONG_PASSWORD)) {
                isContinued = answer instanceof LoginExchange.In in
                        && !Objects.requireNonNull(in.welcome().state()).behind();
                return answer;
            }
            // The session has ended meanwhile.
            token = null;
        }
        isContinued = false;
        Secret secret = password();
        Secret device = key;
        return secret != null
                ? login().as(name).logIn(secret)
                : login().as(name).logInByKey(Objects.requireNonNull(device));
    }

    /** Waits for what was sent; a device that is remembered stays so, any other session ends. */
    @Override
    protected void settle(Duration patience) throws IOException, InterruptedException {
        String id = Requests.id();
        Command last = key == null ? new SessionCommand.LogOut(id) : new MessageCommand.ReadHistory(null, 1, -1, 1, id);
        requests.ask(id, last, key == null ? SessionEvent.Accepted.class : MessageEvent.Page.class)
                .await(patience);
    }

    @Override
    protected List<Outgoing> unconfirmed() {
        return outbox.open();
    }

    @Override
    protected boolean take(Connection now, Event event) throws IOException {
        boolean afterText = lastWasNotice;
        lastWasNotice = event instanceof SessionEvent.Notice;
        if (now.answers(event)) {
            return true;
        }
        switch (event) {
            case SessionEvent.Accepted accepted -> {
                after = Math.max(after, accepted.message());
                outbox.accepted(accepted);
                answered();
            }
            case SessionEvent.Refused refused -> {
                outbox.refused(refused);
                answered();
            }
            case SessionEvent.Notice notice -> view().received(Item.notice(notice.text(), clock.instant()));
            case MessageEvent.Message message -> arrived(message);
            case UserEvent.WentOffline offline
            when offline.user() == me -> {
                token = null;
                end(afterText ? "This session was ended by the server." : "The account was logged in elsewhere.");
                return false;
            }
            case UserEvent other -> changed(other);
            // Unsolicited, and nothing to show.
            case SessionEvent _ -> {}
            case GroupEvent _ -> {}
            case DirectEvent call -> calls.take(call);
            case MessageEvent _ -> {}
            case FileEvent _ -> {}
        }
        return true;
    }

    private void changed(UserEvent event) {
        switch (event) {
            case UserEvent.CameOnline online -> {
                people.learn(online.user(), online.name());
                presence(online.name(), true);
            }
            case UserEvent.WentOffline offline -> presence(people.name(offline.user()), false);
            case UserEvent.Joined joined -> people.learn(joined.user(), joined.name());
            case UserEvent.Renamed renamed -> renamed(renamed.user(), renamed.name());
            case UserEvent.NameChanged changed -> renamed(me, changed.name());
            case UserEvent.FriendAsked asked -> friends.asked(asked, me, view());
            case UserEvent.FriendAnswered answered -> friends.answered(answered, me, view());
            case UserEvent.FriendRemoved removed -> friends.removed(removed, me, view());
            case UserEvent.Typing typing -> view().typing(typing(typing));
            case UserEvent.ReadUpTo read -> read(read);
            case UserEvent.Settings settings -> setPreferences(Preferences.of(settings.document()));
            case UserEvent.AttentionChanged changed -> {
                attention.put(changed.with(), changed.attention());
            }
            case UserEvent.PreferencesChanged changed -> privacy.set(changed.preferences());
            case UserEvent.Registered _ -> {}
            case UserEvent.PasswordChanged _ -> {}
            case UserEvent.Found _ -> {}
        }
    }

    /** Returns who is writing, and where, if it is a group. */
    private String typing(UserEvent.Typing typing) {
        String who = people.name(typing.user());
        return Addressee.isGroup(typing.to()) ? who + " in " + people.label(people.name(typing.to())) : who;
    }

    private void renamed(long user, String to) {
        String was = people.name(user);
        people.learn(user, to);
        if (user == me) {
            name = to;
        }
        contacts().rename(was, to);
        if (was.equals(to)) {
            return;
        }
        view().renamed(was, to, user == me);
    }

    /** Returns whether a number is this account's. */
    public boolean isMe(long user) {
        return user == me;
    }

    private void read(UserEvent.ReadUpTo read) {
        if (read.user() == me) {
            histories.read(read.with(), read.message());
        } else {
            view().read(people.name(read.user()), read.message());
        }
    }

    private void arrived(MessageEvent.Message message) {
        MessageEvent.Stored stored = Objects.requireNonNull(message.stored());
        after = Math.max(after, stored.number());
        people.learn(stored.sender(), message.sender());
        if (message instanceof MessageEvent.GroupChanged changed) {
            people.changed(changed, me);
        }
        sequencer.show(message);
    }

    private void show(MessageEvent.Message message) {
        MessageEvent.Stored stored = Objects.requireNonNull(message.stored());
        if (message instanceof MessageEvent.Amendment || message instanceof MessageEvent.GroupChanged) {
            // It makes nothing unread.
            view().received(items.of(message));
            return;
        }
        if (stored.sender() == me) {
            outbox.shown(stored.number());
        } else if (!options.isScript()) {
            histories.shown(Items.conversation(stored), stored.number());
        }
        view().received(items.of(message));
    }

    /** Returns what the user wants to be notified of in the conversation of an item. */
    public Attention.Notices notices(Item item) {
        boolean isToAll = item.to().equals(Optional.of(List.of()));
        return attention.entrySet().stream()
                .filter(one -> one.getKey() == 0
                        ? isToAll
                        : !isToAll && label(people.name(one.getKey())).equals(label(item.with(name))))
                .findFirst()
                .map(one -> one.getValue().notices())
                .orElse(Attention.Notices.ALL);
    }

    /** Asks the server for users not known yet. Also accepts a user's number. */
    @Override
    public Optional<String> recipient(String typed) throws IOException, InterruptedException {
        long group = People.group(typed);
        if (group != 0) {
            return Optional.of(groups.recipient(group));
        }
        if (USER.matcher(typed).matches()) {
            return lookUp(Long.parseLong(typed.substring(1)));
        }
        // Anybody can name a group after a user, but user names are unique.
        Optional<String> user = contacts().has(typed) ? Optional.of(typed) : People.called(typed, find(typed));
        if (user.isPresent()) {
            return user;
        }
        long called = groups.number(typed);
        return called == 0 ? Optional.empty() : Optional.of(groups.recipient(called));
    }

    private Optional<String> lookUp(long user) throws IOException, InterruptedException {
        List<UserEvent.FoundUser> found = requests.request(
                        id -> new UserCommand.LookUpUsers(List.of(user), id), UserEvent.Found.class)
                .users();
        people.learn(found);
        return found.stream().map(UserEvent.FoundUser::name).findFirst();
    }

    @Override
    public String label(String recipient) {
        return people.label(recipient);
    }

    @Override
    public List<String> matching(String part) throws IOException, InterruptedException {
        return find(part).stream().map(UserEvent.FoundUser::name).toList();
    }

    @Override
    public List<String> candidates(String name) throws IOException, InterruptedException {
        int end = name.offsetByCodePoints(0, Math.min(2, name.codePointCount(0, name.length())));
        List<String> all = new ArrayList<>(contacts().names());
        find(name.substring(0, end)).forEach(user -> all.add(user.name()));
        return all;
    }

    /** Returns up to 50 users with a part of their name that begins with a text. Blocks. */
    public List<UserEvent.FoundUser> find(String text) throws IOException, InterruptedException {
        UserEvent.Found found = requests.request(
                id -> new UserCommand.FindUsers(text, UserCommand.FindUsers.MOST, id), UserEvent.Found.class);
        people.learn(found.users());
        found.users().forEach(user -> contacts().change(user.name(), user.online()));
        return found.users();
    }

    @Override
    public Outgoing say(List<String> to, String text, long answered, String id) throws IOException {
        Outgoing mine = new Outgoing(name, to, text, false, answered, clock.instant());
        outbox.say(mine, id);
        sent();
        return mine;
    }

    @Override
    public void history(Optional<String> with, long count) throws IOException, InterruptedException {
        Histories.Part part = histories.last(with, Long.MAX_VALUE, count);
        view().replayed(new View.Replay(View.Reason.ASKED, part.items(), part.hasMore(), false));
    }

    @Override
    public Outgoing send(List<String> to, FileToSend file, LongConsumer progress)
            throws IOException, InterruptedException {
        return send(to, file, Requests.id(), progress);
    }

    /**
     * Sends a file. Blocks until the server has answered.
     *
     * @param id an identifier under which the server stores it once
     */
    public Outgoing send(List<String> to, FileToSend file, String id, LongConsumer progress)
            throws IOException, InterruptedException {
        Outgoing mine = new Outgoing(name, to, file.name(), true, 0, clock.instant());
        String first = to.isEmpty() ? "" : to.getFirst();
        String its = Requests.id(id, to, first);
        try {
            // It arrives as what another session of the account sends.
            Transfers.Sent sent = transfers.send(People.word(first), file, its, progress);
            for (String other : to.subList(Math.min(1, to.size()), to.size())) {
                again(other, sent.file(), file, Requests.id(id, to, other));
            }
            mine.stored(sent.message());
        } catch (ClientFailure e) {
            mine.refused(e.exit(), e.text());
            throw e;
        }
        return mine;
    }

    /** Sends to somebody else what was just sent, without its bytes. */
    private void again(String to, long number, FileToSend file, String id) throws IOException, InterruptedException {
        User user = people.user(to);
        Audience audience =
                user instanceof User.Group group ? new Audience.Group(group.number()) : new Audience.One(user);
        Request request = requests.ask(
                id, new FileCommand.SendAgain(audience, number, file.picture(), 0, id), SessionEvent.Accepted.class);
        request.await();
        SessionEvent.Refused refusal = request.refusal();
        if (refusal != null) {
            throw Requests.failure(refusal);
        }
        SessionEvent.Accepted accepted = (SessionEvent.Accepted) Objects.requireNonNull(request.answer());
        view().sent(new Outgoing(name, List.of(to), file.name(), true, 0, accepted.time())
                .item()
                .stored(accepted.message(), accepted.time()));
    }

    @Override
    public void fetch(long file, Download downloads) throws IOException, InterruptedException {
        transfers.fetch(file, downloads);
    }

    /** Returns what a file is called, its media type and its size; blocks. */
    public FileFacts facts(long file) throws IOException, InterruptedException {
        return transfers.facts(file);
    }

    /** What the server says of a file. */
    public record FileFacts(String name, String media, long size) {}

    /** Tells a user that a text to it is being written. Does nothing while there is no connection. */
    public void typing(String to) {
        synchronized (sending()) {
            if (isConnected()) {
                try {
                    connection().link().send(List.of(new MessageCommand.Typing(people.user(to), "")));
                } catch (IOException e) {
                    // It does not matter then.
                }
            }
        }
    }

    @Override
    public @Nullable Verdict changePassword(Secret old, Secret chosen) throws IOException, InterruptedException {
        String id = Requests.id();
        Request request = requests.ask(
                id,
                new AccountCommand.ChangePassword(Requests.user(name), old, chosen, id),
                UserEvent.PasswordChanged.class);
        request.await();
        SessionEvent.Refused refusal = request.refusal();
        if (refusal == null) {
            setPassword(chosen);
            keep(((UserEvent.PasswordChanged) Objects.requireNonNull(request.answer())).key());
            return Verdict.CHANGED;
        }
        return switch (refusal.code()) {
            case WRONG_PASSWORD -> Verdict.WRONG_OLD_PASSWORD;
            case BAD_PASSWORD -> Verdict.BAD_NEW_PASSWORD;
            default -> throw Requests.failure(refusal);
        };
    }

    @Override
    public boolean change(UnaryOperator<Preferences> change, boolean mayReplace)
            throws IOException, InterruptedException {
        Preferences read = preferences();
        if (read.isForeign() && !mayReplace) {
            return false;
        }
        Preferences changed = change.apply(read);
        requests.command(id -> new AccountCommand.StoreSettings(changed.document(), id));
        setPreferences(changed);
        return true;
    }

    /** Makes the session forget this device when it ends: its key is then invalid. */
    public void forgetDevice() {
        key = null;
    }

    /** Gives the account another name. Blocks. */
    public void rename(String to) throws IOException, InterruptedException {
        UserEvent.NameChanged changed =
                requests.request(id -> new AccountCommand.Rename(to, id), UserEvent.NameChanged.class);
        renamed(me, changed.name());
    }

    /** Changes of what the user is notified in a conversation; an empty name is that with everyone. Blocks. */
    public void notices(String with, Attention.Notices notices) throws IOException, InterruptedException {
        requests.command(id -> new MessageCommand.ChangeAttention(people.user(with), notices, null, null, id));
    }
}
