package chatd.daemon.model.entry;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of a stored message: taken back, corrected, or reacted to. Has a number of its own, from
 * the sequence of the messages.
 *
 * @param sender who did it; {@link Message#SERVER} is an administrator
 * @param notifiedAccounts the accounts that learn of it, {@code sender} among them; null for all
 *     who have the message, if that went to everyone or to a group, and if it was read from the
 *     database
 * @param origin the connection it came from; null if it was read from the database, which does not
 *     store it, and for administrators
 * @param idempotencyKey the identifier that its client gave it; null if none, or if it was read from the
 *     database
 */
public record Amendment(
        long number,
        Instant time,
        long sender,
        Subject subject,
        Act act,
        @Nullable List<Long> notifiedAccounts,
        @Nullable Origin origin,
        @Nullable IdempotencyKey idempotencyKey)
        implements Entry {

    /**
     * The message that it is about.
     *
     * @param receivers as in {@link Message}
     */
    public record Subject(
            long message, long sender, @Nullable List<Long> receivers) {
        /** Returns the number of the group that it went to; 0 if it went to none. */
        public long group() {
            return Message.group(receivers);
        }
    }

    /** What was done. */
    public sealed interface Act {}

    /** The message is deleted, for everybody: its text or file, its corrections and its reactions. */
    public record TakenBack() implements Act {}

    /**
     * A text has a new text.
     *
     * @param text null if the message was taken back afterwards
     * @param salt of the new text; empty if the message was taken back afterwards
     */
    public record Corrected(@Nullable String text, byte[] salt) implements Act {}

    /**
     * A user adds or withdraws a reaction.
     *
     * @param code an emoticon's code, or an emoji; null if the message was taken back afterwards
     * @param hidden whether nobody else learns of it, because the other of the pair had blocked the
     *     user
     */
    public record Reacted(@Nullable String code, boolean on, boolean hidden) implements Act {}

    /** Returns the id of the session that it came from; empty if unknown. */
    public String session() {
        return origin == null ? "" : origin.session();
    }

    /**
     * Returns to whom it is addressed: null for everyone, otherwise the receivers of the message, or its sender, if
     * somebody else reacts.
     */
    public @Nullable List<Long> receivers() {
        boolean isOfOther = sender != subject.sender() && sender != Message.SERVER;
        return isOfOther && subject.receivers() != null && subject.group() == 0
                ? List.of(subject.sender())
                : subject.receivers();
    }

    @Override
    public Receipt receipt() {
        return new Receipt(number, time);
    }

    @Override
    public long position() {
        return number;
    }

    @Override
    public long bytes() {
        return 400L
                + (act instanceof Corrected corrected && corrected.text() != null
                        ? 3L * corrected.text().length()
                        : 0)
                + 30L * (notifiedAccounts == null ? 1 : notifiedAccounts.size());
    }
}
