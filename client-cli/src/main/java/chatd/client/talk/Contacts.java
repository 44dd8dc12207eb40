package chatd.client.talk;

import chatd.protocol.value.Presence;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who there is, and who is online, as the daemon tells it. Any thread. */
public final class Contacts {
    private final TreeMap<String, Boolean> people = new TreeMap<>();

    synchronized void set(List<Presence> roster) {
        people.clear();
        roster.forEach(presence -> people.put(presence.name(), presence.online()));
    }

    /** Takes a change in; null where it is none. */
    synchronized View.@Nullable Presence change(String name, boolean online) {
        Boolean before = people.put(name, online);
        if (before != null && before == online) {
            return null;
        }
        return online ? View.Presence.ONLINE : before == null ? View.Presence.NEW : View.Presence.OFFLINE;
    }

    public synchronized boolean has(String name) {
        return people.containsKey(name);
    }

    /** All names, by the alphabet. */
    public synchronized List<String> names() {
        return List.copyOf(people.keySet());
    }

    /** Those who are online, or those who are not, by the alphabet. */
    public synchronized List<String> who(boolean online) {
        return people.entrySet().stream()
                .filter(person -> person.getValue() == online)
                .map(java.util.Map.Entry::getKey)
                .toList();
    }
}
