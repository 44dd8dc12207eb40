package chatd.daemon.session;

import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Limits the unread output of all sessions together, so that it fits in memory however many there are (rule 16 of
 * {@code chat-1.md}): above the limit, the sessions with the most unread unsolicited output are cut off, one by one,
 * until it fits. Frames held behind an answer count as well, whatever the answer waits for. Any thread.
 */
public final class Backlog {
    private final long maxBytes;
    private final AtomicLong total = new AtomicLong();

    /** Bytes of queued answers, including those to readers that keep up. */
    private final LongAdder answerBytes = new LongAdder();

    private final Map<Session, Share> shares = new ConcurrentHashMap<>();

    /**
     * The unread output of one session.
     *
     * @param bytes all of it
     * @param unsolicitedBytes the queued part that is not of answers: these are bounded anyway, and a session that waits
     *     only for an answer is the last to be cut off
     */
    record Share(long bytes, long unsolicitedBytes) {
        static final Share NONE = new Share(0, 0);
    }

    /** @param limit limit in bytes for all sessions together */
    public Backlog(long limit) {
        this.maxBytes = limit;
    }

    /** Replaces a session's share; cuts off sessions if the limit is exceeded. One thread at a time per session. */
    void updateShare(Session session, Share share) {
        Share before = share.bytes() == 0 ? shares.remove(session) : shares.put(session, share);
        if (total.addAndGet(share.bytes() - (before == null ? 0 : before.bytes())) > maxBytes) {
            cutOff();
        }
    }

    /** Adds to the bytes of queued answers; {@code more} is negative when they were written. */
    void addAnswerBytes(long more) {
        answerBytes.add(more);
    }

    /** Returns whether so much is queued that answers should be sent in small pieces, so that they cut nobody off. */
    boolean isLarge() {
        return answerBytes.sum() > maxBytes / 4 || total.get() > maxBytes / 2;
    }

    private synchronized void cutOff() {
        while (total.get() > maxBytes) {
            Session slowest = shares.entrySet().stream()
                    .max(Map.Entry.comparingByValue(
                            Comparator.comparingLong(Share::unsolicitedBytes).thenComparingLong(Share::bytes)))
                    .map(Map.Entry::getKey)
                    .orElse(null);
            if (slowest == null) {
                return;
            }
            Share share = shares.remove(slowest);
            total.addAndGet(share == null ? 0 : -share.bytes());
            slowest.cutOff();
        }
    }
}
