package chatd.admin.api;

/** The daemon did not do it, or is not there; the message says why, for a person. */
public final class NotDone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** In place of one of the daemon's codes: it is not there, or has gone. */
    public static final String NO_DAEMON = "no-daemon";

    private final String code;
    private final boolean isUndecided;

    NotDone(String code, String text, boolean isUndecided) {
        super(text, null, false, false);
        this.code = code;
        this.isUndecided = isUndecided;
    }

    /** The code of the daemon's refusal, as {@code not-allowed}; or {@link #NO_DAEMON}. */
    public String code() {
        return code;
    }

    /** Whether it may have been done all the same: what belongs to it is to be kept. */
    public boolean isUndecided() {
        return isUndecided;
    }

    /** The same with another text. */
    public NotDone saying(String text) {
        return new NotDone(code, text, isUndecided);
    }
}
