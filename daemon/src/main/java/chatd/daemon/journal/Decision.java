package chatd.daemon.journal;

import chatd.daemon.model.Entry;
import java.time.Instant;

/**
 * Something to be written, that becomes an entry when its turn has come: decided against the state as of the entry
 * before it. What follows from the entry is the {@link Applier}'s, by its kind alone. None of the methods blocks.
 *
 * @param <E> the entry it becomes
 */
public interface Decision<E extends Entry> {

    /** About how much memory it holds, in bytes. */
    long bytes();

    /** What it may share a batch with. */
    default Batching batching() {
        return Batching.ANY;
    }

    /**
     * Makes the entry, with its number. On the journal's thread.
     *
     * @throws Refusal where it can't be done any more; no number was taken then
     */
    E decide(Numbers numbers, Instant now);
}
