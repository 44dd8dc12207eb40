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
import chatd.client.talk.item.HistoryScope;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Outgoing;
import chatd.client.talk.request.Amendments;
import chatd.client.talk.request.Calls;
import chatd.client.talk.request.Friends;
import chatd.client.talk.request.Groups;
import chatd.client.talk.request.Histories;
import chatd.client.talk.request.OwnAccount;
import chatd.client.talk.request.OwnSessions;
import chatd.client.talk.request.Privacy;
import chatd.client.talk.request.Request;
import chatd.client.talk.request.Requests;
import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.ConversationPreferences;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A session with a server that numbers its messages and confirms each one, as with the JSON messages: after a loss it
 * continues where it was, and what had no answer is sent again with the same identifier, so that it is stored once
 * (page {@code chat-json-1.md}, "Resuming" and "Sent once").
 */
public final class ResumedSession extends ChatSession {
    private final Clock clock;
    private final Options options;
    private final OwnAccount account;
    private final Features features;
    private final Amendments amendments;
    private final OwnSessions ownSessions;
    private final RecipientSearch recipients;
    private final Transfers transfers;
    private final FileSender fileSender;
    private final EventHandler events;

    /** The token that resumes the session; null if it can't be resumed. */
    private volatile @Nullable Secret token;

    private volatile @Nullable Secret key;

    private boolean lastWasNotice;
    private volatile boolean isContinued;

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
        this.clock = clock;
        this.options = options;
        this.account = new OwnAccount(login.user());
        this.features = Features.of(
                account,
                knownUsers(),
                this::connection,
                sendLock(),
                login.server().host(),
                view);
        Requests requests = features.requests();
        this.amendments = new Amendments(requests, features.outbox());
        this.ownSessions = new OwnSessions(requests);
        this.recipients = new RecipientSearch(requests, features.people(), features.groups(), knownUsers());
        this.transfers = new Transfers(login.server(), () -> token, random);
        this.fileSender = new FileSender(requests, features.people(), transfers, account, view, clock);
        this.events = new EventHandler(features, clock, options.isScript(), new EventHandler.Session() {
            @Override
            public void answered() {
                ResumedSession.this.answered();
            }

            @Override
            public void setPreferences(Preferences read) {
                ResumedSession.this.setPreferences(read);
            }
        });
    }

    /** Returns a session as one of this kind; empty if its server does not number messages ({@code chat/1}). */
    public static Optional<ResumedSession> of(@Nullable ChatSession session) {
        return session instanceof ResumedSession numbered ? Optional.of(numbered) : Optional.empty();
    }

    /**
     * Returns a session as one of this kind.
     *
     * @throws ClientFailure if its connection speaks {@code chat/1}
     */
    public static ResumedSession require(ChatSession session) {
        return of(session)
                .orElseThrow(() -> new ClientFailure(
                        ClientFailure.FAILED,
                        "This needs chat-json/1, and the connection speaks chat/1; see --protocol."));
    }

    /** Returns the name of the user who is logged in. */
    public String name() {
        return account.name();
    }

    public Friends friends() {
        return features.friends();
    }

    public Groups groups() {
        return features.groups();
    }

    public Calls calls() {
        return features.calls();
    }

    public Privacy privacy() {
        return features.privacy();
    }

    public Histories histories() {
        return features.histories();
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
    protected void enter(LoginExchange.LoggedIn in) {
        SessionEvent.Welcome welcome = in.welcome();
        SessionEvent.State state = Objects.requireNonNull(welcome.state());
        account.enter(welcome, state);
        token = state.token();
        keep(state.key());
        features.people().set(welcome, state);
        features.privacy().set(state.preferences());
        view().setBlocked(features.people()::isBlocked);
        features.calls().setUdpPort(state.server().udpPort());
        knownUsers().set(welcome.roster());
        features.outbox().enter();
        if (!isContinued) {
            account.forgetReceived();
        }
        if (state.restored() != null) {
            // What came before is known to be lost; what is sent from now on has higher numbers.
            account.setReceived(state.restored().until());
        }
    }

    private void keep(@Nullable Secret secret) {
        if (secret != null) {
            key = secret;
            options.keySaver().accept(secret);
        }
    }

    @Override
    protected void catchUp(View.Reason reason) {
        lastWasNotice = false;
        boolean isNew = !isContinued;
        // Not on this thread: if it sent them, it might wait for input that it alone reads.
        Thread.startVirtualThread(() -> {
            try {
                features.outbox().sendAgain();
                if (isNew && !options.isScript()) {
                    view().showWaiting(
                                    features.histories().unread(),
                                    features.people().pendingRequests());
                }
            } catch (IOException | ClientFailure e) {
                // The next connection tries again.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    protected void connectionLost() {
        isContinued = false;
    }

    @Override
    protected LoginExchange.Answer attempt() throws UnknownServer {
        Secret current = token;
        if (current != null) {
            LoginExchange.Answer answer = login().resume(current, account.received());
            if (!(answer instanceof LoginExchange.Refused(LoginExchange.Reason reason, String text)
                    && reason == LoginExchange.Reason.WRONG_PASSWORD)) {
                isContinued = answer instanceof LoginExchange.LoggedIn in
                        && isWhole(Objects.requireNonNull(in.welcome().state()));
                return answer;
            }
            // The session has ended meanwhile.
            token = null;
        }
        isContinued = false;
        Secret secret = password();
        Secret device = key;
        return secret != null
                ? login().as(account.name()).logIn(secret)
                : login().as(account.name()).logInByKey(Objects.requireNonNull(device));
    }

    /** Returns whether nothing is missing between what was received before and what follows. */
    private static boolean isWhole(SessionEvent.State state) {
        return !state.missedTooMuch() && state.restored() == null;
    }

    /** Waits for what was sent; a device that is remembered stays so, any other session ends. */
    @Override
    protected void settle(Duration timeout) throws IOException, InterruptedException {
        String id = Requests.id();
        Command last = key == null ? new SessionCommand.LogOut(id) : new MessageCommand.ReadHistory(null, 1, -1, 1, id);
        features.requests()
                .ask(id, last, key == null ? SessionEvent.Accepted.class : MessageEvent.Page.class)
                .await(timeout);
    }

    @Override
    protected List<Outgoing> unconfirmed() {
        return features.outbox().unconfirmed();
    }

    @Override
    protected boolean handle(Connection now, Event event) throws IOException {
        boolean afterText = lastWasNotice;
        lastWasNotice = event instanceof SessionEvent.Notice;
        if (now.offerToRequests(event)) {
            return true;
        }
        if (event instanceof UserEvent.WentOffline offline && account.is(offline.user())) {
            token = null;
            end(afterText ? "This session was ended by the server." : "The account was logged in elsewhere.");
            return false;
        }
        events.handle(event);
        return true;
    }

    /** Returns whether a number is this account's. */
    public boolean isMe(long user) {
        return account.is(user);
    }

    /** Returns what the user wants to be notified of in the conversation of an item. */
    public ConversationPreferences.Notices notices(Item item) {
        return account.notices(item, features.people());
    }

    @Override
    public Optional<String> recipient(String typed) throws IOException, InterruptedException {
        return recipients.find(typed);
    }

    @Override
    public String label(String recipient) {
        return features.people().label(recipient);
    }

    @Override
    public List<String> matching(String part) throws IOException, InterruptedException {
        return recipients.matching(part);
    }

    @Override
    public List<String> candidates(String name) throws IOException, InterruptedException {
        return recipients.candidates(name);
    }

    /** Returns up to 50 users with a part of their name that begins with a text. Blocks. */
    public List<UserEvent.FoundUser> find(String text) throws IOException, InterruptedException {
        return recipients.users(text);
    }

    @Override
    public Outgoing say(List<String> to, String text, long answered, String id) throws IOException {
        Outgoing mine = new Outgoing(account.name(), to, text, false, answered, clock.instant());
        features.outbox().say(mine, id);
        sent();
        return mine;
    }

    @Override
    public void history(HistoryScope scope, long count) throws IOException, InterruptedException {
        Histories.Part part = features.histories().last(scope, Long.MAX_VALUE, count);
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
        return fileSender.send(to, file, id, progress);
    }

    /**
     * Fetches a copy of everything that the account has on the server.
     *
     * @throws ClientFailure if it is refused
     */
    public void export(Download download) throws IOException {
        transfers.export(download);
    }

    @Override
    public void fetch(long file, Download downloads) throws IOException, InterruptedException {
        transfers.fetch(file, downloads);
    }

    /** Returns what a file is called, its media type and its size; blocks. */
    public FileFacts facts(long file) throws IOException, InterruptedException {
        return transfers.facts(file);
    }

    @Override
    public boolean isNumbered() {
        return true;
    }

    @Override
    public void markShown(List<String> with) {
        histories().markShown(with);
    }

    @Override
    public String groupHint(String name) {
        return groups().hint(name);
    }

    /** What the server says of a file. */
    public record FileFacts(String name, String media, long size) {}

    @Override
    public void typing(String to) {
        synchronized (sendLock()) {
            if (isConnected()) {
                try {
                    connection()
                            .link()
                            .send(List.of(
                                    new MessageCommand.Typing(features.people().user(to), "")));
                } catch (IOException e) {
                    // It does not matter then.
                }
            }
        }
    }

    @Override
    public @Nullable Verdict changePassword(Secret old, Secret chosen) throws IOException, InterruptedException {
        String id = Requests.id();
        Request request = features.requests()
                .ask(
                        id,
                        new AccountCommand.ChangePassword(Requests.user(account.name()), old, chosen, id),
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
        features.requests().command(id -> new AccountCommand.StoreSettings(changed.document(), id));
        setPreferences(changed);
        return true;
    }

    @Override
    public void forgetDevice() {
        key = null;
    }

    /** Gives the account another name. Blocks. */
    public void rename(String to) throws IOException, InterruptedException {
        UserEvent.NameChanged changed =
                features.requests().request(id -> new AccountCommand.Rename(to, id), UserEvent.NameChanged.class);
        events.renamed(account.number(), changed.name());
    }

    /** Changes of what the user is notified in a conversation; an empty name is that with everyone. Blocks. */
    public void notices(String with, ConversationPreferences.Notices notices) throws IOException, InterruptedException {
        features.requests()
                .command(id -> new MessageCommand.ChangeConversationPreferences(
                        features.people().user(with), notices, null, null, id));
    }
}
