package chatd.daemon.model;

/** What the journal writes: a message, or a change of an account. */
public sealed interface Entry permits Message, AccountChange, AccountChanges {

    /**
     * Where it stands among all that is committed: the number of a message or of an account change (of several, the
     * last one's). It grows in the order of the commits and of the log, with gaps.
     */
    long position();

    /** About how many bytes it takes in a statement. */
    long bytes();
}
