package chatd.protocol.command;

import chatd.protocol.value.Audience;
import org.jspecify.annotations.Nullable;

/** Commands about messages and their history. */
public sealed interface MessageCommand extends Command {

    /** Sends a text; an empty {@code text} is decoded, but refused later. */
    record SendText(Audience audience, String text) implements MessageCommand {}

    /** Replays the last {@code count} items, 0 to 2^32-1, of the user's history. */
    record Replay(long count) implements MessageCommand {}

    /**
     * Reads a page of the history: the newest messages, or those next to a message number.
     *
     * @param with which history: empty for the messages to everyone; null for all of the user's own; with one user, not
     *     yet supported, otherwise
     * @param before only messages with a lower number
     * @param after only messages with a higher number, the lowest first; -1 for the newest
     * @param limit the maximum number of messages, 0 to {@value #MOST}
     */
    record ReadHistory(@Nullable String with, long before, long after, int limit, String id) implements MessageCommand {
        /** Maximum number of messages in one page. */
        public static final int MOST = 200;
    }
}
