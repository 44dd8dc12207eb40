package chatd.admin;

/** The command could not be done: what to say, and the exit code. */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int exit;
    private final boolean isUndecided;

    Failure(int exit, String text) {
        this(exit, text, false);
    }

    private Failure(int exit, String text, boolean isUndecided) {
        super(text, null, false, false);
        this.exit = exit;
        this.isUndecided = isUndecided;
    }

    /** The daemon may have done it, or not: what belongs to it is to be kept. */
    static Failure undecided(int exit, String text) {
        return new Failure(exit, text, true);
    }

    /** The same with another text. */
    Failure saying(String text) {
        return new Failure(exit, text, isUndecided);
    }

    public int exit() {
        return exit;
    }

    boolean isUndecided() {
        return isUndecided;
    }
}
