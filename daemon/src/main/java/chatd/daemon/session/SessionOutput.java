package chatd.daemon.session;

import chatd.protocol.Dialect;
import chatd.protocol.event.Event;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What one session is sent: encodes events for its dialect and its viewer, queues them in its outbox, and reports what is
 * unread to the backlog. Any thread, where a method does not say otherwise.
 */
public final class SessionOutput {
    private static final Logger LOG = LogManager.getLogger(SessionOutput.class);

    private final Session session;
    private final Transport connection;
    private final Outbox outbox;
    private final Backlog backlog;
    private volatile boolean hasSaidGoodbye;

    /** Whether frames were enqueued since the last flush; guarded by the presence lock. */
    private boolean dirty;

    /** The share last reported to the backlog; used on the transport's thread only. */
    private Backlog.Share unread = Backlog.Share.NONE;

    SessionOutput(Session session, Transport connection, Outbox outbox, Backlog backlog) {
        this.session = session;
        this.connection = connection;
        this.outbox = outbox;
        this.backlog = backlog;
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
        List<Dialect.Frame> frames = encoded(() -> delivery.frames(session.dialect(), session.viewer()));
        for (Dialect.Frame frame : frames) {
            if (!outbox.push(frame.bytes().retain(), delivery.isToAll(), frame.change())) {
                session.cutOff();
            }
        }
        return !frames.isEmpty() && markDirty();
    }

    /**
     * Leaves what is queued to the next {@link #flush}. Called with the presence lock held.
     *
     * @return whether it is the first since the last flush
     */
    boolean markDirty() {
        boolean first = !dirty;
        dirty = true;
        return first;
    }

    /** Sends what was enqueued. Called with the presence lock held, as {@link #enqueue}. */
    void flush() {
        dirty = false;
        connection.flush();
    }

    /** Queues an answer; sent at the next {@link #flush}. */
    void queue(Event event) {
        encoded(() -> frames(event)).forEach(frame -> outbox.answer(frame.bytes()));
    }

    private List<Dialect.Frame> frames(Event event) {
        return session.dialect().frames(event, session.viewer(), ByteBufAllocator.DEFAULT);
    }

    /**
     * Encodes frames for this session; if that fails, aborts the session and returns none. Does not throw, so that a
     * delivery to many sessions, such as the journal's, does not fail because of one.
     */
    private List<Dialect.Frame> encoded(Supplier<List<Dialect.Frame>> encoding) {
        try {
            return encoding.get();
        } catch (RuntimeException e) {
            LOG.error(
                    "CHATD-906 an event can't be encoded in {}; the session ends",
                    session.dialect().name(),
                    e);
            session.abort("fault");
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
        public boolean isBacklogLarge() {
            return backlog.isLarge();
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
            return send(bytes, 0, bytes.length);
        }

        /** As {@link #send(byte[])}, a part of the bytes. */
        public boolean send(byte[] bytes, int offset, int length) {
            outbox.part(ByteBufAllocator.DEFAULT.directBuffer(length).writeBytes(bytes, offset, length));
            connection.flush();
            return outbox.awaitRoom();
        }

        @Override
        public void close() {
            outbox.endAnswer();
            connection.flush();
        }
    }

    /** As {@link Answer#isBacklogLarge}. */
    public boolean isBacklogLarge() {
        return backlog.isLarge();
    }

    /**
     * Begins an answer of many frames, with content that does not change meanwhile; for content
     * that may, use {@link Fanout#answer}.
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

    /** Returns the next frame to write, for the transport; null if there is none at present. */
    public @Nullable ByteBuf nextFrame() {
        return outbox.poll();
    }

    /**
     * Records that the peer accepts no more bytes at present, although more are pending. Called on
     * the transport's thread.
     *
     * @param pending bytes polled by the transport but not yet written
     */
    public void blocked(long pending) {
        unread(outbox.markUnread(pending));
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
            backlog.updateShare(session, share);
        }
    }

    /** Returns whether the output has ended and everything was polled, for the transport. */
    public boolean isAllSent() {
        return outbox.isAllSent();
    }

    /** Records that the last of its output was handed to the kernel, for the transport. */
    public void saidGoodbye() {
        hasSaidGoodbye = true;
    }

    /** Returns whether nothing is left to be sent, and the peer was told so; or it is gone. */
    public boolean hasSaidGoodbye() {
        return hasSaidGoodbye;
    }

    /** Accepts nothing more, except the rest of an answer in progress. */
    void end() {
        outbox.end();
    }

    /** Releases what is queued, and accepts nothing more. */
    void discard() {
        outbox.discard();
    }

    /** Records that the connection is gone. Called on the transport's thread. */
    void connectionLost() {
        hasSaidGoodbye = true;
        outbox.discard();
        unread(Backlog.Share.NONE);
    }
}
