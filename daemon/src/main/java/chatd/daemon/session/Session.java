package chatd.daemon.session;

import chatd.daemon.model.entry.Origin;
import chatd.daemon.model.entry.Receipt;
import chatd.protocol.Dialect;
import chatd.protocol.MalformedFrame;
import chatd.protocol.command.Command;
import chatd.protocol.event.Event;
import chatd.protocol.event.SessionEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A client session, from the acceptance of its connection to the end of it: not logged in, logged in, ended. All output
 * goes through its {@link SessionOutput}.
 *
 * <p>Its commands run on one thread at a time, in order; any thread may send to it.
 */
public final class Session implements Caller {
    /** The reason for the end of a session whose client violated the protocol. */
    public static final String VIOLATION = "protocol violation";

    private static final String LOST = "connection lost";

    private final String id;
    private final InetSocketAddress address;
    private final String addressText;
    private volatile Dialect dialect;
    private final Transport connection;
    private final SessionOutput output;
    private volatile @Nullable Fanout fanout;

    /** How it ended, set once; null until then. */
    private final AtomicReference<@Nullable End> end = new AtomicReference<>();

    /** The current login, or the last one; null before the first. */
    private volatile @Nullable Login login;

    /** Name in the client's certificate; null without a certificate or name. */
    private volatile @Nullable String certificateName;

    /** Whether it was ended on purpose, perhaps after its connection was lost. */
    private volatile boolean endedOnPurpose;

    private final AtomicInteger passwordAttempts = new AtomicInteger();

    /** Time of the last command, by {@link System#nanoTime}. */
    private volatile long lastCommand = System.nanoTime();

    /** Number of malformed messages received; used on the session's own thread only. */
    private int malformed;

    /**
     * How a session ended.
     *
     * @param violation what was malformed; null if it ended otherwise
     */
    private record End(String why, @Nullable MalformedFrame violation) {}

    /** A login, until the logout or the end of the session, whichever is first. Thread-safe. */
    private static final class Login {
        final long account;
        final @Nullable String device;
        final boolean isQuiet;
        final Instant since;

        /** The account's current name. */
        volatile String name;

        /** Whether the user has logged out, and may log in again. */
        volatile boolean isOver;

        final AtomicBoolean isOffline = new AtomicBoolean();
        final AtomicBoolean isLogged = new AtomicBoolean();

        Login(Arrival arrival) {
            this.account = arrival.account();
            this.device = arrival.device();
            this.isQuiet = arrival.quiet();
            this.since = arrival.time();
            this.name = arrival.name();
        }
    }

    public Session(
            String id,
            InetSocketAddress address,
            String addressText,
            Dialect dialect,
            Transport connection,
            long queueBytes,
            int queueFrames,
            Backlog backlog) {
        this.id = id;
        this.address = address;
        this.addressText = addressText;
        this.dialect = dialect;
        this.connection = connection;
        this.output = new SessionOutput(this, connection, new Outbox(queueBytes, queueFrames, backlog), backlog);
    }

    /** Returns the session's id, as used in the log: {@code s} and hexadecimal digits. */
    public String id() {
        return id;
    }

    @Override
    public InetAddress address() {
        return address.getAddress();
    }

    @Override
    public Origin origin() {
        return new Origin(id, dialect.name(), addressText, port());
    }

    /** Returns the address as text; for IPv6, in its compressed form. */
    public String addressText() {
        return addressText;
    }

    public int port() {
        return address.getPort();
    }

    public Dialect dialect() {
        return dialect;
    }

    /** Sets the negotiated dialect. Called by the transport before anything is sent. */
    public void setDialect(Dialect chosen) {
        dialect = chosen;
    }

    /** Records the name in the client's certificate, which was verified against the configured CA. */
    public void certificateName(String name) {
        certificateName = name;
    }

    @Override
    public @Nullable String certificateName() {
        return certificateName;
    }

    @Override
    public boolean isLoggedIn() {
        return name() != null;
    }

    /** As {@link Caller#account}; after logging out, still returns the last account. */
    @Override
    public long account() {
        Login current = login;
        if (current == null) {
            throw new IllegalStateException("not logged in");
        }
        return current.account;
    }

    /** Returns the time of the login, or null. */
    public @Nullable Instant since() {
        Login current = login;
        return current == null ? null : current.since;
    }

    @Override
    public @Nullable String name() {
        Login current = login;
        return current == null || current.isOver ? null : current.name;
    }

    /** Returns whether another session is on the same device, so that one displaces the other. */
    boolean isOnDeviceOf(Session other) {
        Login mine = login;
        Login others = other.login;
        return mine != null && others != null && Objects.equals(mine.device, others.device);
    }

    /** Returns the client's label; empty if it gave none, or its dialect has none. */
    public String device() {
        Login current = login;
        return current == null ? "" : Objects.requireNonNullElse(current.device, "");
    }

    /** Marks the session as ended on purpose, so that it can't be resumed. */
    void endOnPurpose() {
        endedOnPurpose = true;
    }

    /** Returns whether the session was ended on purpose: it was displaced, or ended by its user or an administrator. */
    public boolean isEndedOnPurpose() {
        return endedOnPurpose;
    }

    /** Returns its output. */
    public SessionOutput output() {
        return output;
    }

    /** Returns whether this session does not show its user as online. */
    boolean isQuiet() {
        Login current = login;
        return current != null && current.isQuiet;
    }

    void loggedIn(Arrival arrival) {
        login = new Login(arrival);
    }

    /** Records that a command was received. */
    public void touch() {
        lastCommand = System.nanoTime();
    }

    /** Returns the time since the last command, in nanoseconds. */
    public long idle() {
        return System.nanoTime() - lastCommand;
    }

    /** Marks the session as logged out; it may log in again. */
    public void loggedOut() {
        Login current = login;
        if (current != null) {
            current.isOver = true;
        }
    }

    /** Counts a malformed message and returns their number so far. */
    public int malformed() {
        return ++malformed;
    }

    void renamed(String name) {
        Login current = login;
        if (current != null) {
            current.name = name;
        }
    }

    /** Returns the viewer's account number for the dialect; 0 if nobody is logged in. */
    long viewer() {
        Login current = login;
        return current == null || current.isOver ? 0 : current.account;
    }

    /** Aborts the session because its reader is too slow. */
    void cutOff() {
        abort("too slow a reader");
    }

    /** Records what flushes it while a batch is applied. Called before its first command. */
    void setFanout(Fanout flushing) {
        fanout = flushing;
    }

    /**
     * Acknowledges a command that its client gave an identifier; while a batch of the journal is
     * applied, in one write with everything else that the batch sends to it.
     */
    public void acknowledge(Command command, Receipt receipt) {
        if (command.isAcknowledged() && !command.id().isEmpty()) {
            output.queue(accepted(command, receipt));
            Fanout flushing = fanout;
            if (flushing == null) {
                connection.flush();
            } else {
                flushing.flush(this);
            }
        }
    }

    /** Acknowledges a command, with or without an identifier. */
    public void answer(Command command, Receipt receipt) {
        answer(accepted(command, receipt));
    }

    /** Sends an answer, without waiting. */
    public void answer(Event event) {
        output.queue(event);
        connection.flush();
    }

    private static Event accepted(Command command, Receipt receipt) {
        return new SessionEvent.Accepted(
                command.id(), receipt.message(), receipt.time(), receipt.group(), receipt.file());
    }

    /** Ends the session gracefully: sends the pending output, then closes the connection. */
    public void finish(String why) {
        finish(new End(why, null));
    }

    private void finish(End how) {
        end.compareAndSet(null, how);
        output.end();
        connection.finish();
    }

    /** As {@link #finish(String)}, since the peer has violated the protocol. */
    public void finish(MalformedFrame how) {
        finish(new End(VIOLATION, how));
    }

    /** Ends the session immediately, discarding the pending output. */
    public void abort(String why) {
        end.compareAndSet(null, new End(why, null));
        output.discard();
        connection.abort();
    }

    @Override
    public int countPasswordAttempt() {
        return passwordAttempts.getAndIncrement();
    }

    @Override
    public void resetPasswordAttempts() {
        passwordAttempts.set(0);
    }

    /** Returns whether the session has ended and accepts no more commands. */
    @Override
    public boolean hasEnded() {
        return end.get() != null;
    }

    /** Returns the reason for the end, for the log. */
    public String endedBecause() {
        End how = end.get();
        return how == null ? LOST : how.why();
    }

    /** Returns the violation of the protocol that ended the session; null if something else did. */
    public @Nullable MalformedFrame violation() {
        End how = end.get();
        return how == null ? null : how.violation();
    }

    /** Returns true on the first call after a login: that caller takes the session offline. */
    boolean leave() {
        Login current = login;
        return current != null && current.isOffline.compareAndSet(false, true);
    }

    /** Returns true on the first call after a login, so that the logout is logged once. */
    public boolean markLogoutLogged() {
        Login current = login;
        return current != null && current.isLogged.compareAndSet(false, true);
    }

    /** Records that the connection is gone. Called on the transport's thread. */
    public void connectionLost() {
        end.compareAndSet(null, new End(LOST, null));
        output.connectionLost();
    }
}
