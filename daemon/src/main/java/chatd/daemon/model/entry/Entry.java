package chatd.daemon.model.entry;

import org.jspecify.annotations.Nullable;

/**
 * An entry that the journal writes: a message, an amendment of one, the end of some, or a change of a group or of
 * one or more accounts.
 */
public sealed interface Entry permits Message, Amendment, GroupChange, AccountChange, AccountChanges, Expiry {

    /**
     * Returns the position among all committed entries: the number of a message or of an account change (the last
     * one's, if there are several). Positions increase in the order of the commits and of the log, with gaps.
     */
    long position();

    /** Returns the identifier that its client gave it; null if none. */
    default @Nullable IdempotencyKey idempotencyKey() {
        return null;
    }

    /** Returns what its client is told about it. */
    Receipt receipt();

    /** Returns the approximate size in a statement, in bytes. */
    long bytes();
}
