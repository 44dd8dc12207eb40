package chatd.protocol.value;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why something was refused. The log records every code; a dialect sends only those that it has a word for. */
public enum Code {
    MALFORMED,
    NOT_LOGGED_IN,
    NO_SUCH_USER,
    NO_SUCH_GROUP,
    NO_SUCH_MESSAGE,
    NO_SUCH_FILE,
    NO_SUCH_REQUEST,
    /** Sent only to administrators. */
    NO_SUCH_REPORT,
    /** Sent only to administrators. */
    NO_SUCH_HOLD,
    NO_SUCH_SESSION,
    NOT_A_MEMBER,
    NOT_ALLOWED,
    TOO_LATE,
    TOO_LARGE,
    TOO_MANY,
    /** There is no room for it on the server, or in the account's quota. */
    NO_ROOM,
    BAD_NAME,
    NAME_TAKEN,
    BAD_PASSWORD,
    WRONG_PASSWORD,
    MUST_CHANGE_PASSWORD,
    DISABLED,
    LOCKED,
    THROTTLED,
    BUSY,
    /** The outcome is unknown. */
    UNDECIDED,
    /** Not done, because it could not be logged. */
    UNLOGGED,
    CLOSED,
    INTERNAL;

    /** Returns the code in its written form, such as {@code no-such-user}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns the code with this written form; empty if there is none. */
    public static Optional<Code> of(String word) {
        return Arrays.stream(values()).filter(code -> code.word().equals(word)).findFirst();
    }
}
