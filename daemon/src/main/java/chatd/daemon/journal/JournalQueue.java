package chatd.daemon.journal;

import chatd.daemon.model.Entry;
import chatd.daemon.model.Message;
import chatd.daemon.model.Refusal;
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
 * What waits for the journal, bounded in number and in bytes, and how it is made into batches. Any thread puts in; the
 * journal's takes out.
 */
final class JournalQueue {
    private static final int WAITING = 10_000;
    private static final int WAITING_KIBIBYTES = 32 << 10;
    private static final int BATCH_ENTRIES = 1_000;
    /** So much, and no more, comes to a reader before it can take any of it. */
    private static final long BATCH_BYTES = 1 << 20;

    private static final long GATHER_NANOS = 50_000;

    /** One piece of work on its way. */
    static final class Pending<E extends Entry> {
        private final Decision<E> decision;
        private final Consumer<E> then;
        final int kibibytes;
        final CompletableFuture<Committed<E>> done = new CompletableFuture<>();

        /** @param then takes the entry when it is applied, before the next one is */
        Pending(Decision<E> decision, Consumer<E> then) {
            this.decision = decision;
            this.then = then;
            this.kibibytes = (int) Math.min(WAITING_KIBIBYTES, 1 + (decision.bytes() >> 10));
        }

        Entry decide(Numbers numbers, Instant now) {
            return decision.decide(numbers, now);
        }

        Batching batching() {
            return decision.batching();
        }

        @SuppressWarnings("unchecked") // the ledger answers in the order it was given
        void complete(Committed<Entry> committed) {
            Committed<E> mine = (Committed<E>) committed;
            then.accept(mine.entry());
            done.complete(mine);
        }
    }

    private final BlockingQueue<Pending<?>> queue = new ArrayBlockingQueue<>(WAITING);
    private final Semaphore room = new Semaphore(WAITING_KIBIBYTES);

    /** Entries of the last batch. */
    private int together;

    /** Takes it in without waiting; false where there is no room. */
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

    /** Ends the waiting for more. */
    void wake() {
        offer(new Pending<>(new Nothing(), entry -> {}));
    }

    /** Becomes no entry. */
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

    /** Takes it in, waiting for room; false where nobody takes anything out any more. */
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

    /** Whether it was still there, and is not any more. */
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

    /** The next batch; empty where nothing came for {@code patience}. */
    List<Pending<?>> take(Duration patience) throws InterruptedException {
        Pending<?> first = queue.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        return first == null ? List.of() : gather(first);
    }

    /** Refuses all that waits. */
    void refuse(Refusal refusal) {
        for (Pending<?> next = queue.poll(); next != null; next = queue.poll()) {
            room.release(next.kibibytes);
            next.done.completeExceptionally(refusal);
        }
    }

    /**
     * What goes into one batch. Where the last one had many, what comes together with the first is given the moment that
     * it takes to arrive: it then costs no commit of its own. Who is alone waits for nothing.
     */
    private List<Pending<?>> gather(Pending<?> first) {
        if (queue.size() + 1 < together) {
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
        together = batch.size();
        return batch;
    }

    /** What is next, if it may be in one batch with changes of {@code accounts}. */
    private @Nullable Pending<?> next(Set<Long> accounts) {
        Pending<?> next = queue.peek();
        boolean isFree = next != null
                && switch (next.batching()) {
                    case Batching.Any any -> true;
                    case Batching.Alone alone -> false;
                    case Batching.ChangeOf change -> !accounts.contains(change.account());
                };
        return isFree ? queue.poll() : null;
    }
}
