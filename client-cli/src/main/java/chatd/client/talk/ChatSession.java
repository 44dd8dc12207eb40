package chatd.client.talk;

import chatd.client.net.UnknownServer;
import chatd.client.talk.exchange.LoginExchange;
import chatd.client.talk.item.FileToSend;
import chatd.client.talk.item.HistoryScope;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Outgoing;
import chatd.protocol.event.Event;
import chatd.protocol.value.Secret;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * An account's session as the user sees it, which outlives connections. A thread of its own reads events and, after a
 * loss, reconnects and shows what was missed, nothing twice; the user's thread sends. A session that the server ended
 * (another login, an administrator) stays ended until {@link #begin} is called again.
 *
 * <p>How a loss is bridged depends on what the server reports: {@code ReplayedSession} compares the history with what
 * was shown, {@code ResumedSession} continues by number.
 */
public abstract class ChatSession {
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(5);

    private final LoginExchange login;
    private final View view;
    private final Reconnector reconnector;
    private final boolean reconnects;
    private final KnownUsers knownUsers;
    private final PendingReporter pending;

    /** Lock held while something is sent, so that answers come in the order of the requests. */
    private final Object sendLock = new Object();

    private volatile @Nullable Connection currentConnection;
    private volatile boolean isEnded = true;
    private volatile Preferences preferences = Preferences.none();
    private volatile @Nullable Secret password;

    /**
     * @param random for the jitter of the pauses between attempts to connect, so that not all clients come at once
     * @param reconnects whether it connects again after a loss
     */
    protected ChatSession(LoginExchange login, View view, RandomGenerator random, boolean reconnects) {
        this.login = login;
        this.view = view;
        this.knownUsers = new KnownUsers(view);
        this.reconnector = new Reconnector(view, random);
        this.reconnects = reconnects;
        this.pending = new PendingReporter(view);
    }

    public final KnownUsers knownUsers() {
        return knownUsers;
    }

    public final Preferences preferences() {
        return preferences;
    }

    /** Returns whether the session has ended and waits for {@link #begin}. */
    public final boolean isEnded() {
        return isEnded;
    }

    /**
     * Returns whether the server numbers what it delivers ({@code chat-json/1}). What this needs is in
     * {@code ResumedSession}; the methods that follow here do nothing otherwise.
     */
    public boolean isNumbered() {
        return false;
    }

    /** Tells a user that a text to them is being written. Does nothing while there is no connection. */
    public void typing(String to) {}

    /** Marks as read what was shown of the conversation with these. */
    public void markShown(List<String> with) {}

    /** Returns a space and a sentence on groups whose names begin with a word; empty if there are none. */
    public String groupHint(String name) {
        return "";
    }

    /** Makes the session forget this device when it ends: its key is then invalid. */
    public void forgetDevice() {}

    /** Returns whether there is a connection. */
    public final boolean isConnected() {
        return currentConnection != null;
    }

    protected final LoginExchange login() {
        return login;
    }

    protected final View view() {
        return view;
    }

    protected final Object sendLock() {
        return sendLock;
    }

    /** Returns the password with which the user logged in; null if it was a key. */
    protected final @Nullable Secret password() {
        return password;
    }

    protected final void setPassword(Secret current) {
        password = current;
    }

    protected final void setPreferences(Preferences read) {
        preferences = read;
        view.preferences(read);
    }

    /** An operation that needs a connection. */
    public interface Work {
        void run() throws IOException, InterruptedException;
    }

    /**
     * Carries out an operation that may be repeated: if the connection is lost meanwhile, again over the next one, for
     * which this waits. Blocks; forever once the session has ended.
     */
    public final void retryUntilDone(Work work) throws InterruptedException {
        Connection now = null;
        while (true) {
            now = awaitNextConnection(now);
            try {
                work.run();
                return;
            } catch (IOException e) {
                // Over the next one.
            }
        }
    }

    private Connection awaitNextConnection(@Nullable Connection than) throws InterruptedException {
        synchronized (sendLock) {
            Connection now = currentConnection;
            while (now == null || now.equals(than)) {
                sendLock.wait();
                now = currentConnection;
            }
            return now;
        }
    }

    /** Returns the current connection. */
    protected final Connection connection() throws NotConnected {
        Connection now = currentConnection;
        if (now == null) {
            throw new NotConnected();
        }
        return now;
    }

    /**
     * Starts the session, or starts it again.
     *
     * @param current the password, kept to log in again after a loss; null if the login was by key
     */
    public final void begin(LoginExchange.LoggedIn in, @Nullable Secret current) {
        password = current;
        isEnded = false;
        Connection first = currentConnection(in);
        Thread.ofPlatform().daemon().name("session").start(() -> run(first));
    }

    /**
     * Ends the session, after waiting up to 5 s for the confirmation of what was sent. Blocks.
     *
     * @return the items that may or may not have been stored
     */
    public final List<Item> leave() throws InterruptedException {
        try {
            settle(LEAVE_TIMEOUT);
        } catch (IOException e) {
            // The outcome stays unknown.
        }
        reconnector.giveUp();
        Connection now = currentConnection;
        if (now != null) {
            now.link().abort();
        }
        return unconfirmed().stream().map(mine -> mine.item()).toList();
    }

    private void run(Connection first) {
        View.Reason reason = View.Reason.AWAY;
        for (Connection now = first; now != null; reason = View.Reason.LOSS) {
            String why = read(now, reason);
            LoginExchange.LoggedIn in = why == null ? null : moved();
            if (in == null && why != null && !reconnector.isGivenUp()) {
                in = reconnect(why);
            }
            now = in == null ? null : currentConnection(in);
        }
        onEnd();
    }

    private LoginExchange.@Nullable LoggedIn reconnect(String why) {
        if (!reconnects) {
            end(why);
            return null;
        }
        view.lost(why);
        return switch (reconnector.logIn(this::attempt, why)) {
            case Reconnector.Reconnected(LoginExchange.LoggedIn in) -> in;
            case Reconnector.Ended(String reason) -> {
                end(reason);
                yield null;
            }
            case Reconnector.GivenUp _ -> null;
        };
    }

    /** Records that the session has ended, and tells the view; {@code why} is a sentence. */
    protected final void end(String why) {
        isEnded = true;
        view.ended(why);
    }

    /** Makes a new connection the current one. */
    private Connection currentConnection(LoginExchange.LoggedIn in) {
        setPreferences(Preferences.of(in.settings()));
        Connection now = new Connection(in.link());
        synchronized (sendLock) {
            enter(in);
            currentConnection = now;
            sendLock.notifyAll();
        }
        return now;
    }

    /** Reads until the connection ends; returns the reason, or null if the server ended the session. */
    private @Nullable String read(Connection now, View.Reason reason) {
        String why = "The server closed the connection.";
        boolean isGoingOn = true;
        Thread watch = Thread.startVirtualThread(() -> now.watch(this::texts));
        try {
            catchUp(reason);
            for (Event event = now.next(); event != null; event = isGoingOn ? now.next() : null) {
                isGoingOn = handle(now, event);
            }
        } catch (IOException e) {
            why = String.valueOf(e.getMessage());
        } catch (RuntimeException | OutOfMemoryError e) {
            why = "Internal error: " + e + ".";
        }
        why = now.endReason(why);
        // First, so that a blocked writer is not waited for.
        now.link().abort();
        watch.interrupt();
        synchronized (sendLock) {
            if (now.equals(currentConnection)) {
                currentConnection = null;
            }
        }
        connectionLost();
        now.lost(why);
        return isGoingOn ? why : null;
    }

    /** Returns the texts that were sent and are not yet known to be stored; a file may take its time. */
    private List<Outgoing> texts() {
        return unconfirmed().stream().filter(mine -> !mine.item().isFile()).toList();
    }

    /** Records that a text was sent: until it is known to be stored, the view shows it as pending. */
    protected final void sent() {
        pending.sent(this::texts);
    }

    /** Records that something that was sent may have been answered. */
    protected final void answered() {
        pending.answered(this::texts);
    }

    /** Tries to connect at once, if it is waiting to. May be called from any thread. */
    public final void reconnectNow() {
        reconnector.hurry();
    }

    /**
     * Cuts the connection, to cancel the operation in progress; the session then reconnects. May be called from any
     * thread.
     *
     * @param why a sentence
     */
    public void cut(String why) {
        Connection now = currentConnection;
        if (now != null) {
            now.cut(why);
        }
    }

    /** Adopts the state that a login reports; called before the connection is used, with the lock on sending held. */
    protected abstract void enter(LoginExchange.LoggedIn in);

    /** Requests what was missed; called on the reading thread, when a connection begins. */
    protected abstract void catchUp(View.Reason reason) throws IOException;

    /** Handles an event; returns false if the session has ended. */
    protected abstract boolean handle(Connection now, Event event) throws IOException;

    /** Called when the connection is lost. */
    protected abstract void connectionLost();

    /** Returns the next connection of a session that has moved to it by itself; null if it has not. */
    protected LoginExchange.@Nullable LoggedIn moved() {
        return null;
    }

    /** Called when the session has ended. */
    protected void onEnd() {}

    /** Logs in again after a loss. */
    protected abstract LoginExchange.Answer attempt() throws UnknownServer;

    /** Waits until everything sent so far is answered; may also log out. */
    protected abstract void settle(Duration timeout) throws IOException, InterruptedException;

    /** Returns what was sent and is not yet known to be stored. */
    protected abstract List<Outgoing> unconfirmed();

    /**
     * Returns the recipient whom a typed name means, as it has to be named from then on: a user by its name, a group with
     * its number. Empty if there is none. May block.
     *
     * @throws NotConnected if that can't be determined now
     * @throws chatd.client.net.ClientFailure if several have this name; the message lists them
     */
    public abstract Optional<String> recipient(String typed) throws IOException, InterruptedException;

    /**
     * Returns the recipient whom a typed name means; the name itself if nobody is known to have it, for the server to refuse.
     * The empty name of everyone stays. Otherwise like {@link #recipient}.
     */
    public final String resolveRecipient(String typed) throws IOException, InterruptedException {
        return typed.isEmpty() ? typed : recipient(typed).orElse(typed);
    }

    /** Returns the scope with its recipient resolved. Otherwise like {@link #recipient}. */
    public final HistoryScope resolve(HistoryScope scope) throws IOException, InterruptedException {
        return scope instanceof HistoryScope.With(String typed) ? HistoryScope.of(resolveRecipient(typed)) : scope;
    }

    /** Typed names: the recipients whom they mean, and those that nobody has. */
    public record Recipients(List<String> known, List<String> unknown) {}

    /** Returns the recipients whom typed names mean; otherwise like {@link #recipient}. */
    public final Recipients recipients(List<String> typed) throws IOException, InterruptedException {
        Recipients all = new Recipients(new ArrayList<>(), new ArrayList<>());
        for (String name : typed) {
            recipient(name)
                    .ifPresentOrElse(all.known()::add, () -> all.unknown().add(name));
        }
        return all;
    }

    /** Returns how a recipient is shown. Any thread. */
    public String label(String recipient) {
        return recipient;
    }

    /** Returns the names of the users who are found by a part of their name. May block. */
    public abstract List<String> matching(String part) throws IOException, InterruptedException;

    /** Returns names of users, from which to suggest one for a name that nobody has. May block. */
    public abstract List<String> candidates(String name) throws IOException, InterruptedException;

    /**
     * Sends a text. Returns at once; the view is notified when it is stored, or if it was not.
     *
     * @param to an empty list means everyone
     * @param answered the number of the message that it answers; 0 for none
     * @param id an identifier under which the server stores it once; empty for a new one
     * @throws NotConnected if there is no connection
     * @throws IllegalArgumentException if a name is longer than the protocol allows, or the server supports neither
     *     replies nor identifiers and one was given
     */
    public abstract Outgoing say(List<String> to, String text, long answered, String id) throws IOException;

    /**
     * Sends a file. Blocks until the server has answered; the view is notified when it is stored, or if it was not.
     *
     * @param progress called with the number of bytes sent so far
     */
    public abstract Outgoing send(List<String> to, FileToSend file, LongConsumer progress)
            throws IOException, InterruptedException;

    /** Fetches a file; if the server does not have it, it says so in a text. Blocks until the answer is complete. */
    public abstract void fetch(long file, Download downloads) throws IOException, InterruptedException;

    /**
     * Shows the last items. Blocks until they have arrived.
     *
     */
    public abstract void history(HistoryScope scope, long count) throws IOException, InterruptedException;

    /** The outcome of a password change. */
    public enum Verdict {
        CHANGED,
        WRONG_OLD_PASSWORD,
        BAD_NEW_PASSWORD
    }

    /**
     * Changes the password. Blocks until the server answers.
     *
     * @return the server's verdict; null if it answered with a text, which has been shown
     */
    public abstract @Nullable Verdict changePassword(Secret old, Secret chosen)
            throws IOException, InterruptedException;

    /**
     * Changes the settings on the server. Blocks.
     *
     * @param mayReplace whether a document that is not JSON may be replaced
     * @return whether the settings were changed; false if such a document was found and kept
     */
    public abstract boolean change(UnaryOperator<Preferences> change, boolean mayReplace)
            throws IOException, InterruptedException, UnknownServer;
}
