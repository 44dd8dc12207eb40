package chatd.client;

/** What was asked could not be done: what to say, and the exit code. */
final class Failure extends RuntimeException {
    static final int NO = 1;
    static final int NO_SUCH = 4;
    static final int NO_SERVER = 69;
    static final int LOG_IN_REFUSED = 77;

    private static final long serialVersionUID = 1L;
    private final int exit;

    Failure(int exit, String text) {
        super(text, null, false, false);
        this.exit = exit;
    }

    int exit() {
        return exit;
    }
}
