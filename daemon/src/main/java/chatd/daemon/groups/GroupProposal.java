package chatd.daemon.groups;

import chatd.daemon.journal.Batching;
import chatd.daemon.journal.Numbers;
import chatd.daemon.journal.Proposal;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.IdempotencyKey;
import java.time.Instant;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A proposal to change a group. It ends its batch, since later proposals must be decided against
 * the changed group.
 */
record GroupProposal(
        long sender,
        long bytes,
        @Nullable IdempotencyKey idempotencyKey,
        BiFunction<Numbers, Instant, GroupChange> deciding)
        implements Proposal<GroupChange> {
    @Override
    public Batching batching() {
        return Batching.LAST;
    }

    @Override
    public GroupChange decide(Numbers numbers, Instant now) {
        return deciding.apply(numbers, now);
    }
}
