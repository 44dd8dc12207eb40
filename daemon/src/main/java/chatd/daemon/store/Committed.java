package chatd.daemon.store;

import chatd.daemon.model.Entry;

/**
 * An entry that was committed; only the {@link Ledger} makes one. Who wants to deliver something has to have it.
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
