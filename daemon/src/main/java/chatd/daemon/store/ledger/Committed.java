package chatd.daemon.store.ledger;

import chatd.daemon.model.entry.Entry;

/**
 * A committed entry. Only the {@link Ledger} creates one, and delivery requires one.
 *
 * @param <E> the kind of entry
 */
public final class Committed<E extends Entry> {
    private final E entry;

    Committed(E entry) {
        this.entry = entry;
    }

    public E entry() {
        return entry;
    }
}
