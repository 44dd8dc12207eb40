package chatd.protocol.command;

import chatd.protocol.value.Audience;
import org.jspecify.annotations.Nullable;

/** Commands about messages and their history. */
public sealed interface MessageCommand extends Command {

    /** A text; {@code text} may be empty here, and is then refused. */
    record SendText(Audience audience, String text) implements MessageCommand {}

    /** The last {@code count} items of the user's history, 0 to 2^32-1. */
    record Replay(long count) implements MessageCommand {}

    /**
     * A page of the history: the newest messages, or those next to a number.
     *
     * @param with whose: empty is what went to everyone; null is all that is the user's own
     * @param before none with this number or a higher one
     * @param after only messages with a higher number, the lowest first; -1 for the newest
     * @param limit at most so many messages, 0 to {@value #MOST}
     */
    record ReadHistory(@Nullable String with, long before, long after, int limit, String id) implements MessageCommand {
        /** Messages in one page. */
        public static final int MOST = 200;
    }
}
