package chatd.daemon.dispatch;

import chatd.daemon.session.Session;

/** A subject of the system, as the dispatcher sees it: its commands, and what it does when a session ends. */
public interface Feature {
    /** Adds a row for each of its commands. Called once, while the daemon starts. */
    void addTo(Routes routes);

    /** Called when a session is over or about to be; possibly more than once. On the session's thread. */
    default void sessionEnded(Session session) {}

    /** Called once when a session's connection is gone and none of its commands is running. */
    default void connectionClosed(Session session) {}
}
