package chatd.client.net;

/** A failed request of the user, with the message and the exit code. */
public final class ClientFailure extends RuntimeException {
    public static final int FAILED = 1;
    public static final int NO_SUCH = 4;
    public static final int CONFLICT = 5;
    public static final int NO_SERVER = 69;
    /** Refused for now, for example because the database is unavailable: a retry may succeed. */
    public static final int TRY_LATER = 75;

    public static final int LOG_IN_REFUSED = 77;

    /** The user gave up with Ctrl-C or Ctrl-D; nothing needs to be said. */
    public static final int INTERRUPTED = 130;

    private static final long serialVersionUID = 1L;
    private final int exit;

    public ClientFailure(int exit, String text) {
        super(text, null, false, false);
        this.exit = exit;
    }

    public int exit() {
        return exit;
    }

    /** Returns the message, which may quote text from others. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
