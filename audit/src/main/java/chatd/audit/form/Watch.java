package chatd.audit.form;

/** Told what a verifier reads, while it reads it: so that who needs more than its judgement reads no log twice. */
public interface Watch {
    /** Needs nothing. */
    Watch NOTHING = new Watch() {};

    /**
     * A segment begins.
     *
     * @param head its first three lines, without the last LF
     */
    default void segment(long number, String head) {}

    /** A line that the chain holds, an event or a seal, without its LF. */
    default void line(String line) {}

    /** So many bytes of {@code all} have been judged. Called often. */
    default void read(long bytes, long all) {}
}
