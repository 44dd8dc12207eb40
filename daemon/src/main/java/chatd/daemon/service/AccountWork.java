package chatd.daemon.service;

import chatd.audit.AuditEvent;
import chatd.daemon.store.Committed;
import chatd.daemon.store.Entry;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * A change of an account on its way through the journal.
 *
 * @param account 0 where it is being made
 * @param endsTurn whether what comes after it is to be judged by it
 */
record AccountWork(
        long account,
        boolean endsTurn,
        long bytes,
        BiFunction<Numbers, Instant, Entry.AccountChange> making,
        Consumer<Entry.AccountChange> taking)
        implements Journal.Work<Entry.AccountChange> {

    @Override
    public Entry.AccountChange entry(Numbers numbers, Instant now) {
        return making.apply(numbers, now);
    }

    @Override
    public List<AuditEvent> events(Entry.AccountChange entry) {
        return List.of(AuditTrail.changed(entry.change()));
    }

    @Override
    public void committed(Committed<Entry.AccountChange> committed) {
        taking.accept(committed.entry());
    }
}
