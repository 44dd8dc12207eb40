package chatd.daemon.session;

import chatd.protocol.value.people.Roster;
import chatd.protocol.value.people.RosterEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The roster: every account except deleted ones, with its presence. Guarded by the presence lock. */
public final class AccountRoster {
    private final Roster roster = new Roster();
    private final List<Long> numbers = new ArrayList<>();

    /** Returns the roster, in the order of {@link #numbers}. */
    public Roster roster() {
        return roster;
    }

    /** Returns the accounts' numbers, in ascending order. */
    public List<Long> numbers() {
        return Collections.unmodifiableList(numbers);
    }

    /** Adds or updates an account. */
    void show(long account, String name, boolean isOnline) {
        RosterEntry presence = new RosterEntry(name, isOnline);
        int place = place(account);
        if (place >= 0) {
            roster.set(place, presence);
        } else {
            numbers.add(-place - 1, account);
            roster.add(-place - 1, presence);
        }
    }

    void remove(long account) {
        int place = place(account);
        numbers.remove(place);
        roster.remove(place);
    }

    String nameOf(long account) {
        return roster.get(place(account)).name();
    }

    private int place(long account) {
        return Collections.binarySearch(numbers, account);
    }
}
