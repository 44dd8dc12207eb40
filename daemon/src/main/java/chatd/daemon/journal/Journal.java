package chatd.daemon.journal;

import chatd.audit.event.AuditEvent;
import chatd.audit.write.AuditLog;
import chatd.daemon.model.Entry;
import chatd.daemon.model.Message;
import chatd.daemon.model.Refusal;
import chatd.daemon.store.Committed;
import chatd.daemon.store.DatabaseAway;
import chatd.daemon.store.Ledger;
import chatd.protocol.value.Code;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The only writer: what came in while one transaction was being committed goes into the next, so that one fsync serves
 * many. It gives the numbers. Order: committed, logged, delivered; what was not logged is neither delivered nor
 * answered.
 *
 * <p>Anyone may submit, and waits where too much is under way. Work is done on the journal's one thread.
 */
public final class Journal {
    private static final Duration CHECK = Duration.ofSeconds(2);
    private static final long RETRY_MILLIS = 300;
    private static final long LOOK_MILLIS = 100;

    /** After that a database that hangs is left alone: what it did with the last batch, the next start finds out. */
    private static final long STOP_MILLIS = 4_000;

    /** What becomes of the daemon with the journal. */
    public interface Observer {
        void databaseAway(String why);

        void databaseBack();

        /** Nothing can be written any more, by no fault of the database: the daemon has to end. */
        void broken(Exception why);
    }

    private final Ledger ledger;
    private final AuditLog log;
    private final AuditTrail audit;
    private final CatchUp catchUp;
    private final EntryEvents events;
    private final Applier applier;
    private final Clock clock;
    private final Observer observer;
    private final Numbers numbers = new Numbers();
    private final JournalQueue queue = new JournalQueue();
    private final Thread thread = Thread.ofPlatform().name("journal").unstarted(this::run);
    private volatile boolean away;

    /** Something was delivered that is not logged yet. */
    private boolean behind;

    /** The position of the last entry that was committed. */
    private long committed;

    private final AtomicLong messages = new AtomicLong();
    private volatile boolean stopping;
    private volatile boolean ended;

    /** Counts what the thread begins: it still does something. */
    private final AtomicLong begun = new AtomicLong();

    /** Where entries go: in this order. */
    public record Ways(Ledger ledger, AuditLog log, AuditTrail audit, CatchUp catchUp, Applier applier) {}

    public Journal(Ways ways, Clock clock, Observer observer) {
        this.ledger = ways.ledger();
        this.log = ways.log();
        this.audit = ways.audit();
        this.catchUp = ways.catchUp();
        this.events = catchUp.events();
        this.applier = ways.applier();
        this.clock = clock;
        this.observer = observer;
    }

    /** Begins, on a ledger that is open and was caught up with. */
    public void start(Ledger.Numbers there) {
        committed = there.position();
        numbers.atLeast(there, Math.max(log.lastMessage(), log.lastChange()));
        thread.start();
    }

    /**
     * Hands something in without waiting: for an event loop.
     *
     * @return as {@link #submit}; null where too much is under way, and nothing was taken
     */
    public <E extends Entry> @Nullable CompletableFuture<Committed<E>> offer(Decision<E> decision) {
        JournalQueue.Pending<E> pending = new JournalQueue.Pending<>(decision, entry -> {});
        boolean taken =
                !away && !stopping && !audit.refuses() && queue.offer(pending) && !(ended && queue.takeBack(pending));
        return taken ? pending.done : null;
    }

    /**
     * Hands something in; returns at once, or waits where too much is under way.
     *
     * @return completes, on the journal's thread, when it is committed, logged and applied; or with a {@link Refusal}
     */
    public <E extends Entry> CompletableFuture<Committed<E>> submit(Decision<E> decision) {
        return submit(decision, entry -> {});
    }

    /**
     * As {@link #submit(Decision)}, of what has to follow at once.
     *
     * @param then takes the entry when it is applied, before the next one is; on the journal's thread
     */
    public <E extends Entry> CompletableFuture<Committed<E>> submit(Decision<E> decision, Consumer<E> then) {
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
     * Hands something in, and waits until it is committed, logged and applied.
     *
     * @throws Refusal where it is not; nothing was done, unless its code is {@link Code#UNDECIDED}
     */
    public <E extends Entry> E commit(Decision<E> decision) throws InterruptedException {
        return commit(decision, entry -> {});
    }

    /** As {@link #commit(Decision)}; {@code then} as of {@link #submit(Decision, Consumer)}. */
    public <E extends Entry> E commit(Decision<E> decision, Consumer<E> then) throws InterruptedException {
        try {
            return submit(decision, then).get().entry();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    /** Entries that wait for their turn. */
    public int waiting() {
        return queue.size();
    }

    /** Returns once the journal's thread has begun something new, waiting for more included; or has ended. */
    public void answer() throws InterruptedException {
        long before = begun.get();
        while (begun.get() == before && !ended) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    /** Messages that were committed since the start. */
    public long messages() {
        return messages.get();
    }

    /** Whether the database can't be reached at the moment. */
    public boolean isAway() {
        return away;
    }

    /** Commits what has been handed in, and ends. Blocks. */
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
            // No memory for buffers, say: the daemon without its journal would refuse everything and look well.
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
        } catch (DatabaseAway e) {
            reconnect(e);
        }
    }

    private void finish(List<JournalQueue.Pending<?>> all) throws IOException, InterruptedException {
        try {
            commitAndDeliver(all);
        } finally {
            // Nobody waits for ever: what has no outcome by now will have none before the next start.
            all.forEach(pending -> pending.done.completeExceptionally(Refusal.undecided()));
        }
    }

    private void commitAndDeliver(List<JournalQueue.Pending<?>> all) throws IOException, InterruptedException {
        Numbers before = numbers.copy();
        // Every dialect can tell milliseconds, so that everyone can check the digest of what it got.
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        List<JournalQueue.Pending<?>> batch = new ArrayList<>(all.size());
        List<Entry> entries = new ArrayList<>(all.size());
        for (JournalQueue.Pending<?> pending : all) {
            try {
                entries.add(pending.decide(numbers, now));
                batch.add(pending);
            } catch (RuntimeException e) {
                pending.done.completeExceptionally(e);
            }
        }
        if (entries.isEmpty()) {
            return;
        }
        List<Committed<Entry>> done;
        try {
            done = ledger.commit(entries);
        } catch (DatabaseAway e) {
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
        for (int i = 0; i < batch.size(); i++) {
            applier.apply(done.get(i));
            batch.get(i).complete(done.get(i));
        }
        applier.batchApplied();
    }

    /**
     * Logs what was committed; where that can't be done, waits until it can, with nothing delivered, or goes on without
     * if it is configured so. False where the journal has to end instead: then the next start logs it.
     */
    private boolean logged(AuditEvent[] events) throws InterruptedException {
        if (behind) {
            // This batch is among it.
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
        } catch (IOException | DatabaseAway e) {
            // Another time.
        }
    }

    /** One of them can't be written: it must not take the others with it. */
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

    /** What was committed of the entries, none or all; empty where the journal has to end without knowing. */
    private Optional<List<Committed<Entry>>> afterLoss(DatabaseAway loss, List<Entry> entries)
            throws InterruptedException {
        DatabaseAway why = loss;
        while (reconnect(why)) {
            if (!loss.outcomeUnknown()) {
                return Optional.of(List.of());
            }
            try {
                return Optional.of(ledger.lookUp(entries));
            } catch (DatabaseAway e) {
                why = e;
            }
        }
        return loss.outcomeUnknown() ? Optional.empty() : Optional.of(List.of());
    }

    /** Until the database is back, everything else is refused. Returns false where the journal is to end instead. */
    private boolean reconnect(DatabaseAway why) throws InterruptedException {
        away = true;
        boolean told = false;
        while (!stopping) {
            try {
                Ledger.Numbers there = ledger.open(clock.instant());
                if (there.position() < committed) {
                    throw new IllegalStateException("the database has lost what it had committed: it ends at "
                            + there.position() + ", and was at " + committed + ". The next start says what is lost");
                }
                numbers.atLeast(there, 0);
                away = false;
                if (told) {
                    observer.databaseBack();
                }
                return true;
            } catch (DatabaseAway e) {
                if (!told) {
                    told = true;
                    observer.databaseAway(String.valueOf(why.getMessage()));
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
