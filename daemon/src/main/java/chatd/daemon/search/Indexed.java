package chatd.daemon.search;

import chatd.daemon.model.Conversation;
import chatd.daemon.model.Message;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A message as the index has it: one text of it, and tags that say for whom it is. A corrected message has one for each
 * text that somebody sees.
 *
 * @param tags those of {@link Tags}
 */
record Indexed(long message, Instant time, String text, List<String> tags) {

    /** Names what messages are found by, other than words. */
    static final class Tags {
        static final String EVERYONE = "e";
        static final String FILE = "f";

        private Tags() {}

        /** Tags what an account sees that was not sent to everyone or to a group. */
        static String seenBy(long account) {
            return "u" + account;
        }

        /** Tags what a group's members see. */
        static String group(long group) {
            return "g" + group;
        }

        /** Tags an earlier text, which only some see who have left the group. */
        static String earlier(long group) {
            return "h" + group;
        }

        static String sentBy(long account) {
            return "s" + account;
        }

        static String pair(long one, long other) {
            return "p" + Conversation.of(one, other);
        }
    }

    /** Returns an entry for a message to everyone, or to a group; {@code whose} tags those who see this text. */
    static Indexed toAll(Message message, String text, String whose) {
        return new Indexed(message.number(), message.time(), text, tags(message, List.of(whose)));
    }

    /** Returns an entry for a message to one or several; {@code viewers} see this text. */
    static Indexed toSome(Message message, String text, Collection<Long> viewers) {
        List<String> own = new ArrayList<>();
        viewers.forEach(viewer -> own.add(Tags.seenBy(viewer)));
        if (message.receivers() != null) {
            message.receivers().forEach(receiver -> own.add(Tags.pair(message.sender(), receiver)));
        }
        return new Indexed(message.number(), message.time(), text, tags(message, own));
    }

    private static List<String> tags(Message message, List<String> own) {
        List<String> tags = new ArrayList<>(own);
        tags.add(Tags.sentBy(message.sender()));
        if (message.file() != null) {
            tags.add(Tags.FILE);
        }
        return tags;
    }
}
