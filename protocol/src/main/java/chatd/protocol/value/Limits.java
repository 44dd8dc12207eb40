package chatd.protocol.value;

/**
 * The maximum sizes on the wire, in bytes except {@code recipients}.
 *
 * @param text the size of one text
 * @param file the size of one file's content
 * @param recipients the number of recipients named in one packet
 * @param settings the size of the settings document
 */
public record Limits(int text, long file, int recipients, int settings) {
    /** The limits of the page {@code chat-1.md}. */
    public static final Limits DEFAULT = new Limits(64 << 10, 16L << 20, 1_000, 1 << 20);
}
