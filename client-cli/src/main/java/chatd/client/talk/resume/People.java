package chatd.client.talk.resume;

import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The names of users by their numbers, as far as the server has told them; friends, and who asks to be one. Thread-safe. */
final class People {
    /** Maximum number of names kept: those of one login, and many more. */
    private static final int MOST = 20_000;

    private final Map<Long, String> names = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
            return size() > MOST;
        }
    };

    private final TreeSet<Long> friends = new TreeSet<>();
    private final Map<Long, String> asking = new HashMap<>();

    /** Takes over the lists of a login. */
    synchronized void set(SessionEvent.Welcome welcome, SessionEvent.State state) {
        for (int i = 0; i < welcome.numbers().size(); i++) {
            names.put(welcome.numbers().get(i), welcome.roster().get(i).name());
        }
        names.putAll(state.names());
        names.put(welcome.user(), welcome.name());
        friends.clear();
        friends.addAll(state.friends());
        asking.clear();
        state.received().forEach(request -> asking.put(request.user(), request.text()));
    }

    synchronized void learn(Map<Long, String> more) {
        names.putAll(more);
    }

    synchronized void learn(long user, String name) {
        if (!name.isEmpty()) {
            names.put(user, name);
        }
    }

    synchronized void learn(List<UserEvent.FoundUser> users) {
        users.forEach(user -> names.put(user.user(), user.name()));
    }

    /** Returns a user's name if it is known, else the number. */
    synchronized String name(long user) {
        return names.getOrDefault(user, "U" + user);
    }

    synchronized boolean isFriend(long user) {
        return friends.contains(user);
    }

    synchronized void befriended(long user, boolean isFriend) {
        asking.remove(user);
        if (isFriend) {
            friends.add(user);
        } else {
            friends.remove(user);
        }
    }

    synchronized void asks(long user, String text) {
        asking.put(user, text);
    }

    /** Returns the requests that wait for an answer, by the name of who asks. */
    synchronized Map<String, String> asking() {
        Map<String, String> all = new LinkedHashMap<>();
        asking.forEach((user, text) -> all.put(names.getOrDefault(user, "U" + user), text));
        return all;
    }
}
