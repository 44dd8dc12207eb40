package chatd.daemon.store.ledger;

/**
 * Conversations whose users have their rows in the database, so that these are not written with each message. Takes
 * 512 KiB; of conversations that share a place, it knows the last one. Used by the journal's thread only.
 */
final class KnownConversations {
    private static final int PLACES = 1 << 16;

    private final long[] known = new long[PLACES];

    boolean has(long conversation) {
        return known[place(conversation)] == conversation;
    }

    void add(long conversation) {
        known[place(conversation)] = conversation;
    }

    private static int place(long conversation) {
        long hash = conversation * 0x9e37_79b9_7f4a_7c15L;
        return (int) (hash >>> 48);
    }
}
