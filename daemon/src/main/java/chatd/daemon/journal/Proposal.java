package chatd.daemon.journal;

import chatd.daemon.model.entry.Entry;
import chatd.daemon.model.entry.IdempotencyKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request that becomes an entry when its turn comes: decided against the state as of the entry before it. The
 * {@link Applier} then applies the entry by its kind alone. No method blocks.
 *
 * @param <E> the entry it becomes
 */
public interface Proposal<E extends Entry> {

    /**
     * Returns the number of the account whose turn it takes in the queue; {@link chatd.daemon.model.entry.Message#SERVER} for an
     * administrator's, a registration, and the server's own.
     */
    long sender();

    /** Returns the approximate memory it holds, in bytes. */
    long bytes();

    /**
     * Returns the identifier that its client gave it, so that it is carried out only once; null if
     * none.
     */
    default @Nullable IdempotencyKey idempotencyKey() {
        return null;
    }

    /** Returns what it may share a batch with. */
    default Batching batching() {
        return Batching.ANY;
    }

    /**
     * Creates the entry and assigns its number. Called on the journal's thread.
     *
     * @throws chatd.daemon.model.Refusal if the request can no longer be carried out; no number is assigned then
     */
    E decide(Numbers numbers, Instant now);
}
