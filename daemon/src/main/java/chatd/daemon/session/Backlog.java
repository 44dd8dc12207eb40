package chatd.daemon.session;

import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What all readers together have left, which must fit the memory however many they are (rule 16 of {@code chat-1.md}):
 * past the bound the one who has left most is cut off, until it fits. What waits behind an answer counts once the answer
 * itself has to wait for its reader. Any thread.
 */
public final class Backlog {
    private final long most;
    private final AtomicLong total = new AtomicLong();

    /** Bytes of answers that wait, also for those who read. */
    private final LongAdder answers = new LongAdder();

    private final Map<Session, Share> shares = new ConcurrentHashMap<>();

    /**
     * What one reader has left.
     *
     * @param unasked of it, what is not the bytes of an answer: of an answer little waits, and who waits for one is the
     *     last to be cut off
     */
    record Share(long bytes, long unasked) {
        static final Share NONE = new Share(0, 0);
    }

    /** @param most bytes that all may have left, together */
    public Backlog(long most) {
        this.most = most;
    }

    /** A session has left this, in place of what it had. One thread at a time for one session. */
    void leaves(Session session, Share share) {
        Share before = share.bytes() == 0 ? shares.remove(session) : shares.put(session, share);
        if (total.addAndGet(share.bytes() - (before == null ? 0 : before.bytes())) > most) {
            cutOff();
        }
    }

    /** More bytes of answers wait, or fewer. */
    void answers(long more) {
        answers.add(more);
    }

    /** Whether so much waits that answers should come in small pieces, so that nobody need be cut off for them. */
    boolean isTight() {
        return answers.sum() > most / 4 || total.get() > most / 2;
    }

    private synchronized void cutOff() {
        while (total.get() > most) {
            Session slowest = shares.entrySet().stream()
                    .max(Map.Entry.comparingByValue(
                            Comparator.comparingLong(Share::unasked).thenComparingLong(Share::bytes)))
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
