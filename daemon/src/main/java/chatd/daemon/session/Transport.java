package chatd.daemon.session;

/** The carrier of a session, as the session sees it. None of these blocks; any thread. */
public interface Transport {
    /** There is something in the outbox. */
    void flush();

    /** Send what is in the outbox, then close in order. */
    void finish();

    /** Close at once: the peer reads too slowly, or the connection can't go on. */
    void abort();
}
