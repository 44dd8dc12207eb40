package chatd.client.talk.replay;

import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.talk.ChatSession;
import chatd.client.talk.Connection;
import chatd.client.talk.Download;
import chatd.client.talk.NotConnected;
import chatd.client.talk.Preferences;
import chatd.client.talk.View;
import chatd.client.talk.exchange.LoginExchange;
import chatd.client.talk.item.FileToSend;
import chatd.client.talk.item.HistoryScope;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Outgoing;
import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.GroupEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Limits;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.User;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A session with a server that neither numbers its messages nor confirms what it stores, as in {@code chat/1}: every
 * request is followed by a fence ({@link FencedExchange}), and after a loss the history is compared with what was shown
 * ({@link SeenItems}).
 */
public final class ReplayedSession extends ChatSession {
    private static final long FIRST_ITEMS = 50;
    private static final long GROWTH = 20;
    private static final long MAX_ITEMS = 20_000;
    private static final Pattern GROUP = Pattern.compile("[Gg][1-9]\\d{0,9}");

    private final String me;
    private final Transcript items;

    /** Whether missed items are shown; a script is shown only what arrives from now on. */
    private final boolean catchesUp;

    private final Clock clock;

    /** Whether the last event was a text of the server, which may say why it ends the session. */
    private boolean wasServerText;

    /** Set while the session is moved to a new connection. */
    private volatile @Nullable Move move;

    /**
     * @param to the new login; null if it failed
     * @param done counted down once the session uses it, or has ended
     */
    private record Move(CompletableFuture<LoginExchange.@Nullable LoggedIn> to, CountDownLatch done) {
        Move() {
            this(new CompletableFuture<>(), new CountDownLatch(1));
        }
    }

    /**
     * @param seen the items shown before; null for a script, which is shown only what arrives from
     *     now on
     * @param random as in {@link ChatSession}
     */
    public ReplayedSession(
            LoginExchange login, View view, @Nullable SeenItems seen, Clock clock, RandomGenerator random) {
        super(login, view, random, seen != null);
        this.me = login.user();
        this.items = new Transcript(view, seen == null ? new SeenItems(null) : seen);
        this.catchesUp = seen != null;
        this.clock = clock;
    }

    @Override
    protected void enter(LoginExchange.LoggedIn in) {
        knownUsers().set(in.welcome().roster());
        if (catchesUp) {
            items.catchUp();
        }
        Move moving = move;
        if (moving != null && moving.to().isDone()) {
            move = null;
            moving.done().countDown();
        }
    }

    @Override
    protected void catchUp(View.Reason reason) throws IOException {
        wasServerText = false;
        if (!catchesUp) {
            return;
        }
        if (items.isFirstUse()) {
            catchUp(View.Reason.FIRST, FIRST_ITEMS);
        } else {
            catchUp(reason, Transcript.MIN_REPLAY_ITEMS);
        }
    }

    @Override
    protected void connectionLost() {
        items.drop();
    }

    @Override
    protected LoginExchange.@Nullable LoggedIn moved() {
        Move moving = move;
        return moving == null ? null : moving.to().join();
    }

    @Override
    protected void onEnd() {
        Optional.ofNullable(move).ifPresent(moving -> moving.done().countDown());
    }

    @Override
    protected LoginExchange.Answer attempt() throws UnknownServer {
        return login().logIn(Objects.requireNonNull(password()));
    }

    @Override
    protected void settle(Duration timeout) throws IOException, InterruptedException {
        ask(FencedExchange.command(me), List.of()).await(timeout);
    }

    @Override
    protected List<Outgoing> unconfirmed() {
        return items.unconfirmed();
    }

    @Override
    protected boolean handle(Connection connection, Event event) throws IOException {
        boolean followsServerText = wasServerText;
        wasServerText = event instanceof MessageEvent.Text text && text.sender().equals(User.SERVER);
        if (connection.offerToRequests(event)) {
            answered();
            return true;
        }
        switch (event) {
            case UserEvent.CameOnline online -> knownUsers().presence(online.name(), true);
            case UserEvent.WentOffline offline
            when offline.name().equals(me) -> {
                if (move == null) {
                    end(
                            followsServerText
                                    ? "This session was ended by the server."
                                    : "The account was logged in elsewhere.");
                }
                return move != null;
            }
            case UserEvent.WentOffline offline -> knownUsers().presence(offline.name(), false);
            case FileEvent.Piece piece -> piece.content().bytes().release();
            case MessageEvent.Message message -> {
                items.arrived(Item.of(message, message.sender().equals(me)));
                answered();
            }
            // Unsolicited, and nothing to show.
            case SessionEvent _ -> {}
            case UserEvent _ -> {}
            case GroupEvent _ -> {}
            case DirectEvent _ -> {}
            case MessageEvent _ -> {}
            case FileEvent _ -> {}
        }
        return true;
    }

    /** Sends a request, followed by the fence. */
    private FencedExchange ask(FencedExchange exchange, List<Command> commands) throws IOException {
        synchronized (sendLock()) {
            return connection().ask(exchange, FencedExchange.fenced(commands));
        }
    }

    /**
     * Shows the items of the history not yet shown; requests longer replays until one overlaps with
     * what was shown.
     */
    private void catchUp(View.Reason reason, long count) throws IOException {
        synchronized (sendLock()) {
            items.hold();
            List<Outgoing> sent = items.unconfirmed();
            FencedExchange replay = FencedExchange.replay(me, count, done -> {
                boolean mayReachFurther = done.items().size() >= count && count < MAX_ITEMS;
                if (!items.showMissed(reason, done.items(), mayReachFurther, sent)) {
                    catchUpLater(reason, Math.min(MAX_ITEMS, GROWTH * count));
                }
            });
            ask(replay, List.of(new MessageCommand.Replay(count)));
        }
    }

    /**
     * Catches up on another thread: if the reading thread sent the request, it might wait for input that it alone
     * reads.
     */
    private void catchUpLater(View.Reason reason, long count) {
        Thread.startVirtualThread(() -> {
            try {
                catchUp(reason, count);
            } catch (IOException e) {
                // The next connection catches up.
            }
        });
    }

    @Override
    public void history(HistoryScope scope, long count) throws IOException, InterruptedException {
        if (!scope.equals(new HistoryScope.All())) {
            throw new IllegalArgumentException(
                    "The history of one conversation needs chat-json/1; this connection speaks chat/1.");
        }
        FencedExchange replay;
        synchronized (sendLock()) {
            items.hold();
            replay = ask(
                    FencedExchange.replay(me, count, done -> items.showHistory(done.items())),
                    List.of(new MessageCommand.Replay(count)));
        }
        replay.await();
    }

    /**
     * Looks the name up in the roster, which has all users; a group is known only by its number.
     */
    @Override
    public Optional<String> recipient(String typed) {
        return Optional.of(typed)
                .filter(name -> knownUsers().has(name) || GROUP.matcher(name).matches());
    }

    @Override
    public List<String> matching(String part) {
        String lower = part.toLowerCase(Locale.ROOT);
        return knownUsers().names().stream()
                .filter(name -> name.toLowerCase(Locale.ROOT).contains(lower))
                .toList();
    }

    @Override
    public List<String> candidates(String name) {
        return knownUsers().names();
    }

    /**
     * Returns the exchange of an outgoing item: once its fence is answered, the item is stored, unless the server said
     * something that may be a refusal.
     */
    private FencedExchange exchangeFor(Outgoing mine) {
        return FencedExchange.command(me, done -> {
            if (done.serverTexts().isEmpty()) {
                items.stored(mine);
            } else if (items.unconfirmed().contains(mine)) {
                mine.markUncertain();
                mine.refused(ClientFailure.FAILED, String.join(" ", done.serverTexts()));
                // The history tells whether it is stored.
                if (catchesUp) {
                    catchUpLater(View.Reason.CHECK, Transcript.MIN_REPLAY_ITEMS);
                } else {
                    items.forget(mine);
                }
            }
        });
    }

    @Override
    public Outgoing say(List<String> to, String text, long answered, String id) throws IOException {
        if (answered != 0 || !id.isEmpty()) {
            throw new IllegalArgumentException(
                    "Answers and identifiers need chat-json/1; this connection speaks chat/1.");
        }
        Outgoing mine = new Outgoing(me, to, text, false, 0, clock.instant());
        synchronized (sendLock()) {
            items.addOutgoing(mine);
            try {
                ask(exchangeFor(mine), List.of(new MessageCommand.SendText(Outgoing.audience(to), text)));
            } catch (NotConnected | IllegalArgumentException e) {
                items.forget(mine);
                throw e;
            }
        }
        sent();
        return mine;
    }

    @Override
    public Outgoing send(List<String> to, FileToSend file, LongConsumer progress)
            throws IOException, InterruptedException {
        if (file.size() > Limits.DEFAULT.file()) {
            // A server that receives a frame over its limit closes the connection without saying why.
            throw new ClientFailure(
                    ClientFailure.FAILED,
                    "The file " + file.path() + " has " + file.size() + " bytes; the maximum of chat/1 is "
                            + Limits.DEFAULT.file() + ". Nothing was sent.");
        }
        Outgoing mine = new Outgoing(me, to, file.name(), true, 0, clock.instant());
        FencedExchange exchange;
        synchronized (sendLock()) {
            Connection current = connection();
            items.addOutgoing(mine);
            try (InputStream content = Files.newInputStream(file.path())) {
                current.link()
                        .send(
                                new FileCommand.SendFile(Outgoing.audience(to), file.name(), file.size()),
                                content,
                                progress);
            } catch (IllegalArgumentException e) {
                items.forget(mine);
                throw e;
            } catch (IOException | RuntimeException e) {
                // Once begun, a file can't be withdrawn.
                current.link().abort();
                throw e;
            }
            exchange = ask(exchangeFor(mine), List.of());
        }
        exchange.await();
        return mine;
    }

    @Override
    public void fetch(long file, Download download) throws IOException, InterruptedException {
        ask(FencedExchange.fetch(me, download), List.of(new FileCommand.FetchFile(file)))
                .await();
    }

    @Override
    public @Nullable Verdict changePassword(Secret old, Secret chosen) throws IOException, InterruptedException {
        Command change = new AccountCommand.ChangePassword(new User.Named(me), old, chosen);
        FencedExchange changed = ask(FencedExchange.command(me), List.of(change));
        changed.await();
        if (changed.verdict() == Verdict.CHANGED) {
            setPassword(chosen);
        }
        return changed.verdict();
    }

    /**
     * Reads the settings afresh first, which {@code chat/1} allows only at login: the session moves
     * to a new connection.
     */
    @Override
    public boolean change(UnaryOperator<Preferences> change, boolean mayReplace)
            throws IOException, InterruptedException, UnknownServer {
        ask(FencedExchange.command(me), List.of()).await();
        Connection old = connection();
        Move moving = new Move();
        move = moving;
        try {
            moving.to().complete(logInOnce());
        } finally {
            if (moving.to().complete(null)) {
                move = null;
            }
        }
        old.cut("Moved to another connection.");
        moving.done().await();
        Preferences read = preferences();
        if (read.isForeign() && !mayReplace) {
            return false;
        }
        Preferences changed = change.apply(read);
        FencedExchange stored =
                ask(FencedExchange.command(me), List.of(new AccountCommand.StoreSettings(changed.document())));
        stored.await();
        if (!stored.serverTexts().isEmpty()) {
            throw new IOException("The server may not have stored it; it has just said why.");
        }
        setPreferences(changed);
        return true;
    }

    private LoginExchange.LoggedIn logInOnce() throws IOException, UnknownServer {
        return switch (attempt()) {
            case LoginExchange.LoggedIn in -> in;
            case LoginExchange.Refused(LoginExchange.Reason reason, String text) -> throw new IOException(text);
            case LoginExchange.Done done -> throw new IllegalStateException("unexpected answer to a login");
        };
    }
}
