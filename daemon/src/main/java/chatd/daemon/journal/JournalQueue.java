package chatd.daemon.journal;

import chatd.daemon.model.Entry;
import chatd.daemon.model.Message;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.SentOnce;
import chatd.daemon.store.Committed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The journal's queue of pending decisions, bounded in number and in bytes, which also forms the batches. Any thread
 * enqueues; the journal's thread dequeues.
 */
final class JournalQueue {
    private static final int WAITING = 10_000;
    private static final int WAITING_KIBIBYTES = 32 << 10;
    private static final int BATCH_ENTRIES = 1_000;
    /** Bytes at which a batch ends: limits what is queued for a reader before it can read any of it. */
    private static final long BATCH_BYTES = 1 << 20;

    private static final long GATHER_NANOS = 50_000;

    /** A pending decision and its future. */
    static final class Pending<E extends Entry> {
        private final Decision<E> decision;
        private final Consumer<E> then;
        final int kibibytes;
        final CompletableFuture<Committed<E>> done = new CompletableFuture<>();

        /** @param then called with the entry once it is applied, before the next one is */
        Pending(Decision<E> decision, Consumer<E> then) {
            this.decision = decision;
            this.then = then;
            this.kibibytes = (int) Math.min(WAITING_KIBIBYTES, 1 + (decision.bytes() >> 10));
        }

        Entry decide(Numbers numbers, Instant now) {
            return decision.decide(numbers, now);
        }

        @Nullable
        SentOnce once() {
            return decision.once();
        }

        Batching batching() {
            return decision.batching();
        }

        @SuppressWarnings("unchecked") // the ledger returns entries in the order given
        void complete(Committed<Entry> committed) {
            Committed<E> mine = (Committed<E>) committed;
            then.accept(mine.entry());
            done.complete(mine);
        }
    }

    private final BlockingQueue<Pending<?>> queue = new ArrayBlockingQueue<>(WAITING);
    private final Semaphore room = new Semaphore(WAITING_KIBIBYTES);

    /** Size of the last batch, in entries. */
    private int lastBatchSize;

    /** Enqueues without waiting; returns false if the queue is full. */
    boolean offer(Pending<?> pending) {
        if (!room.tryAcquire(pending.kibibytes)) {
            return false;
        }
        if (!queue.offer(pending)) {
            room.release(pending.kibibytes);
            return false;
        }
        return true;
    }

    /** Wakes the journal's thread if it is waiting for work. */
    void wake() {
        offer(new Pending<>(new Nothing(), entry -> {}));
    }

    /** A decision that yields no entry; only wakes the journal's thread. */
    private static final class Nothing implements Decision<Message> {
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
        room.acquire(pending.kibibytes);
        boolean taken = false;
        while (!taken && !ended.getAsBoolean()) {
            taken = queue.offer(pending, 1, TimeUnit.SECONDS);
        }
        if (!taken) {
            room.release(pending.kibibytes);
        }
        return taken;
    }

    /** Removes pending work; returns false if it was no longer queued. */
    boolean takeBack(Pending<?> pending) {
        boolean removed = queue.remove(pending);
        if (removed) {
            room.release(pending.kibibytes);
        }
        return removed;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    int size() {
        return queue.size();
    }

    /** Returns the next batch; empty if nothing arrived within {@code patience}. */
    List<Pending<?>> take(Duration patience) throws InterruptedException {
        Pending<?> first = queue.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        return first == null ? List.of() : gather(first);
    }

    /** Refuses all pending work. */
    void refuse(Refusal refusal) {
        for (Pending<?> next = queue.poll(); next != null; next = queue.poll()) {
            room.release(next.kibibytes);
            next.done.completeExceptionally(refusal);
        }
    }

    /**
     * Gathers a batch. If the last batch was larger than what is queued now, waits 50 µs for work that arrives together
     * with the first, which then costs no commit of its own. A lone sender, whose last batch had one entry, does not
     * wait.
     */
    private List<Pending<?>> gather(Pending<?> first) {
        if (queue.size() + 1 < lastBatchSize) {
            LockSupport.parkNanos(GATHER_NANOS);
        }
        List<Pending<?>> batch = new ArrayList<>();
        Set<Long> accounts = new HashSet<>();
        long bytes = 0;
        for (Pending<?> next = first; next != null; next = next(accounts)) {
            batch.add(next);
            room.release(next.kibibytes);
            bytes += (long) next.kibibytes << 10;
            boolean ends = switch (next.batching()) {
                case Batching.Any any -> false;
                case Batching.Last last -> true;
                case Batching.Alone alone -> true;
                case Batching.ChangeOf change -> {
                    accounts.add(change.account());
                    yield change.ends();
                }
            };
            if (ends || batch.size() >= BATCH_ENTRIES || bytes >= BATCH_BYTES) {
                break;
            }
        }
        lastBatchSize = batch.size();
        return batch;
    }

    /**
     * Dequeues the next piece of work if it may share a batch with changes of {@code accounts}; otherwise returns null.
     */
    private @Nullable Pending<?> next(Set<Long> accounts) {
        Pending<?> next = queue.peek();
        boolean isFree = next != null
                && switch (next.batching()) {
                    case Batching.Any any -> true;
                    case Batching.Last last -> true;
                    case Batching.Alone alone -> false;
                    case Batching.ChangeOf change -> !accounts.contains(change.account());
                };
        return isFree ? queue.poll() : null;
    }
}
