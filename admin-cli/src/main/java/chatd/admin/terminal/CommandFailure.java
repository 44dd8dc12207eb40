package chatd.admin.terminal;

/** Thrown when a command fails in this program: the message to print, and the exit code. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int exit;

    public CommandFailure(int exit, String text) {
        super(text, null, false, false);
        this.exit = exit;
    }

    public int exit() {
        return exit;
    }
}
