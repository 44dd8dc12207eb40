package chatd.client.talk;

import chatd.client.net.UnknownServer;
import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Secret;
import chatd.protocol.value.User;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * An account's session as the user sees it, which outlives connections. A thread of its own reads events and, after a
 * loss, reconnects and shows the missed items, nothing twice; the user's thread sends. A session that the server ended
 * (another login, an administrator) stays ended until {@link #begin} is called again.
 */
public final class Conversation {
    private static final long FIRST_ITEMS = 50;
    private static final long FURTHER = 20;
    private static final long MOST_ITEMS = 20_000;
    private static final Duration GOODBYE = Duration.ofSeconds(5);

    private final LoginExchange login;
    private final View view;
    private final Transcript transcript;
    private final Clock clock;
    private final Reconnector back;
    private final Contacts contacts = new Contacts();

    /** Lock held while something is sent, so that answers come in the order of the requests. */
    private final Object sending = new Object();

    private volatile @Nullable Connection connected;
    private volatile boolean isAway = true;
    private volatile Preferences preferences = Preferences.none();
    private volatile @Nullable Secret password;

    /** Set while the session is moved to a new connection. */
    private volatile @Nullable Move move;

    /** @param random for the jitter of the pauses between attempts to connect, so that not all clients come at once */
    public Conversation(LoginExchange login, View view, SeenItems seen, Clock clock, RandomGenerator random) {
        this.login = login;
        this.view = view;
        this.transcript = new Transcript(view, seen);
        this.clock = clock;
        this.back = new Reconnector(login, view, random);
    }

    public Contacts contacts() {
        return contacts;
    }

    public Preferences preferences() {
        return preferences;
    }

    /** Returns whether the session has ended and waits for {@link #begin}. */
    public boolean isAway() {
        return isAway;
    }

    /** Returns whether there is a connection. */
    public boolean isConnected() {
        return connected != null;
    }

    /**
     * Starts the session, or starts it again.
     *
     * @param current the password, kept to log in again after a loss
     */
    public void begin(LoginExchange.In in, Secret current) {
        password = current;
        isAway = false;
        Connection first = connected(in);
        Thread.ofPlatform().daemon().name("conversation").start(() -> run(first));
    }

    /**
     * Ends the session, after waiting up to 5 s for the confirmation of what was sent. Blocks.
     *
     * @return the items that may or may not have been stored
     */
    public List<Item> leave() throws InterruptedException {
        try {
            ask(Exchange.command(), List.of()).await(GOODBYE);
        } catch (IOException e) {
            // The outcome stays unknown.
        }
        back.giveUp();
        Connection now = connected;
        if (now != null) {
            now.link().abort();
        }
        return transcript.open().stream().map(mine -> mine.item).toList();
    }

    private void run(Connection first) {
        View.Reason reason = View.Reason.AWAY;
        for (Connection now = first; now != null; reason = View.Reason.LOSS) {
            String why = talk(now, reason);
            Move moving = move;
            LoginExchange.In in =
                    moving == null || why == null ? null : moving.to().join();
            if (in == null && why != null && !back.isGivenUp()) {
                view.lost(why);
                in = again(why);
            }
            now = in == null ? null : connected(in);
        }
        Optional.ofNullable(move).ifPresent(moving -> moving.done().countDown());
    }

    private LoginExchange.@Nullable In again(String why) {
        return switch (back.logIn(Objects.requireNonNull(password), why)) {
            case Reconnector.Again(LoginExchange.In in) -> in;
            case Reconnector.Ended(String reason) -> {
                isAway = true;
                view.ended(reason);
                yield null;
            }
            case Reconnector.GivenUp givenUp -> null;
        };
    }

    /** Makes a new connection the current one. */
    private Connection connected(LoginExchange.In in) {
        contacts.set(in.roster());
        preferences = Preferences.of(in.settings());
        view.preferences(preferences);
        Connection now = new Connection(in.link());
        synchronized (sending) {
            transcript.catchUp();
            connected = now;
        }
        Move moving = move;
        if (moving != null && moving.to().isDone()) {
            move = null;
            moving.done().countDown();
        }
        return now;
    }

    /** Reads until the connection ends; returns the reason, or null if the server ended the session. */
    private @Nullable String talk(Connection now, View.Reason reason) {
        String why = "The server closed the connection.";
        boolean isGoingOn = true;
        Thread watch = Thread.startVirtualThread(now::watch);
        try {
            if (transcript.isFirst()) {
                catchUp(View.Reason.FIRST, FIRST_ITEMS);
            } else {
                catchUp(reason, Transcript.SOME_ITEMS);
            }
            boolean wasTold = false;
            for (Event event = now.next(); event != null; event = isGoingOn ? now.next() : null) {
                isGoingOn = take(now, event, wasTold);
                wasTold =
                        event instanceof MessageEvent.Text text && text.sender().equals(User.SERVER);
            }
        } catch (IOException e) {
            why = String.valueOf(e.getMessage());
        } catch (RuntimeException | OutOfMemoryError e) {
            why = "This client has a fault: " + e + ".";
        }
        why = now.end(why);
        // First, so that a blocked writer is not waited for.
        now.link().abort();
        watch.interrupt();
        synchronized (sending) {
            if (now.equals(connected)) {
                connected = null;
            }
        }
        transcript.drop();
        now.lost(why);
        return isGoingOn ? why : null;
    }

    /** Handles an event; returns false if the session has ended. */
    private boolean take(Connection now, Event event, boolean wasTold) throws IOException {
        Item item = Item.of(event, login.user());
        if (now.answers(event, item)) {
            return true;
        }
        switch (event) {
            case UserEvent.CameOnline online -> presence(online.name(), true);
            case UserEvent.WentOffline offline
            when offline.name().equals(login.user()) -> {
                if (move == null) {
                    isAway = true;
                    view.ended(
                            wasTold ? "This session was ended by the server." : "The account was logged in elsewhere.");
                }
                return move != null;
            }
            case UserEvent.WentOffline offline -> presence(offline.name(), false);
            case FileEvent.Piece piece -> piece.content().bytes().release();
            case MessageEvent.Message message -> transcript.arrived(Objects.requireNonNull(item));
            // Unsolicited, and nothing to show.
            case SessionEvent other -> {}
            case UserEvent other -> {}
            case MessageEvent other -> {}
            case FileEvent other -> {}
        }
        return true;
    }

    private void presence(String name, boolean online) {
        View.Presence change = contacts.change(name, online);
        if (change != null) {
            view.presence(name, change);
        }
    }

    /** Sends a request, followed by the fence. */
    private Exchange ask(Exchange exchange, List<Command> commands) throws IOException {
        synchronized (sending) {
            Connection now = connected;
            if (now == null) {
                throw new NotConnected();
            }
            return now.ask(exchange, commands);
        }
    }

    /**
     * Shows the items of the history not yet shown; asks further back until the replay overlaps with those that were.
     */
    private void catchUp(View.Reason reason, long count) throws IOException {
        synchronized (sending) {
            transcript.hold();
            List<Outgoing> sent = transcript.open();
            Exchange replay = Exchange.replay(count, done -> {
                boolean mayReachFurther = done.items().size() >= count && count < MOST_ITEMS;
                if (!transcript.replayed(reason, done.items(), mayReachFurther, sent)) {
                    catchUpLater(reason, Math.min(MOST_ITEMS, FURTHER * count));
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

    /** Shows the last {@code count} items. Blocks until they have arrived. */
    public void history(long count) throws IOException, InterruptedException {
        Exchange replay;
        synchronized (sending) {
            transcript.hold();
            replay = ask(
                    Exchange.replay(count, done -> transcript.listed(done.items())),
                    List.of(new MessageCommand.Replay(count)));
        }
        replay.await();
    }

    /**
     * Returns the exchange of an outgoing item: once its fence is answered, the item is stored, unless the server said
     * something that may be a refusal.
     */
    private Exchange sent(Outgoing mine) {
        return Exchange.command(done -> {
            if (done.told().isEmpty()) {
                transcript.stored(mine);
            } else if (transcript.open().contains(mine)) {
                mine.doubt();
                // The history tells whether it is stored.
                catchUpLater(View.Reason.CHECK, Transcript.SOME_ITEMS);
            }
        });
    }

    /**
     * Sends a text. Returns at once; the view is notified when it is stored, or if it was not.
     *
     * @param to an empty list means everyone
     * @throws NotConnected if there is no connection
     * @throws IllegalArgumentException if a name is longer than the protocol allows
     */
    public void say(List<String> to, String text) throws IOException {
        Outgoing mine = new Outgoing(login.user(), to, text, false, clock.instant());
        synchronized (sending) {
            transcript.sending(mine);
            try {
                ask(sent(mine), List.of(new MessageCommand.SendText(Outgoing.audience(to), text)));
            } catch (NotConnected | IllegalArgumentException e) {
                transcript.forget(mine);
                throw e;
            }
        }
    }

    /**
     * Sends a file. Blocks until the server has answered; the view is notified when it is stored, or if it was not.
     *
     * @param progress called with the number of bytes sent so far
     */
    public void send(List<String> to, String name, long size, InputStream content, LongConsumer progress)
            throws IOException, InterruptedException {
        Outgoing mine = new Outgoing(login.user(), to, name, true, clock.instant());
        Exchange exchange;
        synchronized (sending) {
            Connection now = connected;
            if (now == null) {
                throw new NotConnected();
            }
            transcript.sending(mine);
            try {
                now.link().send(new FileCommand.SendFile(Outgoing.audience(to), name, size), content, progress);
            } catch (IllegalArgumentException e) {
                transcript.forget(mine);
                throw e;
            } catch (IOException | RuntimeException e) {
                // A file once begun can't be withdrawn.
                now.link().abort();
                throw e;
            }
            exchange = ask(sent(mine), List.of());
        }
        exchange.await();
    }

    /** Fetches a file; if the server has none, it says so in a text. Blocks until the answer is complete. */
    public void fetch(long file, Download downloads) throws IOException, InterruptedException {
        ask(Exchange.fetch(downloads), List.of(new FileCommand.FetchFile(file))).await();
    }

    /**
     * Cuts the connection, to cancel the operation in progress; the session then reconnects. May be called from any
     * thread.
     *
     * @param why a sentence
     */
    public void cut(String why) {
        Connection now = connected;
        if (now != null) {
            now.cut(why);
        }
    }

    /**
     * Changes the password. Blocks until the server answers.
     *
     * @return the server's verdict; null if it answered with a text, which has been shown
     */
    public Exchange.@Nullable Verdict changePassword(Secret old, Secret chosen)
            throws IOException, InterruptedException {
        Command change = new AccountCommand.ChangePassword(new User.Named(login.user()), old, chosen);
        Exchange.Verdict verdict =
                ask(Exchange.command(), List.of(change)).await().verdict();
        if (verdict == Exchange.Verdict.CHANGED) {
            password = chosen;
        }
        return verdict;
    }

    /**
     * Changes the settings on the server. They are read again first, which {@code chat/1} does only at login, so the
     * session moves to a new connection. Blocks.
     *
     * @param mayReplace whether a document that is not JSON may be replaced
     * @return whether the settings were changed; false if such a document was found and kept
     */
    public boolean change(UnaryOperator<Preferences> change, boolean mayReplace)
            throws IOException, InterruptedException, UnknownServer {
        ask(Exchange.command(), List.of()).await();
        Connection old = connected;
        Move moving = new Move();
        move = moving;
        try {
            moving.to().complete(back.once(Objects.requireNonNull(password)));
        } finally {
            if (moving.to().complete(null)) {
                move = null;
            }
        }
        if (old != null) {
            old.cut("Moved to another connection.");
        }
        moving.done().await();
        Preferences read = preferences;
        if (read.isForeign() && !mayReplace) {
            return false;
        }
        Preferences changed = change.apply(read);
        Exchange stored = ask(Exchange.command(), List.of(new AccountCommand.StoreSettings(changed.document())))
                .await();
        if (!stored.told().isEmpty()) {
            throw new IOException("The server may not have stored it; it has just said why.");
        }
        preferences = changed;
        view.preferences(changed);
        return true;
    }
}
