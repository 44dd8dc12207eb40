package chatd.daemon.search;

import chatd.daemon.model.entry.Message;
import chatd.daemon.model.message.Conversation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * An entry of the index: one version of a message's text, and who may read it. A corrected message
 * has an entry for each version that somebody sees.
 *
 * @param scopes those of {@link Scope}: who may read this text
 * @param tags those of {@link Tags}: what it is found by, besides words
 */
record IndexEntry(long message, Instant time, String text, List<String> scopes, List<String> tags) {

    /**
     * Names of scopes: sets of messages that a user may read as a whole, or over a range of
     * numbers. Each word in the index has its scope as a prefix, so that a search touches only what
     * its user may read (ADR 22).
     */
    static final class Scope {
        static final String EVERYONE = "e";

        /**
         * The scope of messages to so many receivers that their words would take too much space in
         * the scope of each ({@link Index}).
         */
        static final String MANY = "m";

        /** Ends the name of a scope: no word contains it. */
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

        /**
         * Returns the scope of superseded texts, which only some former members of the group see.
         */
        static String earlier(long group) {
            return "h" + group;
        }

        /** Returns a word, or a prefix of one, as it is indexed in a scope. */
        static String word(String scope, String word) {
            return scope + END + word;
        }
    }

    /** Names of tags: what messages are found by, besides words. */
    static final class Tags {
        static final String FILE = "f";

        private Tags() {}

        static String sentBy(long account) {
            return "s" + account;
        }

        static String pair(long one, long other) {
            return "p" + Conversation.of(one, other);
        }

        /**
         * Returns the tag of an entry in {@link Scope#MANY} for a scope that it would be in
         * otherwise.
         */
        static String in(String scope) {
            return "in " + scope;
        }
    }

    /** Returns an entry for a message to everyone, or to a group. */
    static IndexEntry toAll(Message message, String text, String scope) {
        return new IndexEntry(message.number(), message.time(), text, List.of(scope), tags(message));
    }

    /** Returns an entry for a message to one or several; {@code viewers} see this text. */
    static IndexEntry toSome(Message message, String text, Collection<Long> viewers) {
        List<String> tags = tags(message);
        if (message.receivers() != null) {
            message.receivers().forEach(receiver -> tags.add(Tags.pair(message.sender(), receiver)));
        }
        List<String> scopes = viewers.stream().map(Scope::seenBy).toList();
        return new IndexEntry(message.number(), message.time(), text, scopes, tags);
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
