package chatd.daemon.session;

import chatd.daemon.model.entry.Origin;
import chatd.daemon.model.entry.Receipt;
import chatd.protocol.Dialect;
import chatd.protocol.MalformedFrame;
import chatd.protocol.command.Command;
import chatd.protocol.event.Event;
import chatd.protocol.event.SessionEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A client session, from the acceptance of its connection to the end of it: not logged in, logged in, ended. All output
 * goes through its outbox.
 *
 * <p>Its commands run on one thread at a time, in order; any thread may send to it.
 */
public final class Session implements Caller {
    /** Why a session ended whose client broke the rules. */
    public static final String VIOLATION = "protocol violation";

    private static final String LOST = "connection lost";

    private static final Logger LOG = LogManager.getLogger(Session.class);

    private final String id;
    private final InetSocketAddress address;
    private final String addressText;
    private volatile Dialect dialect;
    private final Transport connection;
    private final Outbox outbox;
    private final Backlog backlog;
    private volatile @Nullable Sessions sessions;

    private volatile boolean hasSaidGoodbye;

    /** How it ended, set once; null until then. */
    private final AtomicReference<@Nullable End> end = new AtomicReference<>();

    /** The current login, or the last one; null before the first. */
    private volatile @Nullable Login login;

    /** Whether frames were enqueued since the last flush; guarded by the presence lock. */
    private boolean owed;

    /** Name in the client's certificate; null without a certificate or name. */
    private volatile @Nullable String certificateName;

    /** Whether it was ended on purpose, perhaps after its connection was lost. */
    private volatile boolean over;

    private final AtomicInteger passwords = new AtomicInteger();

    /** Time of the last command, by {@link System#nanoTime}. */
    private volatile long used = System.nanoTime();

    /** Number of malformed messages received; used on the session's own thread only. */
    private int malformed;

    /** The share last reported to the backlog; used on the transport's thread only. */
    private Backlog.Share unread = Backlog.Share.NONE;

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

        Login(Sessions.Arrival arrival) {
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
        this.outbox = new Outbox(queueBytes, queueFrames, backlog);
        this.backlog = backlog;
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
    public void speaks(Dialect chosen) {
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
    void over() {
        over = true;
    }

    /** Returns whether the session was ended on purpose: it was displaced, or ended by its user or an administrator. */
    public boolean isOver() {
        return over;
    }

    /** Returns whether this session alone does not make its user online. */
    boolean isQuiet() {
        Login current = login;
        return current != null && current.isQuiet;
    }

    void loggedIn(Sessions.Arrival arrival) {
        login = new Login(arrival);
    }

    /** Records that a command was received. */
    public void use() {
        used = System.nanoTime();
    }

    /** Returns the time since the last command, in nanoseconds. */
    public long idle() {
        return System.nanoTime() - used;
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

    /** Returns the number of bytes queued for sending. */
    public long waiting() {
        return outbox.waiting();
    }

    /**
     * Queues an unsolicited event, sent at the next {@link #flush}; cuts off a reader that is too slow. Called with the
     * presence lock held.
     *
     * @return whether these are the first frames queued since the last flush
     */
    boolean enqueue(Delivery delivery) {
        List<Dialect.Frame> frames = encoded(() -> delivery.frames(dialect, viewer()));
        for (Dialect.Frame frame : frames) {
            if (!outbox.push(frame.bytes().retain(), delivery.isToAll(), frame.change())) {
                cutOff();
            }
        }
        return !frames.isEmpty() && owe();
    }

    /** Returns the viewer's account number for the dialect; 0 if nobody is logged in. */
    private long viewer() {
        Login current = login;
        return current == null || current.isOver ? 0 : current.account;
    }

    /** Aborts the session because its reader is too slow. */
    void cutOff() {
        abort("too slow a reader");
    }

    /** Records that it is among the sessions of which all are open. Called before its first command. */
    void opened(Sessions among) {
        sessions = among;
    }

    /**
     * Leaves what is queued to the next {@link #flush}. Called with the presence lock held.
     *
     * @return whether it is the first since the last flush
     */
    boolean owe() {
        boolean first = !owed;
        owed = true;
        return first;
    }

    /** Sends what was enqueued. Called with the presence lock held, as {@link #enqueue}. */
    void flush() {
        owed = false;
        connection.flush();
    }

    /**
     * Tells a client that gave its command an identifier that it was carried out; while a batch of the journal is applied,
     * in one write with what else that sends to it.
     */
    public void accept(Command command, Receipt receipt) {
        if (command.isAcknowledged() && !command.id().isEmpty()) {
            queue(accepted(command, receipt));
            Sessions its = sessions;
            if (its == null) {
                connection.flush();
            } else {
                its.flush(this);
            }
        }
    }

    /** Tells a client that its command was carried out, whether it gave it an identifier or not. */
    public void answer(Command command, Receipt receipt) {
        answer(accepted(command, receipt));
    }

    private static Event accepted(Command command, Receipt receipt) {
        return new SessionEvent.Accepted(
                command.id(), receipt.message(), receipt.time(), receipt.group(), receipt.file());
    }

    /** Sends an answer. */
    public void answer(Event event) {
        queue(event);
        connection.flush();
    }

    private void queue(Event event) {
        encoded(() -> frames(event)).forEach(frame -> outbox.answer(frame.bytes()));
    }

    private List<Dialect.Frame> frames(Event event) {
        return dialect.frames(event, viewer(), ByteBufAllocator.DEFAULT);
    }

    /**
     * Encodes frames for this session; if that fails, aborts the session and returns none. Does not throw, so that a
     * delivery to many sessions, such as the journal's, does not fail because of one.
     */
    private List<Dialect.Frame> encoded(Supplier<List<Dialect.Frame>> encoding) {
        try {
            return encoding.get();
        } catch (RuntimeException e) {
            LOG.error("CHATD-906 an event can't be encoded in {}; the session ends", dialect.name(), e);
            abort("fault");
            return List.of();
        }
    }

    /** Waits until the reader has taken enough of the queued answers; returns false if the session ended. Blocks. */
    public boolean awaitRoom() {
        return outbox.awaitRoom();
    }

    /** Returns whether {@link #awaitRoom} would return immediately. */
    public boolean hasRoom() {
        return outbox.hasRoom();
    }

    /** An answer behind which unsolicited frames are held. Used on the session's own thread only. */
    public final class Answer implements AutoCloseable {
        private Answer() {
            outbox.beginAnswer();
        }

        /** Returns whether so much is queued for all readers that this answer should be sent in small pieces. */
        public boolean isTight() {
            return backlog.isTight();
        }

        /**
         * Sends one event of the answer, or a piece of one, and waits until there is room for the next. Blocks.
         *
         * @return false if the session has ended, so that the rest need not be produced
         */
        public boolean send(Event event) {
            put(event);
            return outbox.awaitRoom();
        }

        /** As {@link #send(Event)}, without waiting: for an answer of one event. */
        public void put(Event event) {
            frames(event).forEach(frame -> outbox.part(frame.bytes()));
            connection.flush();
        }

        /**
         * As {@link #send(Event)}, with bytes that need no encoding. They are copied out of the heap, where what a slow
         * reader has not taken would grow old and be expensive to collect.
         */
        public boolean send(byte[] bytes) {
            outbox.part(ByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes));
            connection.flush();
            return outbox.awaitRoom();
        }

        @Override
        public void close() {
            outbox.endAnswer();
            connection.flush();
        }
    }

    /** As {@link Answer#isTight}. */
    public boolean isTight() {
        return backlog.isTight();
    }

    /**
     * Begins an answer of many frames, of what does not change meanwhile; of what may, {@link Sessions#answer} sends one.
     */
    public Answer beginAnswer() {
        return new Answer();
    }

    /** Begins an answer of many frames with an event, without waiting for room. */
    Answer beginAnswer(Event event) {
        Answer answer = beginAnswer();
        encoded(() -> frames(event)).forEach(frame -> outbox.part(frame.bytes()));
        connection.flush();
        return answer;
    }

    /** Ends the session gracefully: sends the pending output, then closes the connection. */
    public void finish(String why) {
        finish(new End(why, null));
    }

    private void finish(End how) {
        end.compareAndSet(null, how);
        outbox.end();
        connection.finish();
    }

    /** As {@link #finish(String)}, since the peer has violated the protocol. */
    public void finish(MalformedFrame how) {
        finish(new End(VIOLATION, how));
    }

    /** Ends the session immediately, discarding the pending output. */
    public void abort(String why) {
        end.compareAndSet(null, new End(why, null));
        outbox.discard();
        connection.abort();
    }

    @Override
    public int countPassword() {
        return passwords.getAndIncrement();
    }

    @Override
    public void forgetPasswords() {
        passwords.set(0);
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

    /** Returns the next frame to write, for the transport; null if there is none at present. */
    public @Nullable ByteBuf nextFrame() {
        return outbox.poll();
    }

    /**
     * Records that the peer accepts no more bytes at present, although more are pending. This, {@link #unblocked} and
     * {@link #connectionLost} are called on the transport's thread.
     *
     * @param pending bytes polled by the transport but not yet written
     */
    public void blocked(long pending) {
        unread(outbox.left(pending));
    }

    /**
     * Records that the peer has accepted all that could be polled: nothing is unread but what is held behind an answer.
     * Called on the transport's thread.
     */
    public void unblocked() {
        unread(outbox.behindAnswer());
    }

    private void unread(Backlog.Share share) {
        if (!share.equals(unread)) {
            unread = share;
            backlog.leaves(this, share);
        }
    }

    /** Returns whether the output has ended and everything was polled, for the transport. */
    public boolean isAllSent() {
        return outbox.isAllSent();
    }

    /** Records that the last of its output has left this machine's memory for the kernel's, for the transport. */
    public void saidGoodbye() {
        hasSaidGoodbye = true;
    }

    /** Returns whether nothing is left to be sent, and the peer was told so; or it is gone. */
    public boolean hasSaidGoodbye() {
        return hasSaidGoodbye;
    }

    /** Records that the connection is gone. Called on the transport's thread. */
    public void connectionLost() {
        end.compareAndSet(null, new End(LOST, null));
        hasSaidGoodbye = true;
        outbox.discard();
        unread(Backlog.Share.NONE);
    }
}
