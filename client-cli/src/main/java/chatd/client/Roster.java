package chatd.client;

import chatd.protocol.Event;
import chatd.protocol.Presence;
import java.util.List;
import java.util.TreeMap;

/** Who there is, and who is online, as the daemon tells it. Any thread. */
final class Roster {
    private final TreeMap<String, Boolean> people = new TreeMap<>();

    synchronized void set(List<Presence> roster) {
        people.clear();
        roster.forEach(presence -> people.put(presence.name(), presence.online()));
    }

    synchronized void take(Event event) {
        switch (event) {
            case Event.CameOnline online -> people.put(online.name(), true);
            case Event.WentOffline offline -> people.put(offline.name(), false);
            default -> {}
        }
    }

    synchronized List<String> online() {
        return who(true);
    }

    synchronized List<String> offline() {
        return who(false);
    }

    private List<String> who(boolean online) {
        return people.entrySet().stream()
                .filter(person -> person.getValue() == online)
                .map(java.util.Map.Entry::getKey)
                .toList();
    }
}
