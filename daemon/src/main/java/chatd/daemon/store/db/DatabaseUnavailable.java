package chatd.daemon.store.db;

/** Thrown if the database can't be reached or does not answer in time. */
public final class DatabaseUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean unknown;

    public DatabaseUnavailable(String message, Throwable cause, boolean unknown) {
        super(message, cause);
        this.unknown = unknown;
    }

    /** Returns whether the transaction may have been committed. */
    public boolean outcomeUnknown() {
        return unknown;
    }
}
