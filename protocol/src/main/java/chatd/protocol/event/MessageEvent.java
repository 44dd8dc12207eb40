package chatd.protocol.event;

import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Events about messages and their history. */
public sealed interface MessageEvent extends Event {

    /** A text or file that somebody has sent. */
    sealed interface Message extends MessageEvent {
        /** Its name; empty where the dialect does not say. */
        String sender();

        Instant time();

        /** Null where the dialect does not say. */
        @Nullable
        Stored stored();

        /** The same message, stored as {@code other}. */
        Message with(Stored other);
    }

    /**
     * What shows that a message is the one that was sent (page {@code audit-log.md}, "Proof").
     *
     * @param number of the message
     * @param sender its number; 0 is the daemon
     * @param receivers their numbers; a dialect tells each viewer what that one may know of them. Null is everyone
     * @param salt 16 bytes
     */
    record Stored(long number, long sender, @Nullable List<Long> receivers, byte[] salt) {
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
     * @param file 0 to 2^32-1
     * @param content null where the dialect does not say
     */
    record FileOffer(
            String sender,
            Instant time,
            String name,
            long file,
            @Nullable Whole content,
            @Nullable Stored stored) implements Message {
        @Override
        public FileOffer with(Stored other) {
            return new FileOffer(sender, time, name, file, content, other);
        }
    }

    /** A file's content as a whole: its size in bytes, and its SHA-256. */
    record Whole(long size, byte[] sha256) {}

    /** A replay begins: what was shown before it is to be cleared. */
    record ClearScreen() implements MessageEvent {}

    /**
     * A page of the history.
     *
     * @param with as it was asked for
     * @param items oldest first
     * @param more whether there are more on that side
     * @param names the present ones of those who sent or received them, by number
     */
    record Page(@Nullable String with, List<Message> items, boolean more, SortedMap<Long, String> names)
            implements MessageEvent {}
}
