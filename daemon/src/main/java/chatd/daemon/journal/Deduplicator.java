package chatd.daemon.journal;

import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.NothingToDo;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.ledger.Ledger;
import chatd.protocol.value.Code;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Deduplicates what clients send again (page {@code chat-json-1.md}, "Sent once"): the ledger keeps
 * the identifiers of a week, each committed with its entry. New entries are not looked up, since
 * the ledger refuses to commit a duplicate; only after such a refusal is everything looked up
 * first, for a while, since a client that resends usually resends more. Used by the journal's
 * thread only.
 */
final class Deduplicator {
    private static final Logger LOG = LogManager.getLogger(Deduplicator.class);

    private static final Duration RETENTION = Duration.ofDays(7);
    private static final Duration FORGET_EVERY = Duration.ofMinutes(1);
    private static final int MAX_FORGOTTEN_AT_ONCE = 2_000;

    /**
     * How long everything is looked up first after a refusal: in that time, at most one commit
     * fails on a duplicate.
     */
    private static final Duration LOOKUP_FIRST = Duration.ofSeconds(1);

    private final Ledger ledger;
    private final Clock clock;
    private long lastForgotten = System.nanoTime();
    private long lookupFirstUntil = System.nanoTime();

    Deduplicator(Ledger ledger, Clock clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    /**
     * A batch without duplicate identifiers.
     *
     * @param deferred items whose identifier is already in the batch, which has to be committed
     *     first
     */
    record Batch(List<JournalQueue.Pending<?>> now, List<JournalQueue.Pending<?>> deferred) {}

    /** Splits a batch, so that no identifier occurs in it twice. */
    static Batch split(List<JournalQueue.Pending<?>> all) {
        Set<ByteBuffer> seen = new HashSet<>();
        List<JournalQueue.Pending<?>> now = new ArrayList<>(all.size());
        List<JournalQueue.Pending<?>> deferred = new ArrayList<>();
        for (JournalQueue.Pending<?> pending : all) {
            IdempotencyKey once = pending.idempotencyKey();
            (once == null || seen.add(once.id()) ? now : deferred).add(pending);
        }
        return new Batch(now, deferred);
    }

    /** Returns whether to look up first, because something was recently sent again. */
    boolean isDuplicateLikely() {
        return lookupFirstUntil - System.nanoTime() > 0;
    }

    /** Records that the ledger has refused something as sent before. */
    void recordDuplicate() {
        lookupFirstUntil = System.nanoTime() + LOOKUP_FIRST.toNanos();
    }

    /**
     * Answers duplicates as the originals were answered, and returns the rest. Blocks.
     *
     * @throws DatabaseUnavailable if the ledger can't be read; nothing was answered then
     */
    List<JournalQueue.Pending<?>> answerDuplicates(List<JournalQueue.Pending<?>> all) {
        List<IdempotencyKey> some = new ArrayList<>();
        for (JournalQueue.Pending<?> pending : all) {
            IdempotencyKey once = pending.idempotencyKey();
            if (once != null) {
                some.add(once);
            }
        }
        if (some.isEmpty()) {
            return all;
        }
        Map<ByteBuffer, Ledger.Sent> before = ledger.sentBefore(some);
        return all.stream()
                .filter(pending -> !answerIfDuplicate(pending, before))
                .toList();
    }

    private static boolean answerIfDuplicate(JournalQueue.Pending<?> pending, Map<ByteBuffer, Ledger.Sent> before) {
        IdempotencyKey once = pending.idempotencyKey();
        Ledger.Sent sent = once == null ? null : before.get(once.id());
        if (once == null || sent == null) {
            return false;
        }
        pending.done.completeExceptionally(
                sent.content().equals(once.content())
                        ? new NothingToDo(sent.receipt())
                        : new Refusal(
                                Code.MALFORMED,
                                "Something else was sent with this id before. Give each message an id of its own."));
        return true;
    }

    /**
     * Forgets identifiers that are a week old, once a minute; if there are many, some at each call. If that fails, they
     * are forgotten later. Blocks.
     */
    void forget() {
        long now = System.nanoTime();
        if (now - lastForgotten < FORGET_EVERY.toNanos()) {
            return;
        }
        int forgotten = 0;
        try {
            forgotten = ledger.forgetSent(clock.instant().minus(RETENTION), MAX_FORGOTTEN_AT_ONCE);
        } catch (Ledger.TakenOver e) {
            throw e;
        } catch (RuntimeException e) {
            // If the connection is lost, the next batch or check finds that out.
            LOG.warn("CHATD-306 the identifiers of what was sent a week ago were not deleted: {}", e.getMessage());
        }
        if (forgotten < MAX_FORGOTTEN_AT_ONCE) {
            lastForgotten = now;
        }
    }
}
