package chatd.client.talk;

import chatd.protocol.value.people.RosterEntry;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All users, and which of them are online, as reported by the daemon. Thread-safe. */
public final class KnownUsers {
    @GuardedBy("this")
    private final TreeMap<String, Boolean> people = new TreeMap<>();

    private final View view;

    KnownUsers(View view) {
        this.view = view;
    }

    public synchronized void set(List<RosterEntry> roster) {
        people.clear();
        roster.forEach(presence -> people.put(presence.name(), presence.online()));
    }

    /** Applies a presence change; returns null if nothing changed. */
    public synchronized View.@Nullable Presence change(String name, boolean online) {
        Boolean before = people.put(name, online);
        if (before != null && before == online) {
            return null;
        }
        return online ? View.Presence.ONLINE : before == null ? View.Presence.NEW : View.Presence.OFFLINE;
    }

    /** Applies a presence change, and shows it if something changed. */
    public void presence(String name, boolean online) {
        View.Presence change = change(name, online);
        if (change != null) {
            view.presence(name, change);
        }
    }

    /** Renames a user, if known. */
    public synchronized void rename(String was, String to) {
        Boolean online = people.remove(was);
        if (online != null) {
            people.put(to, online);
        }
    }

    public synchronized boolean has(String name) {
        return people.containsKey(name);
    }

    /** Returns all names in alphabetical order. */
    public synchronized List<String> names() {
        return List.copyOf(people.keySet());
    }

    /** Returns the users who are online, or those who are not, in alphabetical order. */
    public synchronized List<String> who(boolean online) {
        return people.entrySet().stream()
                .filter(person -> person.getValue() == online)
                .map(java.util.Map.Entry::getKey)
                .toList();
    }
}
