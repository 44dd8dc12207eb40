package chatd.audit;

/**
 * A place between two lines of a log.
 *
 * @param segment the segment's number
 * @param bytes how many bytes of that segment come before it
 */
public record LogPosition(long segment, long bytes) {
    /** The beginning of every log. */
    public static final LogPosition ORIGIN = new LogPosition(1, 0);
}
