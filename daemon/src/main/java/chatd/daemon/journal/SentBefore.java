package chatd.daemon.journal;

import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.AlreadySent;
import chatd.daemon.model.entry.SentOnce;
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
 * Recognises what a client sends again (page {@code chat-json-1.md}, "Sent once"): the ledger knows the identifiers of a
 * week, each committed with its entry. That something was sent before shows by the ledger's refusal to commit it again, so
 * that what is new is not looked up; only after such a refusal everything is, for a while, since who resends has more.
 * Used by the journal's thread only.
 */
final class SentBefore {
    private static final Logger LOG = LogManager.getLogger(SentBefore.class);

    private static final Duration KNOWN = Duration.ofDays(7);
    private static final Duration FORGET_EVERY = Duration.ofMinutes(1);
    private static final int FORGOTTEN_AT_ONCE = 2_000;

    /** How long everything is looked up first after a refusal: at most one batch in that time is in vain. */
    private static final Duration DOUBT = Duration.ofSeconds(1);

    private final Ledger ledger;
    private final Clock clock;
    private long forgot = System.nanoTime();
    private long doubtedUntil = System.nanoTime();

    SentBefore(Ledger ledger, Clock clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    /**
     * A batch in which no identifier stands twice.
     *
     * @param deferred what has the same identifier as something else in the batch, which has to be committed first
     */
    record Batch(List<JournalQueue.Pending<?>> now, List<JournalQueue.Pending<?>> deferred) {}

    /** Splits a batch, so that no identifier stands in it twice. */
    static Batch split(List<JournalQueue.Pending<?>> all) {
        Set<ByteBuffer> seen = new HashSet<>();
        List<JournalQueue.Pending<?>> now = new ArrayList<>(all.size());
        List<JournalQueue.Pending<?>> again = new ArrayList<>();
        for (JournalQueue.Pending<?> pending : all) {
            SentOnce once = pending.once();
            (once == null || seen.add(once.id()) ? now : again).add(pending);
        }
        return new Batch(now, again);
    }

    /** Returns whether to look up first, because something was recently sent again. */
    boolean isInDoubt() {
        return doubtedUntil - System.nanoTime() > 0;
    }

    /** Records that the ledger has refused something as sent before. */
    void doubt() {
        doubtedUntil = System.nanoTime() + DOUBT.toNanos();
    }

    /**
     * Answers what was sent before as it was answered then, and returns the rest. Blocks.
     *
     * @throws DatabaseUnavailable if the ledger can't be read; nothing was answered then
     */
    List<JournalQueue.Pending<?>> without(List<JournalQueue.Pending<?>> all) {
        List<SentOnce> some = new ArrayList<>();
        for (JournalQueue.Pending<?> pending : all) {
            SentOnce once = pending.once();
            if (once != null) {
                some.add(once);
            }
        }
        if (some.isEmpty()) {
            return all;
        }
        Map<ByteBuffer, Ledger.Sent> before = ledger.sentBefore(some);
        return all.stream().filter(pending -> !isAnswered(pending, before)).toList();
    }

    private static boolean isAnswered(JournalQueue.Pending<?> pending, Map<ByteBuffer, Ledger.Sent> before) {
        SentOnce once = pending.once();
        Ledger.Sent sent = once == null ? null : before.get(once.id());
        if (once == null || sent == null) {
            return false;
        }
        pending.done.completeExceptionally(
                sent.content().equals(once.content())
                        ? new AlreadySent(sent.receipt())
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
        if (now - forgot < FORGET_EVERY.toNanos()) {
            return;
        }
        int gone = 0;
        try {
            gone = ledger.forgetSent(clock.instant().minus(KNOWN), FORGOTTEN_AT_ONCE);
        } catch (Ledger.TakenOver e) {
            throw e;
        } catch (RuntimeException e) {
            // If the connection is lost, the next batch or check finds that out.
            LOG.warn("CHATD-306 the identifiers of what was sent a week ago were not deleted: {}", e.getMessage());
        }
        if (gone < FORGOTTEN_AT_ONCE) {
            forgot = now;
        }
    }
}
