package chatd.audit.form;

/** Receives what a verifier reads, so that a caller who needs more than the verdict need not read the log twice. */
public interface VerificationListener {
    /** Ignores everything. */
    VerificationListener NOTHING = new VerificationListener() {};

    /**
     * Called at the beginning of a segment.
     *
     * @param head its first three lines, without the last LF
     */
    default void segment(long number, String head) {}

    /** Called for each valid line, an event or a seal, without its LF. */
    default void line(String line) {}

    /** Reports progress: {@code bytes} of {@code all} bytes have been read. Called often. */
    default void progress(long bytes, long all) {}
}
