package chatd.daemon.journal;

/** What an entry may share a batch with; a whole batch is decided before any of it is applied. */
public sealed interface Batching {
    /** Shares a batch with anything. */
    Batching ANY = new Any();

    /** Shares a batch with nothing, because it is many changes in one. */
    Batching ALONE = new Alone();

    /** As {@link #ANY}. */
    record Any() implements Batching {}

    /** Ends its batch: later work is decided only after it is applied. */
    Batching LAST = new Last();

    /** As {@link #LAST}. */
    record Last() implements Batching {}

    /** As {@link #ALONE}. */
    record Alone() implements Batching {}

    /**
     * Shares a batch with no other change of the same account.
     *
     * @param ends whether it ends the batch: later work is decided only after this is applied
     */
    record ChangeOf(long account, boolean ends) implements Batching {}
}
