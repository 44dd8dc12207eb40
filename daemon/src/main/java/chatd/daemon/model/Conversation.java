package chatd.daemon.model;

/** The numbers of conversations, as the database has them: 0 for everyone, or one for each pair of accounts. */
public final class Conversation {
    public static final long EVERYONE = 0;

    private Conversation() {}

    /** Returns the conversation of two accounts, in either order; of one with itself, if they are the same. */
    public static long of(long one, long other) {
        return Math.min(one, other) << 32 | Math.max(one, other);
    }
}
