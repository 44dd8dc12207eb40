package chatd.admin.api;

/** Thrown if the daemon did not execute a command, or is not running; the message says why, for a person. */
public final class CallFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Used in place of a code of the daemon: it is not running, or has gone away. */
    public static final String NO_DAEMON = "no-daemon";

    private final String code;
    private final boolean isUndecided;

    CallFailure(String code, String text, boolean isUndecided) {
        super(text, null, false, false);
        this.code = code;
        this.isUndecided = isUndecided;
    }

    /** Returns the code of the daemon's refusal, such as {@code not-allowed}; or {@link #NO_DAEMON}. */
    public String code() {
        return code;
    }

    /** Returns whether the command may have been executed nonetheless; if so, whatever belongs to it must be kept. */
    public boolean isUndecided() {
        return isUndecided;
    }

    /** Returns the same exception with another text. */
    public CallFailure withText(String text) {
        return new CallFailure(code, text, isUndecided);
    }
}
