package chatd.daemon.model;

import chatd.protocol.value.Code;

/**
 * Thrown if the user may not or cannot do something: answered with a code and a text for people. Contains no secret and
 * has no stack trace.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final Code code;

    public Refusal(Code code, String text) {
        super(text, null, false, false);
        this.code = code;
    }

    public Code code() {
        return code;
    }

    public String text() {
        return String.valueOf(getMessage());
    }

    public static Refusal stopped() {
        return new Refusal(Code.BUSY, "The server is stopping. Nothing was stored.");
    }

    public static Refusal undecided() {
        return new Refusal(Code.UNDECIDED, "The server is stopping. Your history will show whether this was stored.");
    }

    /** Returns the refusal used while the database is unreachable. */
    public static Refusal databaseUnavailable() {
        return new Refusal(
                Code.BUSY, "The database can't be reached at the moment. Nothing was stored; try again later.");
    }
}
