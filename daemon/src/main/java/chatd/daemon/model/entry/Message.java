package chatd.daemon.model.entry;

import chatd.daemon.model.message.StoredFile;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.References;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stored message.
 *
 * @param sender an account's number, or {@link #SERVER}
 * @param receivers accounts, or one group as an {@link Addressee}; null for everyone
 * @param withheld those receivers who have blocked the sender, and never get it
 * @param text null for a file, and if it was taken back
 * @param file null for a text; if it was taken back, it has its number alone
 * @param salt 16 bytes; none if it was taken back
 * @param origin the connection it came from; null for a message read from the database, which does not store it, and
 *     for the daemon's own messages
 * @param idempotencyKey the identifier that its client gave it; null if none, or if it was read from the database
 */
public record Message(
        long number,
        Instant time,
        long sender,
        @Nullable List<Long> receivers,
        List<Long> withheld,
        @Nullable String text,
        @Nullable StoredFile file,
        byte[] salt,
        References references,
        @Nullable Origin origin,
        @Nullable IdempotencyKey idempotencyKey)
        implements Entry {
    public Message {
        withheld = List.copyOf(withheld);
    }

    /** The sender of the daemon's own messages. */
    public static final long SERVER = 0;

    /** The receiver that stands for all accounts. */
    public static final long EVERYONE = 0;

    /** The salt of a message that was taken back. */
    public static final byte[] UNSALTED = {};

    /** Returns whether it was taken back. */
    public boolean isErased() {
        return salt.length == 0;
    }

    /** Returns the number of the group that it went to; 0 if it went to none. */
    public long group() {
        return group(receivers);
    }

    /** Returns the number of the group that is the receiver; 0 if none is. */
    public static long group(@Nullable List<Long> receivers) {
        return receivers == null || receivers.isEmpty() ? 0 : Addressee.groupNumber(receivers.getFirst());
    }

    /** Returns the id of the session that it came from; empty if unknown. */
    public String session() {
        return origin == null ? "" : origin.session();
    }

    /** Returns the same message with another file. */
    public Message with(StoredFile other) {
        return new Message(
                number, time, sender, receivers, withheld, text, other, salt, references, origin, idempotencyKey);
    }

    /** Returns the same message with another text. */
    public Message with(String other, byte[] salted) {
        return new Message(
                number, time, sender, receivers, withheld, other, file, salted, references, origin, idempotencyKey);
    }

    @Override
    public Receipt receipt() {
        return new Receipt(number, time, 0, file == null ? null : (Long) file.number());
    }

    @Override
    public long position() {
        return number;
    }

    @Override
    public long bytes() {
        return 150L
                + (text == null ? 100 : 3L * text.length())
                + 30L * (receivers == null ? 1 : receivers.size())
                + 30L * references.mentioned().size();
    }
}
