package chatd.daemon.session;

/** The connection that carries a session, as the session sees it. The methods do not block; any thread. */
public interface Transport {
    /** Sends what is in the outbox. */
    void flush();

    /** Sends what is in the outbox, then closes the connection gracefully. */
    void finish();

    /** Closes immediately, because the peer reads too slowly or the connection can't continue. */
    void abort();
}
