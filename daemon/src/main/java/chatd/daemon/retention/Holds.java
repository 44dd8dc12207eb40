package chatd.daemon.retention;

import chatd.daemon.model.Refusal;
import chatd.daemon.model.message.Hold;
import chatd.daemon.store.read.RetentionStore;
import chatd.protocol.value.Code;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whose messages are kept whatever their age, and who is not erased (page {@code retention.md}). Any thread; blocks. Once
 * {@link #add} has returned, nothing that is held is deleted.
 */
public final class Holds {
    /** Holds at once: each message that is to be deleted is compared with them. */
    private static final int MAX = 1_000;

    private final RetentionStore store;
    private final Clock clock;

    /** Held while holds are changed, and while messages that none of them held are being deleted. */
    private final ReentrantLock lock = new ReentrantLock();

    /** All holds, by number. Replaced as a whole, with the lock held. */
    private volatile List<Hold> all;

    Holds(RetentionStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
        this.all = store.holds();
    }

    /** Returns all holds, also those that have ended, by number. */
    public List<Hold> all() {
        return all;
    }

    /** Returns the holds that are in force. */
    List<Hold> inForce() {
        Instant now = clock.instant();
        return all.stream().filter(hold -> hold.isInForce(now)).toList();
    }

    /** Returns a hold of an account that is in force; empty if there is none. */
    Optional<Hold> of(long account) {
        return inForce().stream().filter(hold -> hold.addressee() == account).findFirst();
    }

    /**
     * Adds a hold.
     *
     * @param addressee an account, or a group as a {@link chatd.protocol.value.Addressee}
     * @throws Refusal {@link Code#MALFORMED} if it would have ended already, {@link Code#TOO_MANY}
     */
    public Hold add(long addressee, Instant until, String reason, String by) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Instant now = clock.instant();
            if (!until.isAfter(now)) {
                throw new Refusal(Code.MALFORMED, "That day is over: a hold ends in the future. Nothing was done.");
            }
            if (all.size() >= MAX) {
                throw new Refusal(
                        Code.TOO_MANY, "There are " + MAX + " holds: remove one that has ended. Nothing was done.");
            }
            Hold added = store.add(new Hold(0, addressee, until, reason, by, now));
            List<Hold> more = new ArrayList<>(all);
            more.add(added);
            all = List.copyOf(more);
            return added;
        } finally {
            lock.unlock();
        }
    }

    /** @throws Refusal {@link Code#NO_SUCH_HOLD} */
    public Hold remove(long number) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Hold removed = all.stream()
                    .filter(hold -> hold.number() == number)
                    .findFirst()
                    .orElseThrow(() -> new Refusal(
                            Code.NO_SUCH_HOLD,
                            "There is no hold H" + number + ": `chat-admin hold list` shows them. Nothing was done."));
            store.removeHold(number);
            all = all.stream().filter(hold -> hold.number() != number).toList();
            return removed;
        } finally {
            lock.unlock();
        }
    }

    /** Something that is done while no hold may be added. */
    interface Work<T> {
        T run(List<Hold> inForce) throws InterruptedException;
    }

    /** Passes the holds that are in force to work, and lets none be added until that has ended; returns what it returns. */
    <T> T with(Work<T> work) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            return work.run(inForce());
        } finally {
            lock.unlock();
        }
    }
}
