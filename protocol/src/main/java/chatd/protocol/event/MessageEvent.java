package chatd.protocol.event;

import chatd.protocol.value.Attention;
import chatd.protocol.value.References;
import chatd.protocol.value.Unread;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Events about messages and their history. */
public sealed interface MessageEvent extends Event {

    /** A text or file that somebody has sent. */
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
     * @param receivers the receivers' numbers; a dialect shows each viewer only those it may know. Null is everyone
     * @param salt 16 bytes
     * @param references what it refers to, which is not part of the proof
     */
    record Stored(long number, long sender, @Nullable List<Long> receivers, byte[] salt, References references) {
        /** The number of the daemon, as a sender. */
        public static final long SERVER = 0;
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

    /** A file's content as a whole: its size in bytes, and its SHA-256. */
    record FileDigest(long size, byte[] sha256) {}

    /** A replay begins: the client clears what it has shown so far. */
    record ClearScreen() implements MessageEvent {}

    /**
     * A page of the history.
     *
     * @param with the account with whom the conversation is; 0 for the messages to everyone, null for all of the reader's
     *     own
     * @param items oldest first
     * @param more whether there are more in the same direction
     * @param names the current names of the senders and receivers of the items, by account number
     * @param read up to which number the users of a conversation have read, by account number: the reader, and the
     *     other one, if it tells
     */
    record Page(
            @Nullable Long with,
            List<Message> items,
            boolean more,
            SortedMap<Long, String> names,
            SortedMap<Long, Long> read)
            implements MessageEvent {}

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
     * @param with the other user; 0 for the messages to everyone
     * @param name the other user's name; empty for everyone
     * @param read the number of the last message that the user has read
     */
    record Conversation(long with, String name, Message last, Unread unread, long read, Attention attention) {}
}
