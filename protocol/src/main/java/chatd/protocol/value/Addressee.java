package chatd.protocol.value;

/**
 * Numbers that stand for the receiver of a message, or for the other side of a conversation: 0 for
 * everyone, the account number for a user, and the negated group number for a group.
 */
public final class Addressee {
    public static final long EVERYONE = 0;

    private Addressee() {}

    /** @param number of the group, 1 or more */
    public static long group(long number) {
        return -number;
    }

    public static boolean isGroup(long addressee) {
        return addressee < 0;
    }

    /** Returns the number of the group; 0 if the addressee is not a group. */
    public static long groupNumber(long addressee) {
        return isGroup(addressee) ? -addressee : 0;
    }
}
