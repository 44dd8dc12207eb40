package chatd.daemon.accounts;

import chatd.daemon.journal.Batching;
import chatd.daemon.journal.Numbers;
import chatd.daemon.journal.Proposal;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Message;
import java.time.Instant;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A decision that changes an account. */
public record AccountDecision(
        long sender,
        Batching batching,
        long bytes,
        @Nullable IdempotencyKey idempotencyKey,
        BiFunction<Numbers, Instant, AccountChange> decider)
        implements Proposal<AccountChange> {
    public AccountDecision(
            long sender, Batching batching, long bytes, BiFunction<Numbers, Instant, AccountChange> deciding) {
        this(sender, batching, bytes, null, deciding);
    }

    /** Returns a decision of the server's about an account, which is the only one about it in its batch. */
    public static AccountDecision ofServer(long account, BiFunction<Numbers, Instant, AccountChange> deciding) {
        return new AccountDecision(Message.SERVER, new Batching.ChangeOf(account, true), 1_000, deciding);
    }

    @Override
    public AccountChange decide(Numbers numbers, Instant now) {
        return decider.apply(numbers, now).with(idempotencyKey);
    }
}
