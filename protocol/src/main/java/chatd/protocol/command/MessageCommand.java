package chatd.protocol.command;

import static java.util.Objects.requireNonNullElse;

import chatd.protocol.value.Audience;
import chatd.protocol.value.people.ConversationPreferences;
import chatd.protocol.value.people.User;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Commands about messages and their history. */
public sealed interface MessageCommand extends Command {

    /**
     * Sends a text; an empty {@code text} is decoded, but refused later.
     *
     * @param replyTo the number of the message that it answers; 0 for none
     */
    record SendText(Audience audience, String text, long replyTo, String id) implements MessageCommand {
        public SendText(Audience audience, String text) {
            this(audience, text, 0, "");
        }

        @Override
        public boolean isAcknowledged() {
            return true;
        }
    }

    /**
     * Marks a conversation as read up to a message; the mark never moves back. It is acknowledged
     * once it is stored, which may be after later commands are.
     *
     * @param with the other user of the conversation, or one with an empty name for the messages to
     *     everyone
     */
    record MarkRead(User with, long message, String id) implements MessageCommand {}

    /** Notifies a user that a text to them is being written. */
    record Typing(User to, String id) implements MessageCommand {
        @Override
        public boolean isAcknowledged() {
            return true;
        }
    }

    /**
     * Lists the user's conversations, by their last message, the newest first.
     *
     * @param before only those whose last message has a lower number
     * @param limit the maximum number of conversations, 0 to {@value #MAX_LIMIT}
     */
    record ListConversations(long before, int limit, String id) implements MessageCommand {
        public static final int MAX_LIMIT = 200;
        public static final int DEFAULT_LIMIT = 50;
    }

    /**
     * Changes the user's preferences for a conversation; null leaves one as it is.
     *
     * @param with as in {@link MarkRead}
     */
    record ChangeConversationPreferences(
            User with,
            ConversationPreferences.@Nullable Notices notices,
            @Nullable Boolean pinned,
            @Nullable Boolean unread,
            String id)
            implements MessageCommand {
        @Override
        public boolean isAcknowledged() {
            return true;
        }

        /** Returns the preferences after the change. */
        public ConversationPreferences applyTo(ConversationPreferences before) {
            return new ConversationPreferences(
                    requireNonNullElse(notices, before.notices()),
                    requireNonNullElse(pinned, before.pinned()),
                    requireNonNullElse(unread, before.unread()));
        }
    }

    /**
     * Reports a message to the administrators.
     *
     * @param text why, at most {@value #MAX_BYTES} bytes
     */
    record Report(long message, String text, String id) implements MessageCommand {
        public static final int MAX_BYTES = 1_000;

        @Override
        public boolean isAcknowledged() {
            return true;
        }
    }

    /** A change to a message, or a reaction to it, by its number. */
    sealed interface Amending extends MessageCommand {
        /** Returns the number of the message; if it was corrected, that of the original. */
        long message();

        @Override
        default boolean isAcknowledged() {
            return true;
        }
    }

    /** Takes a message back, for everybody. */
    record TakeBack(long message, String id) implements Amending {}

    /** Replaces the text of a message of the user's own. */
    record Correct(long message, String text, String id) implements Amending {}

    /**
     * Reacts to a message, or withdraws a reaction.
     *
     * @param code an emoticon's code, or an emoji
     */
    record React(long message, String code, boolean on, String id) implements Amending {}

    /** Replays the last {@code count} items, 0 to 2^32-1, of the user's history. */
    record Replay(long count) implements MessageCommand {}

    /**
     * Reads a page of the history: the newest messages, or those next to a message number.
     *
     * @param with the other user of a conversation, or one with an empty name for the messages to everyone; null for all
     *     of the reader's own
     * @param before only messages with a lower number
     * @param after only messages with a higher number, the lowest first; -1 for the newest
     * @param limit the maximum number of messages, 1 to {@value #MAX_LIMIT}; {@value #DEFAULT_LIMIT} if the client gave none
     */
    record ReadHistory(@Nullable User with, long before, long after, int limit, String id) implements MessageCommand {
        /** Maximum number of messages in one page. */
        public static final int MAX_LIMIT = 200;

        public static final int DEFAULT_LIMIT = 50;
    }

    /**
     * Searches the messages that the user may read for words; the newest first.
     *
     * @param text the words, all of which must occur, and phrases in quotes
     * @param with as in {@link ReadHistory}
     * @param from only messages from this user; null for anybody
     * @param since only messages sent then or later; null for no bound
     * @param until only messages sent before; null for no bound
     * @param media only messages of this kind; null for any
     * @param before only messages with a lower number
     * @param limit as in {@link ReadHistory}
     */
    record SearchMessages(
            String text,
            @Nullable User with,
            @Nullable User from,
            @Nullable Instant since,
            @Nullable Instant until,
            @Nullable Media media,
            long before,
            int limit,
            String id)
            implements MessageCommand {
        /** Maximum bytes of the words. */
        public static final int MAX_BYTES = 1_000;
    }

    /** The kind of a message. */
    enum Media {
        TEXT,
        FILE;

        /** Returns the written form, such as {@code file}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
