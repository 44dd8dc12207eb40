package chatd.daemon.journal;

/** What an entry may share a batch with: all of a batch is decided before any of it is applied. */
public sealed interface Batching {
    /** With anything. */
    Batching ANY = new Any();

    /** With nothing: it is many changes in one. */
    Batching ALONE = new Alone();

    /** As {@link #ANY}. */
    record Any() implements Batching {}

    /** As {@link #ALONE}. */
    record Alone() implements Batching {}

    /**
     * With no other change of the same account.
     *
     * @param ends whether it ends the batch: whatever comes later is decided after this is applied
     */
    record ChangeOf(long account, boolean ends) implements Batching {}
}
