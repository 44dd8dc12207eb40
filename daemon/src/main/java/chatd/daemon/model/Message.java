package chatd.daemon.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stored message.
 *
 * @param sender an account's number, or {@link #SERVER}
 * @param receivers accounts; null is everyone
 * @param text null where it is a file
 * @param origin where it came from, as long as that is known: it is not stored; null for what the daemon says
 */
public record Message(
        long number,
        Instant time,
        long sender,
        @Nullable List<Long> receivers,
        @Nullable String text,
        @Nullable StoredFile file,
        byte[] salt,
        @Nullable Origin origin)
        implements Entry {
    /** The sender of what the daemon says itself. */
    public static final long SERVER = 0;

    /** As a receiver: all accounts. */
    public static final long EVERYONE = 0;

    /** The session that it came from; empty where that is not known. */
    public String session() {
        return origin == null ? "" : origin.session();
    }

    /** The same with another file. */
    public Message with(StoredFile other) {
        return new Message(number, time, sender, receivers, text, other, salt, origin);
    }

    @Override
    public long position() {
        return number;
    }

    @Override
    public long bytes() {
        return 100L + (text == null ? 100 : 3L * text.length()) + 30L * (receivers == null ? 1 : receivers.size());
    }
}
