package chatd.daemon.journal;

import chatd.audit.event.AuditEvent;
import chatd.audit.write.AuditLog;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.Entry;
import chatd.daemon.model.entry.Message;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.ledger.Committed;
import chatd.daemon.store.ledger.Ledger;
import chatd.daemon.trail.AuditTrail;
import chatd.daemon.trail.EntryEvents;
import chatd.protocol.value.Code;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
    private static final Duration CHECK = Duration.ofSeconds(2);
    private static final long RETRY_MILLIS = 300;
    private static final long LOOK_MILLIS = 500;

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
    private final CatchUp catchUp;
    private final EntryEvents events;
    private final Applier applier;
    private final SentBefore sentBefore;
    private final Clock clock;
    private final Observer observer;
    private final Numbers numbers = new Numbers();
    private final JournalQueue queue = new JournalQueue();
    private final RecentEntries recent = new RecentEntries();
    private final Thread thread = Thread.ofPlatform().name("journal").unstarted(this::run);
    private volatile boolean away;

    /** Whether something was delivered that is not logged yet. */
    private boolean behind;

    /** The position of the last entry that was committed. */
    private long committed;

    private final AtomicLong messages = new AtomicLong();
    private volatile boolean stopping;
    private volatile boolean ended;

    /** Counts the steps that the journal's thread begins, as a sign of life. */
    private final AtomicLong begun = new AtomicLong();

    /** The parts that commit, log and apply entries. */
    public record Stages(Ledger ledger, AuditLog log, AuditTrail audit, CatchUp catchUp, Applier applier) {}

    public Journal(Stages stages, Clock clock, Observer observer) {
        this.ledger = stages.ledger();
        this.log = stages.log();
        this.audit = stages.audit();
        this.catchUp = stages.catchUp();
        this.events = catchUp.events();
        this.applier = stages.applier();
        this.sentBefore = new SentBefore(ledger, clock);
        this.clock = clock;
        this.observer = observer;
    }

    /** Starts the journal's thread. The ledger must be open, and the log caught up with it. */
    public void start(Ledger.LastNumbers there) {
        committed = there.position();
        recent.begin(Math.max(there.message(), log.lastMessage()));
        numbers.atLeast(there, Math.max(log.lastMessage(), log.lastChange()));
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
        boolean taken =
                !away && !stopping && !audit.refuses() && queue.offer(pending) && !(ended && queue.takeBack(pending));
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
        if (away || stopping || audit.refuses()) {
            pending.done.completeExceptionally(
                    stopping ? Refusal.stopped() : away ? Refusal.databaseAway() : AuditTrail.refusal());
            return pending.done;
        }
        try {
            if (!queue.put(pending, () -> ended) || (ended && queue.takeBack(pending))) {
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
        long before = begun.get();
        while (begun.get() == before && !ended) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    /** Returns the number of messages committed since the start. */
    public long messages() {
        return messages.get();
    }

    /** Returns whether the database is unreachable at the moment. */
    public boolean isDatabaseUnavailable() {
        return away;
    }

    /** Commits what was submitted, and stops. Blocks, for at most 4 s. */
    public void stop() throws InterruptedException {
        stopping = true;
        queue.wake();
        if (thread.isAlive()) {
            thread.join(STOP_MILLIS);
        }
        ledger.close();
    }

    private void run() {
        try {
            while (!stopping || !queue.isEmpty()) {
                begun.incrementAndGet();
                List<JournalQueue.Pending<?>> batch = queue.take(stopping ? Duration.ZERO : CHECK);
                if (batch.isEmpty()) {
                    check();
                } else {
                    finish(batch);
                }
            }
        } catch (IOException | RuntimeException e) {
            observer.broken(e);
        } catch (Error e) {
            // Out of memory for buffers, for example: without its journal the daemon would refuse everything, yet look
            // healthy.
            observer.broken(new IllegalStateException("the journal failed: " + e, e));
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended = true;
            refuseWaiting(Refusal.stopped());
        }
    }

    private void check() throws InterruptedException {
        try {
            if (!stopping) {
                ledger.check();
                if (behind) {
                    logWhatIsMissing();
                }
            }
        } catch (DatabaseUnavailable e) {
            reconnect(e);
        }
    }

    private void finish(List<JournalQueue.Pending<?>> all) throws IOException, InterruptedException {
        try {
            List<JournalQueue.Pending<?>> left = sentBefore.isInDoubt() ? unsent(all) : all;
            while (!left.isEmpty()) {
                SentBefore.Batch batch = SentBefore.split(left);
                commitAndDeliver(batch.now());
                // With identifiers that were just committed, mostly.
                left = unsent(batch.deferred());
                begun.incrementAndGet();
            }
            sentBefore.forget();
        } catch (DatabaseUnavailable e) {
            Refusal refusal = reconnect(e) ? Refusal.databaseAway() : Refusal.stopped();
            all.forEach(pending -> pending.done.completeExceptionally(refusal));
        } finally {
            // Nobody waits for ever: an entry without an outcome by now gets none before the next start.
            all.forEach(pending -> pending.done.completeExceptionally(Refusal.undecided()));
        }
    }

    /** Returns what was not sent before; if that can't be told because a statement failed, these alone fail. */
    private List<JournalQueue.Pending<?>> unsent(List<JournalQueue.Pending<?>> some) {
        try {
            return sentBefore.without(some);
        } catch (DatabaseUnavailable | Ledger.TakenOver e) {
            throw e;
        } catch (RuntimeException e) {
            some.forEach(pending -> pending.done.completeExceptionally(e));
            return List.of();
        }
    }

    private void commitAndDeliver(List<JournalQueue.Pending<?>> all) throws IOException, InterruptedException {
        Numbers before = numbers.copy();
        // Milliseconds, which every dialect can express, so that everyone can check the digest of a message received.
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        List<JournalQueue.Pending<?>> batch = new ArrayList<>(all.size());
        List<Entry> entries = new ArrayList<>(all.size());
        Map<JournalQueue.Pending<?>, RuntimeException> refused = new LinkedHashMap<>();
        for (JournalQueue.Pending<?> pending : all) {
            try {
                entries.add(pending.decide(numbers, now));
                batch.add(pending);
            } catch (RuntimeException e) {
                if (pending.once() == null) {
                    pending.done.completeExceptionally(e);
                } else {
                    refused.put(pending, e);
                }
            }
        }
        if (!refused.isEmpty()) {
            // They may have been carried out when they were sent before, and be refused only now.
            unsent(List.copyOf(refused.keySet()))
                    .forEach(pending -> pending.done.completeExceptionally(refused.get(pending)));
        }
        if (entries.isEmpty()) {
            return;
        }
        List<Committed<Entry>> done;
        try {
            done = ledger.commit(entries);
        } catch (DatabaseUnavailable e) {
            numbers.set(before);
            Optional<List<Committed<Entry>>> found = afterLoss(e, entries);
            done = found.orElse(List.of());
            if (done.isEmpty()) {
                Refusal refusal = found.isPresent() ? Refusal.databaseAway() : Refusal.undecided();
                batch.forEach(pending -> pending.done.completeExceptionally(refusal));
                return;
            }
        } catch (Ledger.TakenOver e) {
            batch.forEach(pending -> pending.done.completeExceptionally(Refusal.stopped()));
            throw e;
        } catch (Ledger.SentAgain e) {
            numbers.set(before);
            sentBefore.doubt();
            commitAndDeliver(unsent(batch));
            return;
        } catch (RuntimeException e) {
            numbers.set(before);
            oneByOne(batch, e);
            return;
        }
        committed = entries.getLast().position();
        messages.addAndGet(entries.stream().filter(Message.class::isInstance).count());
        List<AuditEvent> said = new ArrayList<>(batch.size());
        entries.forEach(entry -> said.addAll(events.of(entry)));
        if (!logged(said.toArray(AuditEvent[]::new))) {
            return;
        }
        applier.batchBegins();
        for (int i = 0; i < batch.size(); i++) {
            applier.apply(done.get(i));
            batch.get(i).complete(done.get(i));
        }
        applier.batchApplied();
        recent.add(entries);
    }

    /**
     * Logs the events of a committed batch; if the log can't be written, waits until it can, delivering nothing, or
     * goes on without it if so configured. Returns false if the journal must end instead: the next start then logs
     * them.
     */
    private boolean logged(AuditEvent[] events) throws InterruptedException {
        if (behind) {
            // This includes the present batch.
            logWhatIsMissing();
            return true;
        }
        for (AuditEvent[] due = events; ; due = late(events)) {
            try {
                log.append(due);
                return true;
            } catch (IOException e) {
                if (!audit.isRefusing()) {
                    behind = true;
                    return true;
                }
            }
            if (stopping) {
                return false;
            }
            begun.incrementAndGet();
            refuseWaiting(AuditTrail.refusal());
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        }
    }

    private static AuditEvent[] late(AuditEvent[] events) {
        return Arrays.stream(events).map(AuditEvent.Late::new).toArray(AuditEvent[]::new);
    }

    private void logWhatIsMissing() {
        try {
            if (log.trouble() == null) {
                catchUp.run(begun::incrementAndGet);
                behind = false;
            }
        } catch (IOException | DatabaseUnavailable e) {
            // Retried at the next batch or check.
        }
    }

    /** Commits the batch entry by entry, so that one that can't be written does not fail the others. */
    private void oneByOne(List<JournalQueue.Pending<?>> batch, RuntimeException why)
            throws IOException, InterruptedException {
        if (batch.size() == 1) {
            batch.getFirst().done.completeExceptionally(why);
            return;
        }
        for (JournalQueue.Pending<?> pending : batch) {
            commitAndDeliver(List.of(pending));
        }
    }

    /**
     * Reconnects and returns which of the entries were committed, none or all; empty if the journal must end without
     * knowing.
     */
    private Optional<List<Committed<Entry>>> afterLoss(DatabaseUnavailable loss, List<Entry> entries)
            throws InterruptedException {
        DatabaseUnavailable why = loss;
        while (reconnect(why)) {
            if (!loss.outcomeUnknown()) {
                return Optional.of(List.of());
            }
            try {
                return Optional.of(ledger.lookUp(entries));
            } catch (DatabaseUnavailable e) {
                why = e;
            }
        }
        return loss.outcomeUnknown() ? Optional.empty() : Optional.of(List.of());
    }

    /**
     * Reconnects to the database, refusing everything else until it is back. Returns false if the journal must end
     * instead.
     */
    private boolean reconnect(DatabaseUnavailable why) throws InterruptedException {
        away = true;
        boolean told = false;
        while (!stopping) {
            try {
                Ledger.LastNumbers there = ledger.open(clock.instant());
                if (there.position() < committed) {
                    throw new IllegalStateException("the database has lost committed entries: it ends at "
                            + there.position() + " but was at " + committed + ". The next start reports what is lost");
                }
                numbers.atLeast(there, 0);
                away = false;
                if (told) {
                    observer.databaseRestored();
                }
                return true;
            } catch (DatabaseUnavailable e) {
                if (!told) {
                    told = true;
                    observer.databaseLost(String.valueOf(why.getMessage()));
                }
            }
            begun.incrementAndGet();
            refuseWaiting(Refusal.databaseAway());
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        }
        return false;
    }

    private void refuseWaiting(Refusal refusal) {
        queue.refuse(refusal);
    }
}
