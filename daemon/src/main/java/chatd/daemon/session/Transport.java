package chatd.daemon.session;

/** The carrier of a session, as the session sees it. The methods do not block; any thread. */
public interface Transport {
    /** Sends what is in the outbox. */
    void flush();

    /** Sends what is in the outbox, then closes in order. */
    void finish();

    /** Closes immediately, because the peer reads too slowly or the connection can't continue. */
    void abort();
}
