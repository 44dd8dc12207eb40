package chatd.protocol.value;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why something was refused. The log has every one of them; a dialect says those that it has a word for. */
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

    /** The code that is written so; empty where none is. */
    public static Optional<Code> of(String word) {
        return Arrays.stream(values()).filter(code -> code.word().equals(word)).findFirst();
    }
}
