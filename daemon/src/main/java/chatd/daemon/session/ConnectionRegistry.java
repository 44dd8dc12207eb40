package chatd.daemon.session;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The sessions of all connections, logged in or not. Any thread; methods do not block. */
public final class ConnectionRegistry {
    private final Fanout fanout;
    private final Set<Session> all = ConcurrentHashMap.newKeySet();
    private volatile @Nullable String closing;

    ConnectionRegistry(Fanout fanout) {
        this.fanout = fanout;
    }

    /** Adds the session of a new connection, before its first command. */
    public void opened(Session session) {
        session.setFanout(fanout);
        all.add(session);
        String why = closing;
        if (why != null) {
            session.finish(why);
        }
    }

    /** Forgets a session whose connection is gone. */
    public void closed(Session session) {
        all.remove(session);
    }

    /** Returns every session, logged in or not. */
    public Collection<Session> all() {
        return List.copyOf(all);
    }

    /** Returns the bytes that wait for readers, of all sessions. */
    public long unsentBytes() {
        return all.stream().mapToLong(each -> each.output().waiting()).sum();
    }

    /** Finishes every session, logged in or not, and any opened later. */
    public void finishAll(String why) {
        closing = why;
        all().forEach(session -> session.finish(why));
    }
}
