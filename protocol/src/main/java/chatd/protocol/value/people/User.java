package chatd.protocol.value.people;

/**
 * A user as a client refers to one; there may be no such user. A dialect with account numbers accepts them as well as
 * names.
 */
public sealed interface User {
    /** The name that the daemon itself uses as a sender; nobody else can have it. */
    String SERVER = "server";

    /** Returns the reference as the client wrote it. */
    String typed();

    /** The user with exactly this name, including its case. */
    record Named(String typed) implements User {}

    /**
     * The user with this name, whatever its case and width; if several match, the one with exactly
     * this name.
     */
    record NamedLoosely(String typed) implements User {}

    /** The user who is logged in; if nobody is, {@code otherwise}. */
    record Own(User fallback) implements User {
        @Override
        public String typed() {
            return fallback.typed();
        }
    }

    /**
     * A group. Where a user is expected, it matches nobody; where a conversation is meant, it is
     * the group's.
     */
    record Group(long number, String typed) implements User {}

    /** The user with this number, 1 or more; its name may have changed. */
    record Numbered(long number, String typed) implements User {}
}
