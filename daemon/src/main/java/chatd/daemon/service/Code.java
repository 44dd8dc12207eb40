package chatd.daemon.service;

import java.util.Locale;

/** Why something was refused: the codes of the log, and of the JSON protocol ({@code extensions.md}). */
public enum Code {
    MALFORMED,
    NOT_LOGGED_IN,
    NO_SUCH_USER,
    NO_SUCH_FILE,
    NOT_ALLOWED,
    TOO_LARGE,
    TOO_MANY,
    BAD_NAME,
    NAME_TAKEN,
    BAD_PASSWORD,
    WRONG_PASSWORD,
    MUST_CHANGE_PASSWORD,
    DISABLED,
    LOCKED,
    THROTTLED,
    BUSY,
    /** Whether it was done is not known. */
    UNDECIDED,
    /** It could not be logged, and was not done. */
    UNLOGGED,
    CLOSED,
    INTERNAL;

    /** As it is written: {@code no-such-user}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
