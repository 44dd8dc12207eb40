package chatd.daemon.session;

import chatd.protocol.Dialect;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The output queue of one connection (rule 16 of {@code chat-1.md}). Any thread.
 *
 * <p>Unsolicited frames (messages, presence) never block their producer: those that the reader leaves unread are
 * counted, and above the limit the connection is closed. Answers block their producer, a virtual thread, until the
 * reader has taken enough; while an answer of many frames is being produced, unsolicited frames are held behind it.
 */
final class Outbox {
    /** Bytes of queued answers above which their producer waits. */
    private static final long ANSWER_BYTES = 32 << 10;

    /** Approximate memory overhead of a queued frame, in bytes. */
    private static final int FRAME_COST = 256;

    /** A queued frame; its buffer is set to null when a later presence change of the same user replaces it. */
    private static final class Entry {
        @Nullable
        ByteBuf frame;

        final int bytes;
        /** Memory used for this reader only, in bytes: of all the buffer, which may be larger than what is in it. */
        final int cost;

        final boolean counted;
        final Dialect.@Nullable Change change;

        Entry(ByteBuf frame, boolean shared, boolean counted, Dialect.@Nullable Change change) {
            this.frame = frame;
            this.bytes = frame.readableBytes();
            this.cost = FRAME_COST + (shared ? 0 : frame.capacity());
            this.counted = counted;
            this.change = change;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition drained = lock.newCondition();

    @GuardedBy("lock")
    private final ArrayDeque<Entry> queue = new ArrayDeque<>();

    @GuardedBy("lock")
    private final ArrayDeque<Entry> held = new ArrayDeque<>();

    @GuardedBy("lock")
    private final Map<Object, Entry> presences = new HashMap<>();

    private final long maxBytes;
    private final int maxFrames;
    private final Backlog backlog;

    @GuardedBy("lock")
    private int replaced;

    @GuardedBy("lock")
    private long countedBytes;

    @GuardedBy("lock")
    private int countedFrames;

    /** Counted bytes queued since the last write; not yet counted against the reader, who couldn't read them yet. */
    @GuardedBy("lock")
    private long freshBytes;

    @GuardedBy("lock")
    private int freshFrames;

    @GuardedBy("lock")
    private long answerBytes;

    /** Memory used by all queued frames, in bytes. */
    @GuardedBy("lock")
    private long cost;

    /** Memory used by the queued frames of answers, in bytes. */
    @GuardedBy("lock")
    private long answerCost;

    @GuardedBy("lock")
    private boolean answering;
    /** Set when nothing new is accepted, except the rest of an answer in progress. */
    @GuardedBy("lock")
    private boolean ending;

    @GuardedBy("lock")
    private boolean ended;

    Outbox(long maxBytes, int maxFrames, Backlog backlog) {
        this.maxBytes = maxBytes;
        this.maxFrames = maxFrames;
        this.backlog = backlog;
    }

    /**
     * Queues an unsolicited frame and takes ownership of its reference. Other outboxes may have the same buffer.
     *
     * @param shared whether the frame goes to everyone and its memory is used once: each reader retains at most its own
     *     limit of such frames, and all retain the same ones
     * @param change the presence change it announces, or null; a later change of the same user replaces it, or cancels
     *     it out, so that neither is sent
     * @return whether the reader's unread frames were within the limit at the last write
     */
    boolean push(ByteBuf frame, boolean shared, Dialect.@Nullable Change change) {
        lock.lock();
        try {
            if (ending) {
                frame.release();
                return true;
            }
            Dialect.Change coalesced = change == null ? null : coalesce(change);
            if (change != null && coalesced == null) {
                frame.release();
                return true;
            }
            Entry entry = new Entry(frame, shared, true, coalesced);
            if (coalesced != null) {
                presences.put(coalesced.user(), entry);
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

    /** Returns the number of queued bytes. */
    long waiting() {
        lock.lock();
        try {
            return countedBytes + answerBytes;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private Entry answerEntry(ByteBuf frame) {
        Entry entry = new Entry(frame, false, false, null);
        answerBytes += entry.bytes;
        answerCost += entry.cost;
        backlog.addAnswerBytes(entry.bytes);
        return entry;
    }

    @GuardedBy("lock")
    private void add(ArrayDeque<Entry> to, Entry entry) {
        cost += entry.cost;
        to.add(entry);
    }

    /** Coalesces with a pending presence change of the same user; returns null if they cancel out. */
    @GuardedBy("lock")
    private Dialect.@Nullable Change coalesce(Dialect.Change change) {
        Entry earlier = presences.remove(change.user());
        if (earlier == null || earlier.frame == null || earlier.change == null) {
            return change;
        }
        earlier.frame.release();
        earlier.frame = null;
        uncount(earlier);
        if (++replaced > 64 && replaced > queue.size() / 2) {
            queue.removeIf(entry -> entry.frame == null);
            held.removeIf(entry -> entry.frame == null);
            replaced = 0;
        }
        if (earlier.change.isNew()) {
            return new Dialect.Change(change.user(), change.online(), true);
        }
        return earlier.change.online() == change.online() ? change : null;
    }

    /** Queues a frame of a short answer, without waiting, behind any long one. Takes ownership of its reference. */
    void answer(ByteBuf frame) {
        lock.lock();
        try {
            if (ending) {
                frame.release();
                return;
            }
            add(answering ? held : queue, answerEntry(frame));
        } finally {
            lock.unlock();
        }
    }

    /** Queues a frame of the answer in progress, or part of one. Takes ownership of its reference. */
    void part(ByteBuf frame) {
        lock.lock();
        try {
            if (ended) {
                frame.release();
                return;
            }
            add(queue, answerEntry(frame));
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
     * Waits until the reader has taken enough of the queued answers. Blocks.
     *
     * @return false if the session has ended
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

    /** Begins an answer: unsolicited frames are held until {@link #endAnswer}. */
    void beginAnswer() {
        lock.lock();
        try {
            answering = true;
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

    /** Removes and returns the next frame to write, whose reference the caller then owns; null if there is none. */
    @Nullable
    ByteBuf poll() {
        lock.lock();
        try {
            for (Entry entry = queue.poll(); entry != null; entry = queue.poll()) {
                ByteBuf frame = entry.frame;
                if (frame == null) {
                    continue;
                }
                if (!entry.counted) {
                    cost -= entry.cost;
                    answerBytes -= entry.bytes;
                    answerCost -= entry.cost;
                    backlog.addAnswerBytes(-entry.bytes);
                    drained.signalAll();
                    return frame;
                }
                uncount(entry);
                if (entry.change != null) {
                    presences.remove(entry.change.user(), entry);
                }
                // With its own indexes, made only now: in a long queue they would become long-lived objects.
                return frame.duplicate();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void uncount(Entry entry) {
        cost -= entry.cost;
        countedBytes -= entry.bytes;
        countedFrames--;
        freshBytes = Math.min(freshBytes, countedBytes);
        freshFrames = Math.min(freshFrames, countedFrames);
    }

    /**
     * Called when the reader's socket accepts no more: all queued frames now count as left unread.
     *
     * @param pending bytes polled but not yet written to the socket
     * @return the memory used by the unread output
     */
    Backlog.Share markUnread(long pending) {
        lock.lock();
        try {
            freshBytes = 0;
            freshFrames = 0;
            return new Backlog.Share(pending + cost, cost - answerCost);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the memory used while frames are held behind the answer in progress; none if none are held. They are not
     * counted as left unread: what the answer waits for may be this machine.
     */
    Backlog.Share behindAnswer() {
        lock.lock();
        try {
            return held.isEmpty() ? Backlog.Share.NONE : new Backlog.Share(cost, cost - answerCost);
        } finally {
            lock.unlock();
        }
    }

    /** Accepts no more frames, except the rest of an answer in progress; queued frames can still be polled. */
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

    /** Returns whether the outbox has ended and is empty. */
    boolean isAllSent() {
        lock.lock();
        try {
            return ended && queue.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the outbox and releases all queued frames. */
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
