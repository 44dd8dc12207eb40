package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls about stored messages. Times are in the format of {@link java.time.Instant}. */
public final class MessageCalls {
    public static final AdminCall<MessageOrFile, Nothing, Message> SHOW =
            new AdminCall<>("message show", MessageOrFile.class, Nothing.class, Message.class);
    public static final AdminCall<MessageNumber, Nothing, Removed> REMOVE =
            new AdminCall<>("message remove", MessageNumber.class, Nothing.class, Removed.class);

    private MessageCalls() {}

    /** @param message the message's number */
    public record MessageNumber(long message) {}

    /**
     * Exactly one of them is not null.
     *
     * @param message the message's number
     * @param file the number of the file that it carries
     */
    public record MessageOrFile(
            @Nullable Long message, @Nullable Long file) {}

    /**
     * What is known of a message, except its content.
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
