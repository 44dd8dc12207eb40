package chatd.daemon.session;

import chatd.daemon.model.Origin;
import chatd.protocol.Dialect;
import chatd.protocol.event.Event;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One connection from the handshake to its end: greeting, logged in, closing. What it is sent goes through its outbox.
 *
 * <p>Its commands run on one thread at a time, in their order; anyone may send to it.
 */
public final class Session implements Caller {
    private static final Logger LOG = LogManager.getLogger(Session.class);

    private final String id;
    private final InetSocketAddress address;
    private final String addressText;
    private volatile Dialect dialect;
    private final Transport connection;
    private final Outbox outbox;
    private final Backlog backlog;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicBoolean left = new AtomicBoolean();
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile @Nullable Login login;
    /** Whether messages were enqueued that are not sent yet; with the order of presence held. */
    private boolean owed;

    /** The name in the certificate that the client has shown; null where it has shown none. */
    private volatile @Nullable String certified;

    private volatile String endedBecause = "connection lost";

    /** When it was last asked for something, by the system's nanoseconds. */
    private volatile long used = System.nanoTime();

    /** How often the peer has said what is no message; the session's own thread. */
    private int malformed;

    /** What the backlog was told last; the carrier's thread alone. */
    private Backlog.Share unread = Backlog.Share.NONE;

    /** Who is logged in here, since when, or was until it logged out. The name is the present one. */
    private record Login(
            long account, String name, @Nullable String device, Instant since, boolean over) {}

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

    /** {@code s} and hexadecimal digits, as the log names it. */
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

    /** As people write it: the short form of an IPv6 address. */
    public String addressText() {
        return addressText;
    }

    public int port() {
        return address.getPort();
    }

    public Dialect dialect() {
        return dialect;
    }

    /** For the carrier: the client has chosen another dialect than the one that it began with. Before it is sent anything. */
    public void speaks(Dialect chosen) {
        dialect = chosen;
    }

    /** The client has shown a certificate, which an authority of the daemon's vouches for. */
    public void certified(String name) {
        certified = name;
    }

    @Override
    public @Nullable String certified() {
        return certified;
    }

    @Override
    public boolean isLoggedIn() {
        return name() != null;
    }

    /** As {@link Caller#account}; also of the account that was logged in until it logged out. */
    @Override
    public long account() {
        Login current = login;
        if (current == null) {
            throw new IllegalStateException("not logged in");
        }
        return current.account();
    }

    /** When it logged in, or null. */
    public @Nullable Instant since() {
        Login current = login;
        return current == null ? null : current.since();
    }

    @Override
    public @Nullable String name() {
        Login current = login;
        return current == null || current.over() ? null : current.name();
    }

    /** Whether another session is on the same device, and one of them is to go. */
    boolean isOnDeviceOf(Session other) {
        Login mine = login;
        Login others = other.login;
        return mine != null && others != null && Objects.equals(mine.device(), others.device());
    }

    void loggedIn(long account, String name, @Nullable String device, Instant now) {
        login = new Login(account, name, device, now, false);
    }

    /** It was asked for something. */
    public void use() {
        used = System.nanoTime();
    }

    /** How long it has not been asked for anything, in nanoseconds. */
    long idle() {
        return System.nanoTime() - used;
    }

    /** It has left, and may log in again. */
    public void loggedOut() {
        Login current = login;
        if (current != null) {
            login = new Login(current.account(), current.name(), current.device(), current.since(), true);
        }
        left.set(false);
        told.set(false);
    }

    /** Counts one more message that is none; returns how many there were. */
    public int malformed() {
        return ++malformed;
    }

    void renamed(String name) {
        Login current = login;
        if (current != null) {
            login = new Login(current.account(), name, current.device(), current.since(), current.over());
        }
    }

    /** Bytes that wait to be sent. */
    public long waiting() {
        return outbox.waiting();
    }

    /**
     * Puts something nobody asked for where it is sent from at the next {@link #flush}; a reader who is too slow is cut
     * off. With the order of presence held.
     *
     * @return whether this is the first since the last flush
     */
    boolean enqueue(Delivery delivery, long number) {
        List<Dialect.Frame> frames = encoded(() -> delivery.frames(dialect, viewer()));
        boolean first = !owed;
        for (Dialect.Frame frame : frames) {
            owed = true;
            if (!outbox.push(frame.bytes().retainedDuplicate(), delivery.isToAll(), number, frame.change())) {
                cutOff();
            }
        }
        return first && owed;
    }

    /** As a dialect knows who is told; 0 where nobody is logged in. */
    private long viewer() {
        Login current = login;
        return current == null || current.over() ? 0 : current.account();
    }

    /** Ends it at once: its reader has left too much. */
    void cutOff() {
        abort("too slow a reader");
    }

    /** Sends what was enqueued. As {@link #enqueue}, called with the order of presence held. */
    void flush() {
        owed = false;
        connection.flush();
    }

    /** Sends an answer. */
    public void answer(Event event) {
        encoded(() -> frames(event)).forEach(frame -> outbox.answer(frame.bytes()));
        connection.flush();
    }

    private List<Dialect.Frame> frames(Event event) {
        return dialect.frames(event, viewer(), ByteBufAllocator.DEFAULT);
    }

    /**
     * Frames for this session; none where they can't be made, and the session has ended for that. It is not thrown: who
     * delivers to many, the journal say, is not to fail for one of them.
     */
    private List<Dialect.Frame> encoded(Supplier<List<Dialect.Frame>> encoding) {
        try {
            return encoding.get();
        } catch (RuntimeException e) {
            LOG.error("an event can't be told in {}; the session ends", dialect.name(), e);
            abort("fault");
            return List.of();
        }
    }

    /** Waits until the reader has taken enough of what it was answered; false where the session has ended. Blocks. */
    public boolean awaitRoom() {
        return outbox.awaitRoom();
    }

    /** Whether {@link #awaitRoom} would return at once. */
    public boolean hasRoom() {
        return outbox.hasRoom();
    }

    /** An answer of many frames, with nothing else in between. Only the session's own thread makes one; it blocks. */
    public final class Answer implements AutoCloseable {
        private final long delivered;

        private Answer(long delivered) {
            this.delivered = delivered;
        }

        /** The highest number of a message that this session was sent before: later ones follow the answer. */
        public long delivered() {
            return delivered;
        }

        /** Whether so much waits for all readers that this one should be given little at a time. */
        public boolean isTight() {
            return backlog.isTight();
        }

        /**
         * Sends one event of it, or a piece of one.
         *
         * @return false where the session has ended, and there is no use in going on
         */
        public boolean send(Event event) {
            frames(event).forEach(frame -> outbox.part(frame.bytes()));
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

    /** Begins an answer of many frames. */
    public Answer beginAnswer() {
        return new Answer(outbox.beginAnswer());
    }

    /** Ends it in order: what it is owed is sent, then the connection closes. */
    public void finish(String why) {
        end(why);
        outbox.end();
        connection.finish();
    }

    /** Ends it at once. */
    public void abort(String why) {
        end(why);
        outbox.discard();
        connection.abort();
    }

    private void end(String why) {
        if (ended.compareAndSet(false, true)) {
            endedBecause = why;
        }
    }

    /** Whether it takes no more commands. */
    @Override
    public boolean hasEnded() {
        return ended.get();
    }

    /** For the log. */
    public String endedBecause() {
        return endedBecause;
    }

    /** True the first time: whoever is first does what is to be done when a session is over. */
    boolean leave() {
        return left.compareAndSet(false, true);
    }

    /** True the first time: the log is told once. */
    public boolean firstFarewell() {
        return told.compareAndSet(false, true);
    }

    /** For the carrier: the next frame to write; null where there is none now. */
    public @Nullable ByteBuf nextFrame() {
        return outbox.poll();
    }

    /**
     * For the carrier: it has written all that the peer takes at the moment, and more is there. This, {@link #unblocked}
     * and {@link #connectionLost} are called by one thread.
     *
     * @param pending bytes that the carrier itself has left
     */
    public void blocked(long pending) {
        unread(outbox.left(pending));
    }

    /** For the carrier: the peer takes more, and will be written it. */
    public void unblocked() {
        unread(Backlog.Share.NONE);
    }

    private void unread(Backlog.Share share) {
        if (!share.equals(unread)) {
            unread = share;
            backlog.leaves(this, share);
        }
    }

    /** For the carrier: whether nothing will come any more, and all of it was taken. */
    public boolean isAllSent() {
        return outbox.isAllSent();
    }

    /** For the carrier: the connection is gone. */
    public void connectionLost() {
        end("connection lost");
        outbox.discard();
        unread(Backlog.Share.NONE);
    }
}
