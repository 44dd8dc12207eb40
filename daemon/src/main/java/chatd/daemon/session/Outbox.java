package chatd.daemon.session;

import chatd.protocol.Dialect;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written to one connection, in order (rule 16 of {@code chat-1.md}).
 *
 * <p>What comes unasked (messages, presence) never blocks its giver: what the reader has left of it is counted, and past
 * the bound the connection is closed. What was asked for blocks its giver, a virtual thread, until the reader has taken
 * enough; while an answer of many frames is being produced, what comes unasked waits behind it.
 */
final class Outbox {
    /** Bytes of an answer that may wait before its producer does. */
    private static final long ANSWER_BYTES = 32 << 10;

    /** What a frame that waits takes beside its bytes, about. */
    private static final int FRAME_COST = 256;

    /** One frame; it becomes nothing when a later presence of the same user takes its place. */
    private static final class Entry {
        @Nullable
        ByteBuf frame;

        final int bytes;
        /** What of the memory is taken for this reader alone. */
        final int cost;

        final boolean counted;
        final Dialect.@Nullable Change change;

        Entry(ByteBuf frame, boolean shared, boolean counted, Dialect.@Nullable Change change) {
            this.frame = frame;
            this.bytes = frame.readableBytes();
            this.cost = FRAME_COST + (shared ? 0 : bytes);
            this.counted = counted;
            this.change = change;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition drained = lock.newCondition();
    private final ArrayDeque<Entry> queue = new ArrayDeque<>();
    private final ArrayDeque<Entry> held = new ArrayDeque<>();
    private final Map<Object, Entry> presences = new HashMap<>();
    private final long maxBytes;
    private final int maxFrames;
    private final Backlog backlog;
    private int dead;
    private long countedBytes;
    private int countedFrames;

    /** Of those, what came since the carrier last wrote what it could: no reader has had a chance to take it. */
    private long freshBytes;

    private int freshFrames;
    private long answerBytes;

    /** What all that waits takes of the memory. */
    private long cost;

    private boolean answering;
    /** Nothing new is taken; an answer that has begun is brought to its end. */
    private boolean ending;

    private boolean ended;

    /** The highest number of a message that came this way. */
    private long delivered;

    Outbox(long maxBytes, int maxFrames, Backlog backlog) {
        this.maxBytes = maxBytes;
        this.maxFrames = maxFrames;
        this.backlog = backlog;
    }

    /**
     * Takes a frame that nobody asked for, and its reference.
     *
     * @param shared whether all have it, and it takes its memory once: no reader can hold on to more of those than its
     *     own bound, and all hold on to the same
     * @param number of the message that it is, 0 where it is none
     * @param change of presence that it tells; a later one of the same user takes its place, or undoes it: then neither
     *     is told. Null for anything else
     * @return whether the reader had left no more than the bound when it was last written to
     */
    boolean push(ByteBuf frame, boolean shared, long number, Dialect.@Nullable Change change) {
        lock.lock();
        try {
            delivered = Math.max(delivered, number);
            if (ending) {
                frame.release();
                return true;
            }
            Dialect.Change told = change == null ? null : joined(change);
            if (change != null && told == null) {
                frame.release();
                return true;
            }
            Entry entry = new Entry(frame, shared, true, told);
            if (told != null) {
                presences.put(told.user(), entry);
            }
            countedBytes += entry.bytes;
            countedFrames++;
            freshBytes += entry.bytes;
            freshFrames++;
            add(answering ? held : queue, entry);
            return countedBytes - freshBytes <= maxBytes && countedFrames - freshFrames <= maxFrames;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes that wait for the reader. */
    long waiting() {
        lock.lock();
        try {
            return countedBytes + answerBytes;
        } finally {
            lock.unlock();
        }
    }

    private Entry answered(ByteBuf frame) {
        Entry entry = new Entry(frame, false, false, null);
        answerBytes += entry.bytes;
        backlog.answers(entry.bytes);
        return entry;
    }

    private void add(ArrayDeque<Entry> to, Entry entry) {
        cost += entry.cost;
        to.add(entry);
    }

    /** Takes back what waits of the same user; returns what is to be told instead, null where that is nothing. */
    private Dialect.@Nullable Change joined(Dialect.Change change) {
        Entry earlier = presences.remove(change.user());
        if (earlier == null || earlier.frame == null || earlier.change == null) {
            return change;
        }
        earlier.frame.release();
        earlier.frame = null;
        uncount(earlier);
        if (++dead > 64 && dead > queue.size() / 2) {
            queue.removeIf(entry -> entry.frame == null);
            held.removeIf(entry -> entry.frame == null);
            dead = 0;
        }
        if (earlier.change.isNew()) {
            return new Dialect.Change(change.user(), change.online(), true);
        }
        return earlier.change.online() == change.online() ? change : null;
    }

    /** Takes a frame of an answer, and its reference, without waiting: one of few. It comes after an answer of many. */
    void answer(ByteBuf frame) {
        lock.lock();
        try {
            if (ending) {
                frame.release();
                return;
            }
            add(answering ? held : queue, answered(frame));
        } finally {
            lock.unlock();
        }
    }

    /** Takes a frame, or a part of one, of the answer that has begun. Its reference too. */
    void part(ByteBuf frame) {
        lock.lock();
        try {
            if (ended) {
                frame.release();
                return;
            }
            add(queue, answered(frame));
        } finally {
            lock.unlock();
        }
    }

    boolean hasRoom() {
        lock.lock();
        try {
            return ended || answerBytes <= ANSWER_BYTES;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the reader has taken enough of the answers. Blocks.
     *
     * @return false where the session has ended
     */
    boolean awaitRoom() {
        lock.lock();
        try {
            while (!ended && answerBytes > ANSWER_BYTES) {
                drained.awaitUninterruptibly();
            }
            return !ended;
        } finally {
            lock.unlock();
        }
    }

    /**
     * From now on what comes unasked waits until {@link #endAnswer}.
     *
     * @return the highest number of a message that came before
     */
    long beginAnswer() {
        lock.lock();
        try {
            answering = true;
            return delivered;
        } finally {
            lock.unlock();
        }
    }

    void endAnswer() {
        lock.lock();
        try {
            answering = false;
            queue.addAll(held);
            held.clear();
            ended |= ending;
        } finally {
            lock.unlock();
        }
    }

    /** The next frame to write, whose reference is the caller's; null where there is none. */
    @Nullable
    ByteBuf poll() {
        lock.lock();
        try {
            for (Entry entry = queue.poll(); entry != null; entry = queue.poll()) {
                ByteBuf frame = entry.frame;
                if (frame == null) {
                    continue;
                }
                if (entry.counted) {
                    uncount(entry);
                    if (entry.change != null) {
                        presences.remove(entry.change.user(), entry);
                    }
                } else {
                    cost -= entry.cost;
                    answerBytes -= entry.bytes;
                    backlog.answers(-entry.bytes);
                    drained.signalAll();
                }
                return frame;
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void uncount(Entry entry) {
        cost -= entry.cost;
        countedBytes -= entry.bytes;
        countedFrames--;
        freshBytes = Math.min(freshBytes, countedBytes);
        freshFrames = Math.min(freshFrames, countedFrames);
    }

    /**
     * All was written that the reader takes: what is left now, it has left.
     *
     * @param pending bytes that have been polled and are not written
     * @return the memory that this takes
     */
    Backlog.Share left(long pending) {
        lock.lock();
        try {
            freshBytes = 0;
            freshFrames = 0;
            return new Backlog.Share(pending + cost, cost - answerBytes);
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing more, but the rest of an answer that has begun; what is there may still be polled. */
    void end() {
        lock.lock();
        try {
            ending = true;
            ended |= !answering;
            drained.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing will come any more, and all has been polled. */
    boolean isAllSent() {
        lock.lock();
        try {
            return ended && queue.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Throws away what is there. */
    void discard() {
        lock.lock();
        try {
            ending = true;
            ended = true;
            answering = false;
            queue.addAll(held);
            held.clear();
            drained.signalAll();
        } finally {
            lock.unlock();
        }
        for (ByteBuf frame = poll(); frame != null; frame = poll()) {
            frame.release();
        }
    }
}
