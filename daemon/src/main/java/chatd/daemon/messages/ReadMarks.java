package chatd.daemon.messages;

import chatd.daemon.store.read.ConversationStore;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/**
 * Stores read marks in one batch a second, coalescing those of one user in one conversation to the
 * latest. At most 10,000 are pending; with more they are stored at once. Any thread; {@link #add}
 * and {@link #settle} may block.
 */
final class ReadMarks implements AutoCloseable {
    private static final Duration BATCH_DELAY = Duration.ofSeconds(1);
    private static final int MAX_PENDING = 10_000;

    private final ConversationStore store;
    private final LongPredicate isPresent;
    private final Consumer<ConversationStore.Mark> stored;

    private final ReentrantLock lock = new ReentrantLock();

    /** Held while marks are being written; acquired before {@link #lock}. */
    private final ReentrantLock writing = new ReentrantLock();

    @GuardedBy("lock")
    private Map<Key, Pending> pending = new LinkedHashMap<>();

    private record Key(long account, long conversation) {}

    private record Pending(ConversationStore.Mark mark, CompletableFuture<Boolean> done) {}

    /**
     * @param isPresent tells whether an account still exists
     * @param stored called with each mark once it is stored
     */
    ReadMarks(ConversationStore store, LongPredicate isPresent, Consumer<ConversationStore.Mark> stored) {
        this.store = store;
        this.isPresent = isPresent;
        this.stored = stored;
    }

    /**
     * Adds a mark.
     *
     * @return completed once it, or a later one, is stored; exceptionally if that fails; never, if its account has been
     *     deleted by then
     */
    CompletableFuture<Boolean> add(ConversationStore.Mark mark) {
        boolean isFull;
        Pending now;
        lock.lock();
        try {
            if (pending.isEmpty()) {
                Thread.startVirtualThread(this::writeSoon);
            }
            now = pending.merge(
                    new Key(mark.account(), mark.conversation()),
                    new Pending(mark, new CompletableFuture<>()),
                    (before, found) ->
                            before.mark().message() >= mark.message() ? before : new Pending(mark, before.done()));
            isFull = pending.size() >= MAX_PENDING;
        } finally {
            lock.unlock();
        }
        if (isFull) {
            write();
        }
        return now.done();
    }

    private void writeSoon() {
        try {
            Thread.sleep(BATCH_DELAY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        write();
    }

    /** Returns the number of the last message that a pending mark of a user covers; 0 if there is none. */
    long pending(long account, long conversation) {
        lock.lock();
        try {
            Pending found = pending.get(new Key(account, conversation));
            return found == null ? 0 : found.mark().message();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no mark of these users is pending: if one is, stores all pending marks. */
    void settle(Collection<Long> accounts) {
        boolean isSettled;
        lock.lock();
        try {
            isSettled = pending.keySet().stream().noneMatch(place -> accounts.contains(place.account()));
        } finally {
            lock.unlock();
        }
        if (!isSettled || writing.isLocked()) {
            write();
        }
    }

    private void write() {
        writing.lock();
        try {
            List<Pending> all;
            lock.lock();
            try {
                all = pending.values().stream()
                        .filter(one -> isPresent.test(one.mark().account()))
                        .toList();
                pending = new LinkedHashMap<>();
            } finally {
                lock.unlock();
            }
            if (all.isEmpty()) {
                return;
            }
            try {
                store.storeReadMarks(all.stream().map(Pending::mark).toList());
            } catch (RuntimeException e) {
                all.forEach(one -> one.done().completeExceptionally(e));
                return;
            }
            for (Pending one : all) {
                try {
                    stored.accept(one.mark());
                } finally {
                    one.done().complete(true);
                }
            }
        } finally {
            writing.unlock();
        }
    }

    /** Stores what is pending. */
    @Override
    public void close() {
        write();
    }
}
