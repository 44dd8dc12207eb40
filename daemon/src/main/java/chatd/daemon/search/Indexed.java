package chatd.daemon.search;

import chatd.daemon.model.entry.Message;
import chatd.daemon.model.message.Conversation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A message as the index has it: one text of it, and for whom it is. A corrected message has one for each text that
 * somebody sees.
 *
 * @param scopes those of {@link Scope}: who may read this text
 * @param tags those of {@link Tags}: what it is found by, other than words
 */
record Indexed(long message, Instant time, String text, List<String> scopes, List<String> tags) {

    /**
     * Names what somebody reads as a whole, or over a stretch of numbers. Each word in the index has its scope before it,
     * so that a search opens nothing but what its user may read (ADR 22).
     */
    static final class Scope {
        static final String EVERYONE = "e";

        /** Has the words of messages to so many that they would take too much in the scope of each ({@link Index}). */
        static final String MANY = "m";

        /** Ends the name of a scope: no word has it. */
        private static final char END = ' ';

        private Scope() {}

        /** Returns the scope of what an account sees that was not sent to everyone or to a group. */
        static String seenBy(long account) {
            return "u" + account;
        }

        /** Returns the scope of what a group's members see. */
        static String group(long group) {
            return "g" + group;
        }

        /** Returns the scope of earlier texts, which only some see who have left the group. */
        static String earlier(long group) {
            return "h" + group;
        }

        /** Returns a word, or its beginning, as the index has it in a scope. */
        static String word(String scope, String word) {
            return scope + END + word;
        }
    }

    /** Names what messages are found by, other than words. */
    static final class Tags {
        static final String FILE = "f";

        private Tags() {}

        static String sentBy(long account) {
            return "s" + account;
        }

        static String pair(long one, long other) {
            return "p" + Conversation.of(one, other);
        }

        /** Tags what is in {@link Scope#MANY} with a scope that it would be in otherwise. */
        static String in(String scope) {
            return "in " + scope;
        }
    }

    /** Returns an entry for a message to everyone, or to a group. */
    static Indexed toAll(Message message, String text, String scope) {
        return new Indexed(message.number(), message.time(), text, List.of(scope), tags(message));
    }

    /** Returns an entry for a message to one or several; {@code viewers} see this text. */
    static Indexed toSome(Message message, String text, Collection<Long> viewers) {
        List<String> tags = tags(message);
        if (message.receivers() != null) {
            message.receivers().forEach(receiver -> tags.add(Tags.pair(message.sender(), receiver)));
        }
        List<String> scopes = viewers.stream().map(Scope::seenBy).toList();
        return new Indexed(message.number(), message.time(), text, scopes, tags);
    }

    private static List<String> tags(Message message) {
        List<String> tags = new ArrayList<>();
        tags.add(Tags.sentBy(message.sender()));
        if (message.file() != null) {
            tags.add(Tags.FILE);
        }
        return tags;
    }
}
