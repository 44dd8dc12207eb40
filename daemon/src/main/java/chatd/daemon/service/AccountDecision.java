package chatd.daemon.service;

import chatd.daemon.store.Entry;
import java.time.Instant;
import java.util.function.BiFunction;

/** A change of an account, to be decided. */
record AccountDecision(Batching batching, long bytes, BiFunction<Numbers, Instant, Entry.AccountChange> deciding)
        implements Decision<Entry.AccountChange> {

    @Override
    public Entry.AccountChange decide(Numbers numbers, Instant now) {
        return deciding.apply(numbers, now);
    }
}
