package chatd.protocol.value;

/**
 * The numbers by which the vocabulary names whom a message goes to, and the other side of a conversation: 0 for everyone, an
 * account's number for a user, and a group's number negated for a group.
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

    /** Returns the number of the group that an addressee is; 0 if it is none. */
    public static long groupNumber(long addressee) {
        return isGroup(addressee) ? -addressee : 0;
    }
}
