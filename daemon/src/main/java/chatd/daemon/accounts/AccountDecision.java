package chatd.daemon.accounts;

import chatd.daemon.journal.Batching;
import chatd.daemon.journal.Numbers;
import chatd.daemon.journal.Proposal;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.SentOnce;
import java.time.Instant;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A decision that changes an account. */
public record AccountDecision(
        long sender,
        Batching batching,
        long bytes,
        @Nullable SentOnce once,
        BiFunction<Numbers, Instant, AccountChange> deciding)
        implements Proposal<AccountChange> {
    public AccountDecision(
            long sender, Batching batching, long bytes, BiFunction<Numbers, Instant, AccountChange> deciding) {
        this(sender, batching, bytes, null, deciding);
    }

    @Override
    public AccountChange decide(Numbers numbers, Instant now) {
        return deciding.apply(numbers, now).with(once);
    }
}
