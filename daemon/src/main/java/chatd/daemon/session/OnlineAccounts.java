package chatd.daemon.session;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** The sessions of each account that has any. Changed with the presence lock held; read by any thread. */
final class OnlineAccounts {
    /** By account. The lists are immutable. */
    private final Map<Long, List<Session>> sessions = new ConcurrentHashMap<>();

    /** Replaces the sessions of an account; none if it is offline from now on. */
    void put(long account, List<Session> own) {
        if (own.isEmpty()) {
            sessions.remove(account);
        } else {
            sessions.put(account, List.copyOf(own));
        }
    }

    boolean has(long account) {
        return sessions.containsKey(account);
    }

    /** Returns the sessions of an account; none if it has none. */
    List<Session> of(long account) {
        return sessions.getOrDefault(account, List.of());
    }

    /** Returns all sessions. */
    List<Session> all() {
        return sessions.values().stream().flatMap(List::stream).toList();
    }

    void forEach(BiConsumer<Long, List<Session>> action) {
        sessions.forEach(action);
    }

    /** Returns whether others see an account online: it has a session that is not quiet. */
    boolean isVisible(long account) {
        return isVisible(of(account));
    }

    /** Returns the number of accounts that others see online, each counted once however many devices it uses. */
    int countVisible() {
        return (int)
                sessions.values().stream().filter(OnlineAccounts::isVisible).count();
    }

    private static boolean isVisible(List<Session> own) {
        return own.stream().anyMatch(session -> !session.isQuiet());
    }
}
