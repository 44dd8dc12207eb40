package chatd.daemon.store;

/** The database can't be reached, or did not answer in time. */
public final class DatabaseAway extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean unknown;

    DatabaseAway(String message, Throwable cause, boolean unknown) {
        super(message, cause);
        this.unknown = unknown;
    }

    /** Whether what was to be committed may have been. */
    public boolean outcomeUnknown() {
        return unknown;
    }
}
