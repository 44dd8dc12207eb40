package chatd.daemon.journal;

import chatd.audit.write.AuditLog;
import chatd.daemon.metrics.Metrics;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.Entry;
import chatd.daemon.store.ledger.Committed;
import chatd.daemon.store.ledger.Ledger;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.value.Code;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The only writer of entries; it assigns their numbers. Work submitted while one transaction is being committed goes
 * into the next, so that one fsync serves many. Order: committed, logged, delivered; an entry that was not logged is
 * neither delivered nor answered, except with {@code audit.on-failure = "continue"}.
 *
 * <p>Any thread may submit, and waits while the queue is full. The work is done on the journal's own thread.
 */
public final class Journal {
    /**
     * Maximum time to wait for a hung database when stopping; the next start finds out what became of the last batch.
     */
    private static final long STOP_MILLIS = 4_000;

    /** Notified when the journal loses or regains the database, and when it fails for good. */
    public interface Observer {
        void databaseLost(String why);

        void databaseRestored();

        /**
         * Called when the journal can write no more, for a reason other than an unreachable database: the daemon must
         * end.
         */
        void broken(Exception why);
    }

    private final Ledger ledger;
    private final AuditLog log;
    private final AuditTrail audit;
    private final JournalQueue queue = new JournalQueue();
    private final JournalStatus status = new JournalStatus();
    private final RecentEntries recent = new RecentEntries();
    private final JournalLoop loop;
    private final Thread thread;

    /** The parts that commit, log and apply entries. */
    public record Stages(
            Ledger ledger, AuditLog log, AuditTrail audit, CatchUp catchUp, Applier applier, Metrics metrics) {}

    public Journal(Stages stages, Clock clock, Observer observer) {
        this.ledger = stages.ledger();
        this.log = stages.log();
        this.audit = stages.audit();
        this.loop = new JournalLoop(stages, clock, observer, queue, status, recent);
        this.thread = Thread.ofPlatform().name("journal").unstarted(loop);
    }

    /** Starts the journal's thread. The ledger must be open, and the log caught up with it. */
    public void start(Ledger.LastNumbers there) {
        recent.begin(Math.max(there.message(), log.lastMessage()));
        loop.beginAfter(there, Math.max(log.lastMessage(), log.lastChange()));
        thread.start();
    }

    /**
     * Submits a decision without waiting, for event loops.
     *
     * @return as {@link #submit}; null if the queue is full or the journal refuses work at the moment, and nothing was
     *     taken
     */
    public <E extends Entry> @Nullable CompletableFuture<Committed<E>> offer(Proposal<E> decision) {
        JournalQueue.Pending<E> pending = new JournalQueue.Pending<>(decision, entry -> {});
        boolean taken = !status.isDatabaseUnavailable()
                && !status.isStopping()
                && !audit.isRefusingNow()
                && queue.offer(pending)
                && !(status.isEnded() && queue.cancel(pending));
        return taken ? pending.done : null;
    }

    /**
     * Submits a decision; returns at once, or waits while the queue is full.
     *
     * @return a future that completes on the journal's thread once the entry is committed, logged and applied; or fails
     *     with a {@link Refusal}, another exception thrown by {@link Proposal#decide}, or that of a failed statement
     */
    public <E extends Entry> CompletableFuture<Committed<E>> submit(Proposal<E> decision) {
        return submit(decision, entry -> {});
    }

    /**
     * Submits a decision as {@link #submit(Decision)} does, with an action that follows immediately.
     *
     * @param then called with the entry once it is applied, before the next one is; on the journal's thread
     */
    public <E extends Entry> CompletableFuture<Committed<E>> submit(Proposal<E> decision, Consumer<E> then) {
        JournalQueue.Pending<E> pending = new JournalQueue.Pending<>(decision, then);
        if (status.isDatabaseUnavailable() || status.isStopping() || audit.isRefusingNow()) {
            pending.done.completeExceptionally(
                    status.isStopping()
                            ? Refusal.stopped()
                            : status.isDatabaseUnavailable() ? Refusal.databaseUnavailable() : AuditTrail.refusal());
            return pending.done;
        }
        try {
            if (!queue.put(pending, status::isEnded) || (status.isEnded() && queue.cancel(pending))) {
                pending.done.completeExceptionally(Refusal.stopped());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            pending.done.completeExceptionally(Refusal.stopped());
        }
        return pending.done;
    }

    /**
     * Submits a decision and waits until it is committed, logged and applied.
     *
     * @throws Refusal if it is not; nothing was done, unless its code is {@link Code#UNDECIDED}
     */
    public <E extends Entry> E commit(Proposal<E> decision) throws InterruptedException {
        return commit(decision, entry -> {});
    }

    /** Commits as {@link #commit(Decision)} does, with {@code then} as in {@link #submit(Decision, Consumer)}. */
    public <E extends Entry> E commit(Proposal<E> decision, Consumer<E> then) throws InterruptedException {
        try {
            return submit(decision, then).get().entry();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    /** Returns the entries that were applied last. */
    public RecentEntries recent() {
        return recent;
    }

    /** Returns the number of pending entries. */
    public int waiting() {
        return queue.size();
    }

    /**
     * Returns once the journal's thread has begun a new step, which may be just waiting for work, or has ended. Blocks.
     */
    public void answer() throws InterruptedException {
        status.awaitStep();
    }

    /** Returns the number of messages committed since the start. */
    public long messages() {
        return status.messages();
    }

    /** Returns whether the database is unreachable at the moment. */
    public boolean isDatabaseUnavailable() {
        return status.isDatabaseUnavailable();
    }

    /** Commits what was submitted, and stops. Blocks, for at most 4 s. */
    public void stop() throws InterruptedException {
        status.stop();
        queue.wake();
        if (thread.isAlive()) {
            thread.join(STOP_MILLIS);
        }
        ledger.close();
    }
}
