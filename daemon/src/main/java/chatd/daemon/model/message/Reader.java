package chatd.daemon.model.message;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.group.Group;
import chatd.daemon.model.group.MembershipPeriod;
import java.util.List;
import java.util.SortedMap;

/**
 * A user, and what it may read of groups, as of one moment.
 *
 * @param groups those that it is, or was, in, by number
 * @param isResuming whether of groups only what was there after it came is read, as its sessions were sent it
 */
public record Reader(Account account, SortedMap<Long, Group> groups, boolean isResuming) {
    /** Returns the same, reading what its sessions were sent. */
    public Reader resuming() {
        return new Reader(account, groups, true);
    }

    /**
     * What a user may read of a group.
     *
     * @param newest no number in the group's history is higher
     * @param stretches the earliest first
     */
    public record Group(long newest, List<MembershipPeriod> stretches) {
        public Group {
            stretches = List.copyOf(stretches);
        }

        public boolean sees(long message) {
            return stretches.stream().anyMatch(stretch -> stretch.has(message));
        }
    }

    public long number() {
        return account.number();
    }

    /** Returns whether the user sees a message, or a change, of a group. */
    public boolean sees(long group, long message) {
        Group its = groups.get(group);
        return its != null && its.sees(message);
    }
}
