package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls about stored messages. Times are in the format of {@link java.time.Instant}. */
public final class MessageCalls {
    public static final AdminCall<Shown, Nothing, Message> SHOW =
            new AdminCall<>("message show", Shown.class, Nothing.class, Message.class);
    public static final AdminCall<Which, Nothing, Removed> REMOVE =
            new AdminCall<>("message remove", Which.class, Nothing.class, Removed.class);

    private MessageCalls() {}

    /** @param message the message's number */
    public record Which(long message) {}

    /**
     * One of them is given.
     *
     * @param message the message's number
     * @param file the number of the file that it carries
     */
    public record Shown(@Nullable Long message, @Nullable Long file) {}

    /**
     * What is known of a message, but for what it says.
     *
     * @param receivers names, or the number of a group and its name; null for everyone
     * @param kind {@code text} or {@code file}
     * @param corrections how often it was corrected
     * @param takenBack when it was taken back; null if it was not
     * @param report the number of an open report of it; null if there is none
     */
    public record Message(
            long number,
            String time,
            String sender,
            @Nullable List<String> receivers,
            String kind,
            int corrections,
            @Nullable String takenBack,
            @Nullable Long report) {}

    /**
     * @param message the message's number
     * @param by the number of its removal
     */
    public record Removed(long message, long by) {}
}
