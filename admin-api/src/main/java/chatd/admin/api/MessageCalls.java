package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;

/** Calls about stored messages. */
public final class MessageCalls {
    public static final AdminCall<Which, Nothing, Removed> REMOVE =
            new AdminCall<>("message remove", Which.class, Nothing.class, Removed.class);

    private MessageCalls() {}

    /** @param message the message's number */
    public record Which(long message) {}

    /**
     * @param message the message's number
     * @param by the number of its removal
     */
    public record Removed(long message, long by) {}
}
