package chatd.client.talk;

import chatd.protocol.Presence;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Who there is, and who is online, as the daemon tells it. Any thread. */
public final class Roster {
    private final TreeMap<String, Boolean> people = new TreeMap<>();

    synchronized void set(List<Presence> roster) {
        people.clear();
        roster.forEach(presence -> people.put(presence.name(), presence.online()));
    }

    /** What was known of them before; empty for somebody new. */
    synchronized Optional<Boolean> put(String name, boolean online) {
        return Optional.ofNullable(people.put(name, online));
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
