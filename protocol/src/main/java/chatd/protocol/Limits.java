package chatd.protocol;

/**
 * The sizes that the wire is held to, in bytes but for {@code recipients}.
 *
 * @param text of one text
 * @param file of one file's content
 * @param recipients named in one packet
 * @param settings of the settings document
 */
public record Limits(int text, long file, int recipients, int settings) {
    /** The limits of the page {@code chat-1.md}. */
    public static final Limits DEFAULT = new Limits(64 << 10, 16L << 20, 1_000, 1 << 20);
}
