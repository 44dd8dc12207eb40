package chatd.daemon.journal;

import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.Entry;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Message;
import chatd.daemon.store.ledger.Committed;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The journal's queue of pending decisions, which also forms the batches. It is bounded in number
 * and in bytes, and no account may hold more of either than is left free. Accounts take turns, one
 * decision each; decisions of one account stay in order. Any thread enqueues; the journal's thread
 * dequeues.
 */
final class JournalQueue {
    private static final int MAX_PENDING = 10_000;
    private static final int MAX_PENDING_KIBIBYTES = 32 << 10;
    private static final int BATCH_ENTRIES = 1_000;
    /** Bytes at which a batch ends: limits what is queued for a reader before it can read any of it. */
    private static final long BATCH_BYTES = 1 << 20;

    /** Entries of one account at which a batch ends: bounds how long the others wait for it. */
    private static final int BATCH_ENTRIES_PER_ACCOUNT = 100;

    private static final long GATHER_NANOS = 50_000;

    /** A pending decision and its future. */
    static final class Pending<E extends Entry> {
        private final Proposal<E> proposal;
        private final Consumer<E> then;
        final int kibibytes;

        /** When it was submitted, by {@link System#nanoTime}. */
        final long submitted = System.nanoTime();

        final CompletableFuture<Committed<E>> done = new CompletableFuture<>();

        /** The next item of the same account; guarded by the lock of the queue. */
        private @Nullable Pending<?> next;

        /** @param then called with the entry once it is applied, before the next one is */
        Pending(Proposal<E> decision, Consumer<E> then) {
            this.proposal = decision;
            this.then = then;
            this.kibibytes = (int) Math.min(MAX_PENDING_KIBIBYTES, 1 + (decision.bytes() >> 10));
        }

        Entry decide(Numbers numbers, Instant now) {
            return proposal.decide(numbers, now);
        }

        @Nullable
        IdempotencyKey idempotencyKey() {
            return proposal.idempotencyKey();
        }

        Batching batching() {
            return proposal.batching();
        }

        long sender() {
            return proposal.sender();
        }

        @SuppressWarnings("unchecked") // the ledger returns entries in the order given
        void complete(Committed<Entry> committed) {
            Committed<E> mine = (Committed<E>) committed;
            then.accept(mine.entry());
            done.complete(mine);
        }
    }

    /**
     * The pending items of one account, in order; never empty. Guarded by the lock of the queue.
     */
    private static final class Sender {
        private Pending<?> first;
        private Pending<?> last;
        private int count;
        private int kibibytes;

        /** How many of its items are in the batch being gathered. */
        private int gathered;

        Sender(Pending<?> only) {
            first = only;
            last = only;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();

    @GuardedBy("lock")
    private final Map<Long, Sender> senders = new HashMap<>();

    /** The same senders, the one whose turn is next first. */
    @GuardedBy("lock")
    private final Deque<Sender> turns = new ArrayDeque<>();

    @GuardedBy("lock")
    private int count;

    @GuardedBy("lock")
    private int kibibytes;

    /** Size of the last batch, in entries; used by the journal's thread alone. */
    private int lastBatchSize;

    /** Enqueues without waiting; returns false if there is no room for it. */
    boolean offer(Pending<?> pending) {
        lock.lock();
        try {
            if (!hasRoom(pending)) {
                return false;
            }
            add(pending);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Wakes the journal's thread if it is waiting for work. */
    void wake() {
        offer(new Pending<>(new WakeUp(), entry -> {}));
    }

    /** A decision that yields no entry; only wakes the journal's thread. */
    private static final class WakeUp implements Proposal<Message> {
        @Override
        public long sender() {
            return Message.SERVER;
        }

        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public Message decide(Numbers numbers, Instant now) {
            throw Refusal.stopped();
        }
    }

    /** Enqueues, waiting for room; returns false if the journal has ended. */
    boolean put(Pending<?> pending, BooleanSupplier ended) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!hasRoom(pending)) {
                if (ended.getAsBoolean()) {
                    return false;
                }
                var _ = room.await(1, TimeUnit.SECONDS);
            }
            add(pending);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Removes pending work; returns false if it was no longer queued. */
    boolean cancel(Pending<?> pending) {
        lock.lock();
        try {
            Sender sender = senders.get(pending.sender());
            if (sender == null) {
                return false;
            }
            Pending<?> before = null;
            for (Pending<?> one = sender.first; one != null; one = one.next) {
                if (one == pending) {
                    remove(sender, before, one);
                    return true;
                }
                before = one;
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        return size() == 0;
    }

    int size() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the next batch; empty if nothing arrived within {@code timeout}. */
    List<Pending<?>> take(Duration timeout) throws InterruptedException {
        long nanos = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (count == 0) {
                if (nanos <= 0) {
                    return List.of();
                }
                nanos = work.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
        return gather();
    }

    /** Refuses all pending work. */
    void refuse(Refusal refusal) {
        List<Pending<?>> all = new ArrayList<>();
        lock.lock();
        try {
            for (Sender sender = turns.peek(); sender != null; sender = turns.peek()) {
                all.add(removeFirst(sender));
            }
        } finally {
            lock.unlock();
        }
        all.forEach(pending -> pending.done.completeExceptionally(refusal));
    }

    /**
     * Gathers a batch. If the last batch was larger than what is queued now, waits 50 µs for work that arrives together
     * with the first, which then costs no commit of its own. A lone sender, whose last batch had one entry, does not
     * wait.
     */
    private List<Pending<?>> gather() {
        if (size() < lastBatchSize) {
            LockSupport.parkNanos(GATHER_NANOS);
        }
        List<Pending<?>> batch = new ArrayList<>();
        Set<Long> accounts = new HashSet<>();
        long bytes = 0;
        lock.lock();
        try {
            for (Sender sender = turns.peek();
                    sender != null
                            && sender.gathered < BATCH_ENTRIES_PER_ACCOUNT
                            && (batch.isEmpty() || mayFollow(sender.first, accounts));
                    sender = turns.peek()) {
                sender.gathered++;
                Pending<?> next = removeFirst(sender);
                batch.add(next);
                bytes += (long) next.kibibytes << 10;
                boolean ends = switch (next.batching()) {
                    case Batching.Any _ -> false;
                    case Batching.Last _ -> true;
                    case Batching.Alone _ -> true;
                    case Batching.ChangeOf change -> {
                        accounts.add(change.account());
                        yield change.ends();
                    }
                };
                if (ends || batch.size() >= BATCH_ENTRIES || bytes >= BATCH_BYTES) {
                    break;
                }
            }
            turns.forEach(sender -> sender.gathered = 0);
        } finally {
            lock.unlock();
        }
        lastBatchSize = batch.size();
        return batch;
    }

    /** Returns whether a piece of work may share a batch with changes of {@code accounts}. */
    private static boolean mayFollow(Pending<?> next, Set<Long> accounts) {
        return switch (next.batching()) {
            case Batching.Any _ -> true;
            case Batching.Last _ -> true;
            case Batching.Alone _ -> false;
            case Batching.ChangeOf change -> !accounts.contains(change.account());
        };
    }

    /**
     * Returns whether there is room at all, and whether its sender would then hold no more than was
     * free before.
     */
    @GuardedBy("lock")
    private boolean hasRoom(Pending<?> pending) {
        int free = MAX_PENDING - count;
        int freeKibibytes = MAX_PENDING_KIBIBYTES - kibibytes;
        Sender sender = pending.sender() == Message.SERVER ? null : senders.get(pending.sender());
        return sender == null
                ? free > 0 && pending.kibibytes <= freeKibibytes
                : sender.count < free && sender.kibibytes + pending.kibibytes <= freeKibibytes;
    }

    @GuardedBy("lock")
    private void add(Pending<?> pending) {
        Sender sender = senders.get(pending.sender());
        if (sender == null) {
            sender = new Sender(pending);
            senders.put(pending.sender(), sender);
            turns.add(sender);
        } else {
            sender.last.next = pending;
            sender.last = pending;
        }
        sender.count++;
        sender.kibibytes += pending.kibibytes;
        count++;
        kibibytes += pending.kibibytes;
        work.signal();
    }

    /** Removes the first piece of work of the sender whose turn it is, and moves that sender to the end. */
    @GuardedBy("lock")
    private Pending<?> removeFirst(Sender sender) {
        Pending<?> first = sender.first;
        remove(sender, null, first);
        if (turns.peek() == sender) {
            turns.add(turns.remove());
        }
        return first;
    }

    /** @param before the sender's preceding item; null if this is its first */
    @GuardedBy("lock")
    private void remove(Sender sender, @Nullable Pending<?> before, Pending<?> pending) {
        Pending<?> after = pending.next;
        if (before != null) {
            before.next = after;
            sender.last = after == null ? before : sender.last;
        } else if (after != null) {
            sender.first = after;
        } else {
            senders.remove(pending.sender());
            turns.remove(sender);
        }
        pending.next = null;
        sender.count--;
        sender.kibibytes -= pending.kibibytes;
        count--;
        kibibytes -= pending.kibibytes;
        room.signalAll();
    }
}
