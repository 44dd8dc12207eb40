package chatd.daemon.store.ledger;

/**
 * A cache of conversations whose users already have their rows in the database, so that these are
 * not written with each message. Takes 512 KiB; a hash collision evicts the earlier conversation.
 * Used by the journal's thread only.
 */
final class KnownConversations {
    private static final int SLOTS = 1 << 16;

    private final long[] known = new long[SLOTS];

    boolean has(long conversation) {
        return known[slot(conversation)] == conversation;
    }

    void add(long conversation) {
        known[slot(conversation)] = conversation;
    }

    private static int slot(long conversation) {
        long hash = conversation * 0x9e37_79b9_7f4a_7c15L;
        return (int) (hash >>> 48);
    }
}
