package chatd.protocol.event;

import chatd.protocol.value.Addressee;
import chatd.protocol.value.Amended;
import chatd.protocol.value.Media;
import chatd.protocol.value.References;
import chatd.protocol.value.group.GroupAct;
import chatd.protocol.value.people.Attention;
import chatd.protocol.value.people.Unread;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Events about messages and their history. */
public sealed interface MessageEvent extends Event {

    /** Something that has a number in the history: a text or file that somebody has sent, or what became of one. */
    sealed interface Message extends MessageEvent {
        /** Returns the sender's name; empty if the dialect does not carry it. */
        String sender();

        Instant time();

        /** Returns what proves the message; null if the dialect does not carry it. */
        @Nullable
        Stored stored();

        /** Returns a copy of this message, stored as {@code other}. */
        Message with(Stored other);
    }

    /**
     * The data that proves that a message is the one that was sent (page {@code audit-log.md}, "Proof").
     *
     * @param number the message's number
     * @param sender the sender's number; 0 is the daemon
     * @param receivers the receivers' numbers, or that of one group as an {@link Addressee}; a dialect shows each viewer only
     *     those it may know. Null is everyone
     * @param salt 16 bytes
     * @param references what it refers to, which is not part of the proof
     * @param amended what has become of it since it was sent; of a corrected text, {@code salt} is that of the correction
     */
    record Stored(
            long number,
            long sender,
            @Nullable List<Long> receivers,
            byte[] salt,
            References references,
            Amended amended) {
        /** The number of the daemon, as a sender. */
        public static final long SERVER = 0;

        /** The salt of what has none. */
        public static final byte[] UNSALTED = {};

        /** A message of which nothing has become yet. */
        public Stored(long number, long sender, @Nullable List<Long> receivers, byte[] salt, References references) {
            this(number, sender, receivers, salt, references, Amended.UNCHANGED);
        }

        /** Something that has neither a salt nor references. */
        public Stored(long number, long sender, @Nullable List<Long> receivers) {
            this(number, sender, receivers, UNSALTED, References.NONE);
        }

        /** Returns the same with other receivers and references. */
        public Stored to(List<Long> others, References its) {
            return new Stored(number, sender, others, salt, its, amended);
        }
    }

    record Text(
            String sender,
            Instant time,
            String text,
            @Nullable Stored stored) implements Message {
        @Override
        public Text with(Stored other) {
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
        public FileOffer with(Stored other) {
            return new FileOffer(sender, time, name, file, content, other);
        }
    }

    /** A file's content as a whole: its size in bytes, its SHA-256, and what it is. */
    record FileDigest(long size, byte[] sha256, Media media) {}

    /**
     * A text or file, in a history, that was taken back: nothing is left of it but that it was.
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
        public Erased with(Stored other) {
            return new Erased(sender, time, isFile, by, takenBack, other);
        }
    }

    /**
     * Something was done to a group; the sender is who did it.
     *
     * @param group the group's number
     * @param name its name from then on
     */
    record GroupChanged(
            String sender,
            Instant time,
            long group,
            String name,
            GroupAct act,
            @Nullable Stored stored) implements Message {
        @Override
        public GroupChanged with(Stored other) {
            return new GroupChanged(sender, time, group, name, act, other);
        }
    }

    /** What somebody has done about a message; its sender, time and number are its own. */
    sealed interface Amendment extends Message {
        /** Returns the number of the message that it is about. */
        long of();
    }

    /** A message was taken back, by its sender or by somebody who may; 0 is an administrator. */
    record TakenBack(
            String sender, Instant time, long of, @Nullable Stored stored) implements Amendment {
        @Override
        public TakenBack with(Stored other) {
            return new TakenBack(sender, time, of, other);
        }
    }

    /** A text has a new text. */
    record Corrected(
            String sender,
            Instant time,
            long of,
            String text,
            @Nullable Stored stored) implements Amendment {
        @Override
        public Corrected with(Stored other) {
            return new Corrected(sender, time, of, text, other);
        }
    }

    /**
     * Somebody reacts to a message, or no longer.
     *
     * @param code an emoticon's code, or an emoji
     */
    record Reacted(
            String sender,
            Instant time,
            long of,
            String code,
            boolean on,
            @Nullable Stored stored) implements Amendment {
        @Override
        public Reacted with(Stored other) {
            return new Reacted(sender, time, of, code, on, other);
        }
    }

    /** A replay begins: the client clears what it has shown so far. */
    record ClearScreen() implements MessageEvent {}

    /**
     * A page of the history, or of what was found in it.
     *
     * @param with the {@link Addressee} with whom the conversation is; null for all of the reader's own
     * @param items oldest first, of a search newest first, as they are now; in a page after a number also what was done since about messages up to
     *     that number
     * @param more whether there are more in the same direction
     * @param names the current names of the senders and receivers of the items, by number as an {@link Addressee}
     * @param read up to which number the users of a conversation have read, by account number: the reader, and the
     *     other one, if it tells
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
     * What was found in the items of a page.
     *
     * @param upTo messages with numbers above this one were not searched, since they are not indexed yet; {@link
     *     #EVERYTHING} if all were
     */
    record Found(List<Hit> hits, long upTo) {
        public static final long EVERYTHING = Long.MAX_VALUE;
    }

    /** Where in the text of a message, or in the name of its file, what was searched for is: in order, at least once. */
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
    record Conversation(long with, String name, Message last, Unread unread, long read, Attention attention) {}
}
