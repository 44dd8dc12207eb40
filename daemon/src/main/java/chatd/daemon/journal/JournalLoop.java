package chatd.daemon.journal;

import chatd.daemon.metrics.Metrics;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.Entry;
import chatd.daemon.model.entry.Message;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.ledger.Committed;
import chatd.daemon.store.ledger.Ledger;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The journal's thread: takes batches off the queue, and commits, logs and applies them, one after the other. */
final class JournalLoop implements Runnable {
    private static final Duration CHECK = Duration.ofSeconds(2);

    private final Ledger ledger;
    private final Applier applier;
    private final Clock clock;
    private final Journal.Observer observer;
    private final Metrics metrics;
    private final JournalQueue queue;
    private final JournalStatus status;
    private final RecentEntries recent;
    private final Deduplicator sentBefore;
    private final EntryLog entryLog;
    private final DatabaseRecovery recovery;
    private final Numbers numbers = new Numbers();

    JournalLoop(
            Journal.Stages stages,
            Clock clock,
            Journal.Observer observer,
            JournalQueue queue,
            JournalStatus status,
            RecentEntries recent) {
        this.ledger = stages.ledger();
        this.applier = stages.applier();
        this.clock = clock;
        this.observer = observer;
        this.metrics = stages.metrics();
        this.queue = queue;
        this.status = status;
        this.recent = recent;
        this.sentBefore = new Deduplicator(ledger, clock);
        this.entryLog = new EntryLog(stages, queue, status);
        this.recovery = new DatabaseRecovery(ledger, numbers, queue, status, clock, observer);
    }

    /** Sets the numbers after which to go on, before the thread is started: those of the ledger and of the log. */
    void beginAfter(Ledger.LastNumbers inLedger, long lastLogged) {
        recovery.setCommitted(inLedger.position());
        numbers.raiseTo(inLedger, lastLogged);
    }

    @Override
    public void run() {
        try {
            while (!status.isStopping() || !queue.isEmpty()) {
                status.beginStep();
                List<JournalQueue.Pending<?>> batch = queue.take(status.isStopping() ? Duration.ZERO : CHECK);
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
            status.end();
            queue.refuse(Refusal.stopped());
        }
    }

    private void check() throws InterruptedException {
        try {
            if (!status.isStopping()) {
                ledger.check();
                entryLog.catchUp();
            }
        } catch (DatabaseUnavailable e) {
            recovery.reconnect(e);
        }
    }

    private void finish(List<JournalQueue.Pending<?>> all) throws IOException, InterruptedException {
        try {
            List<JournalQueue.Pending<?>> left = sentBefore.isDuplicateLikely() ? unsent(all) : all;
            while (!left.isEmpty()) {
                Deduplicator.Batch batch = Deduplicator.split(left);
                commitAndDeliver(batch.now());
                // With identifiers that were just committed, mostly.
                left = unsent(batch.deferred());
                status.beginStep();
            }
            sentBefore.forget();
        } catch (DatabaseUnavailable e) {
            Refusal refusal = recovery.reconnect(e) ? Refusal.databaseUnavailable() : Refusal.stopped();
            all.forEach(pending -> pending.done.completeExceptionally(refusal));
        } finally {
            // Nobody waits for ever: an entry without an outcome by now gets none before the next start.
            all.forEach(pending -> pending.done.completeExceptionally(Refusal.undecided()));
        }
    }

    /** Returns what was not sent before; if that can't be told because a statement failed, these alone fail. */
    private List<JournalQueue.Pending<?>> unsent(List<JournalQueue.Pending<?>> some) {
        try {
            return sentBefore.answerDuplicates(some);
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
                if (pending.idempotencyKey() == null) {
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
            long begin = System.nanoTime();
            done = ledger.commit(entries);
            metrics.timeCommit(begin, System.nanoTime());
        } catch (DatabaseUnavailable e) {
            numbers.set(before);
            Optional<List<Committed<Entry>>> found = recovery.outcome(e, entries);
            done = found.orElse(List.of());
            if (done.isEmpty()) {
                Refusal refusal = found.isPresent() ? Refusal.databaseUnavailable() : Refusal.undecided();
                batch.forEach(pending -> pending.done.completeExceptionally(refusal));
                return;
            }
        } catch (Ledger.TakenOver e) {
            batch.forEach(pending -> pending.done.completeExceptionally(Refusal.stopped()));
            throw e;
        } catch (Ledger.DuplicateIdentifier e) {
            numbers.set(before);
            sentBefore.recordDuplicate();
            commitAndDeliver(unsent(batch));
            return;
        } catch (RuntimeException e) {
            numbers.set(before);
            oneByOne(batch, e);
            return;
        }
        recovery.setCommitted(entries.getLast().position());
        status.addMessages(entries.stream().filter(Message.class::isInstance).count());
        long begin = System.nanoTime();
        if (!entryLog.log(entries)) {
            return;
        }
        metrics.timeAppend(begin, System.nanoTime());
        applier.batchBegins();
        for (int i = 0; i < batch.size(); i++) {
            applier.apply(done.get(i));
            batch.get(i).complete(done.get(i));
        }
        applier.batchApplied();
        recent.add(entries);
        long oldest = batch.getFirst().submitted;
        for (JournalQueue.Pending<?> pending : batch) {
            oldest = Math.min(oldest, pending.submitted);
        }
        metrics.timeDelivery(oldest, System.nanoTime());
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
}
