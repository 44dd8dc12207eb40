package chatd.admin.terminal;

import chatd.admin.api.CallFailure;

/** The exit codes of {@code chat-admin}. */
public final class Exit {
    public static final int OK = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    public static final int NOT_ALLOWED = 3;
    public static final int NOT_FOUND = 4;
    public static final int CONFLICT = 5;
    public static final int NO_DAEMON = 69;

    /** The log is consistent, but no key or anchor shows who wrote it. */
    public static final int NOT_AUTHENTICATED = 3;

    private Exit() {}

    /** Returns the exit code for a code of {@link CallFailure}. */
    public static int of(String code) {
        return switch (code) {
            case "not-allowed" -> NOT_ALLOWED;
            case "no-such-user", "no-such-group", "no-such-file", "no-such-message", "no-such-report", "no-such-hold" ->
                NOT_FOUND;
            case "name-taken", "closed" -> CONFLICT;
            case "undecided", CallFailure.NO_DAEMON -> NO_DAEMON;
            default -> FAILED;
        };
    }
}
