package chatd.daemon.session;

import chatd.protocol.value.Presence;
import chatd.protocol.value.Roster;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Every account but deleted ones, and who of them is online. With the order of presence held. */
public final class Everybody {
    private final Roster roster = new Roster();
    private final List<Long> numbers = new ArrayList<>();

    /** By {@linkplain #numbers number}. */
    public Roster roster() {
        return roster;
    }

    /** The accounts' numbers, sorted. */
    public List<Long> numbers() {
        return Collections.unmodifiableList(numbers);
    }

    /** Takes an account in, or what has changed of it. */
    void show(long account, String name, boolean isOnline) {
        Presence presence = new Presence(name, isOnline);
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
