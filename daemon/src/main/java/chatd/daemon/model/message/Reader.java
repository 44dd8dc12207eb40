package chatd.daemon.model.message;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.group.Group;
import chatd.daemon.model.group.MembershipPeriod;
import java.util.List;
import java.util.SortedMap;

/**
 * A user, and what they may read of groups, as of one moment.
 *
 * @param groups those that the user is, or was, in, by number
 * @param isResuming whether, in groups, only what came after the user joined is read, as their
 *     sessions were sent it
 */
public record Reader(Account account, SortedMap<Long, Group> groups, boolean isResuming) {
    /** Returns the same reader, limited to what their sessions were sent. */
    public Reader resuming() {
        return new Reader(account, groups, true);
    }

    /**
     * What a user may read of a group.
     *
     * @param newest no number in the group's history is higher
     * @param periods the earliest first
     */
    public record Group(long newest, List<MembershipPeriod> periods) {
        public Group {
            periods = List.copyOf(periods);
        }

        public boolean sees(long message) {
            return periods.stream().anyMatch(stretch -> stretch.contains(message));
        }
    }

    public long number() {
        return account.number();
    }

    /** Returns whether the user sees a message, or a change, of a group. */
    public boolean sees(long group, long message) {
        Group found = groups.get(group);
        return found != null && found.sees(message);
    }
}
