package chatd.admin;

/** The command could not be done here: what to say, and the exit code. */
final class Failure extends RuntimeException {
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
