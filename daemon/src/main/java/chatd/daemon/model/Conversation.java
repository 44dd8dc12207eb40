package chatd.daemon.model;

/** The numbers of conversations, as the database has them: 0 for everyone, or one for each pair of accounts. */
public final class Conversation {
    public static final long EVERYONE = 0;

    /** A bit that no account's number has. */
    private static final long WITHHELD = 1L << 31;

    private Conversation() {}

    /** Returns the conversation of two accounts, in either order; of one with itself, if they are the same. */
    public static long of(long one, long other) {
        return Math.min(one, other) << 32 | Math.max(one, other);
    }

    /**
     * Returns the conversation of what a user sends to another who has blocked it: another number than {@link #of}
     * returns for any two, so that nobody but the sender ever finds it.
     */
    public static long withheld(long sender, long receiver) {
        return sender << 32 | WITHHELD | receiver;
    }

    /** Returns the other user of a conversation of an account; 0 for everyone. */
    public static long with(long conversation, long account) {
        long high = conversation & 0x7fff_ffffL;
        return high == account ? conversation >>> 32 : high;
    }
}
