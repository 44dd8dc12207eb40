package chatd.protocol.event;

import chatd.protocol.value.Addressee;
import chatd.protocol.value.Media;
import chatd.protocol.value.MessageState;
import chatd.protocol.value.References;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.people.ConversationPreferences;
import chatd.protocol.value.people.Unread;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Events about messages and their history. */
public sealed interface MessageEvent extends Event {

    /**
     * An item that has a number in the history: a text, a file, or a later change to a message or a
     * group.
     */
    sealed interface Message extends MessageEvent {
        /** Returns the sender's name; empty if the dialect does not carry it. */
        String sender();

        Instant time();

        /** Returns the data that proves the message; null if the dialect does not carry it. */
        @Nullable
        Stored stored();

        /** Returns a copy of this message, stored as {@code other}. */
        Message withStored(Stored other);
    }

    /**
     * The data that proves that a message is the one that was sent (page {@code audit-log.md},
     * "Proof").
     *
     * @param number the message's number
     * @param sender the sender's number; 0 is the daemon
     * @param receivers the receivers' numbers, or that of one group as an {@link Addressee}; a
     *     dialect shows each viewer only those it may know. Null is everyone
     * @param salt 16 bytes
     * @param references what it refers to, which is not part of the proof
     * @param amended how it has changed since it was sent; for a corrected text, {@code salt} is
     *     that of the correction
     */
    record Stored(
            long number,
            long sender,
            @Nullable List<Long> receivers,
            byte[] salt,
            References references,
            MessageState amended) {
        /** The number of the daemon, as a sender. */
        public static final long SERVER = 0;

        /** The salt of items that have none. */
        public static final byte[] UNSALTED = {};

        /** Creates the data of a message that has not changed since it was sent. */
        public Stored(long number, long sender, @Nullable List<Long> receivers, byte[] salt, References references) {
            this(number, sender, receivers, salt, references, MessageState.UNCHANGED);
        }

        /** Creates the data of an item that has neither a salt nor references. */
        public Stored(long number, long sender, @Nullable List<Long> receivers) {
            this(number, sender, receivers, UNSALTED, References.NONE);
        }

        /** Returns the same with other receivers and references. */
        public Stored withReceivers(List<Long> others, References references) {
            return new Stored(number, sender, others, salt, references, amended);
        }
    }

    record Text(
            String sender,
            Instant time,
            String text,
            @Nullable Stored stored) implements Message {
        @Override
        public Text withStored(Stored other) {
            return new Text(sender, time, text, other);
        }
    }

    /**
     * A file that can be fetched.
     *
     * @param file the file's number, 0 to 2^32-1
     * @param content null if the dialect does not carry it
     */
    record FileOffer(
            String sender,
            Instant time,
            String name,
            long file,
            @Nullable FileDigest content,
            @Nullable Stored stored) implements Message {
        @Override
        public FileOffer withStored(Stored other) {
            return new FileOffer(sender, time, name, file, content, other);
        }
    }

    /** A file's content as a whole: its size in bytes, its SHA-256, and its media type. */
    record FileDigest(long size, byte[] sha256, Media media) {}

    /**
     * What a history shows of a text or file that was taken back: only that it existed.
     *
     * @param by who took it back; 0 is an administrator
     */
    record Erased(
            String sender,
            Instant time,
            boolean isFile,
            long by,
            Instant takenBack,
            @Nullable Stored stored) implements Message {
        @Override
        public Erased withStored(Stored other) {
            return new Erased(sender, time, isFile, by, takenBack, other);
        }
    }

    /**
     * A group was changed; the sender is who did it.
     *
     * @param group the group's number
     * @param name its name after the change
     */
    record GroupChanged(
            String sender,
            Instant time,
            long group,
            String name,
            GroupAction act,
            @Nullable Stored stored) implements Message {
        @Override
        public GroupChanged withStored(Stored other) {
            return new GroupChanged(sender, time, group, name, act, other);
        }
    }

    /**
     * A change to an earlier message, or a reaction to it; sender, time and number are its own, not
     * those of the message.
     */
    sealed interface Amendment extends Message {
        /** Returns the number of the message that it is about. */
        long target();
    }

    /**
     * A message was taken back, by its sender or by somebody else who is allowed to; sender 0 is an
     * administrator.
     */
    record TakenBack(
            String sender,
            Instant time,
            long target,
            @Nullable Stored stored) implements Amendment {
        @Override
        public TakenBack withStored(Stored other) {
            return new TakenBack(sender, time, target, other);
        }
    }

    /** A text was corrected. */
    record Corrected(
            String sender,
            Instant time,
            long target,
            String text,
            @Nullable Stored stored) implements Amendment {
        @Override
        public Corrected withStored(Stored other) {
            return new Corrected(sender, time, target, text, other);
        }
    }

    /**
     * Somebody reacted to a message, or withdrew a reaction.
     *
     * @param code an emoticon's code, or an emoji
     */
    record Reacted(
            String sender,
            Instant time,
            long target,
            String code,
            boolean on,
            @Nullable Stored stored) implements Amendment {
        @Override
        public Reacted withStored(Stored other) {
            return new Reacted(sender, time, target, code, on, other);
        }
    }

    /** A replay begins: the client clears what it has shown so far. */
    record ClearScreen() implements MessageEvent {}

    /**
     * A page of the history, or of search results.
     *
     * @param with the other side of the conversation, an {@link Addressee}; null for all of the
     *     reader's own messages
     * @param items oldest first, or newest first for a search, in their current form; a page after
     *     a number also has the later changes to messages up to that number
     * @param more whether there are more in the same direction
     * @param names the current names of the senders and receivers of the items, by number as an
     *     {@link Addressee}
     * @param read the number up to which each user of a conversation has read, by account number:
     *     the reader, and the other user if they share it
     * @param found what was found in the items; null if nothing was searched for
     */
    record Page(
            @Nullable Long with,
            List<Message> items,
            boolean more,
            SortedMap<Long, String> names,
            SortedMap<Long, Long> read,
            @Nullable Found found)
            implements MessageEvent {
        /** A page of the history. */
        public Page(
                @Nullable Long with,
                List<Message> items,
                boolean more,
                SortedMap<Long, String> names,
                SortedMap<Long, Long> read) {
            this(with, items, more, names, read, null);
        }
    }

    /**
     * Where the search words were found in the items of a page.
     *
     * @param upTo messages with numbers above this one were not searched, since they are not
     *     indexed yet; {@link #EVERYTHING} if all were
     */
    record Found(List<Hit> hits, long upTo) {
        public static final long EVERYTHING = Long.MAX_VALUE;
    }

    /**
     * Where the search words occur in the text of a message, or in the name of its file: in order,
     * at least one place.
     */
    record Hit(long message, List<Place> places) {}

    /** A part of a text, in UTF-16 units. */
    record Place(int start, int length) {}

    /**
     * The user's conversations, by their last message, the newest first.
     *
     * @param more whether there are older ones
     * @param names as in {@link Page}
     */
    record Conversations(List<Conversation> items, boolean more, SortedMap<Long, String> names)
            implements MessageEvent {}

    /**
     * A conversation as its user sees it.
     *
     * @param with the other side, an {@link Addressee}
     * @param name its name; empty for everyone
     * @param read the number of the last message that the user has read
     */
    record Conversation(
            long with, String name, Message last, Unread unread, long read, ConversationPreferences attention) {}
}
