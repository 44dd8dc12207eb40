package chatd.daemon.accounts;

import chatd.daemon.journal.Batching;
import chatd.daemon.journal.Decision;
import chatd.daemon.journal.Numbers;
import chatd.daemon.model.AccountChange;
import java.time.Instant;
import java.util.function.BiFunction;

/** A decision that changes an account. */
public record AccountDecision(Batching batching, long bytes, BiFunction<Numbers, Instant, AccountChange> deciding)
        implements Decision<AccountChange> {

    @Override
    public AccountChange decide(Numbers numbers, Instant now) {
        return deciding.apply(numbers, now);
    }
}
