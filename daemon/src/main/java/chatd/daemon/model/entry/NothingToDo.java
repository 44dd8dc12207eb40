package chatd.daemon.model.entry;

/**
 * Thrown in place of an entry if there is nothing to be done: the same was sent before, with the
 * same identifier, or the requested state is in force already. Has no stack trace.
 */
public final class NothingToDo extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Receipt receipt;

    public NothingToDo(Receipt receipt) {
        super("nothing to do", null, false, false);
        this.receipt = receipt;
    }

    /** Returns what the client was told, or should have been told, at that time. */
    public Receipt receipt() {
        return receipt;
    }
}
