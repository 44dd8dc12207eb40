package chatd.daemon.groups;

import chatd.daemon.journal.Batching;
import chatd.daemon.journal.Numbers;
import chatd.daemon.journal.Proposal;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.SentOnce;
import java.time.Instant;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A proposal that changes a group. It ends its batch: what follows is decided by what the group is then. */
record GroupProposal(
        long sender, long bytes, @Nullable SentOnce once, BiFunction<Numbers, Instant, GroupChange> deciding)
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
