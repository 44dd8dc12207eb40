package chatd.daemon.model.message;

import chatd.protocol.value.Addressee;

/**
 * The numbers of conversations, as stored in the database: 0 for everyone, a group's own number,
 * which has 31 bits, or one for each pair of accounts.
 */
public final class Conversation {
    public static final long EVERYONE = 0;

    /** A bit that no account's number has. */
    private static final long WITHHELD = 1L << 31;

    private Conversation() {}

    /**
     * Returns the conversation of an account with an {@link Addressee}: with everyone, with a group, or with another account,
     * in either order; of one with itself, if they are the same.
     */
    public static long of(long one, long other) {
        if (other <= Addressee.EVERYONE) {
            return Addressee.groupNumber(other);
        }
        return Math.min(one, other) << 32 | Math.max(one, other);
    }

    /**
     * Returns the conversation of what a user sends to another who has blocked them: a number that
     * {@link #of} never returns, so that nobody but the sender ever finds it.
     */
    public static long withheld(long sender, long receiver) {
        return sender << 32 | WITHHELD | receiver;
    }

    /** Returns whether it is a group's. */
    public static boolean isGroup(long conversation) {
        return conversation != EVERYONE && conversation >>> 32 == 0;
    }

    /** Returns the other side of a conversation of an account, an {@link Addressee}. */
    public static long otherSide(long conversation, long account) {
        if (conversation >>> 32 == 0) {
            return Addressee.group(conversation);
        }
        long high = conversation & 0x7fff_ffffL;
        return high == account ? conversation >>> 32 : high;
    }
}
