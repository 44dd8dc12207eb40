package chatd.daemon.session;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The members of each group who have sessions, to whom its messages are delivered. Used with the
 * presence lock held.
 */
final class GroupAudiences {
    private final Map<Long, Set<Long>> accounts = new HashMap<>();

    void add(long group, long account) {
        accounts.computeIfAbsent(group, _ -> new HashSet<>()).add(account);
    }

    void remove(long group, long account) {
        accounts.computeIfPresent(group, (_, members) -> {
            members.remove(account);
            return members.isEmpty() ? null : members;
        });
    }

    /** Returns the numbers of the accounts. Valid as long as the lock is held. */
    Collection<Long> of(long group) {
        return accounts.getOrDefault(group, Set.of());
    }
}
