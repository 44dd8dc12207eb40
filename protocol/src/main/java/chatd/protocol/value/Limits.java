package chatd.protocol.value;

import org.jspecify.annotations.Nullable;

/**
 * The limits of a server: maximum sizes on the wire, in bytes except {@code recipients}, and times
 * in seconds.
 *
 * @param text the size of one text
 * @param file the size of one file's content
 * @param recipients the number of recipients named in one packet
 * @param settings the size of the settings document
 * @param retract how long after it was sent a message can be taken back; 0 for never, null for no
 *     limit
 * @param correct how long after it was sent a text can be corrected; as {@code retract}
 */
public record Limits(
        int text,
        long file,
        int recipients,
        int settings,
        @Nullable Long retract,
        @Nullable Long correct) {
    /** The limits of the page {@code chat-1.md}, which has neither taking back nor correcting. */
    public static final Limits DEFAULT = new Limits(64 << 10, 16L << 20, 1_000, 1 << 20);

    /** The limits of a dialect that has neither taking back nor correcting. */
    public Limits(int text, long file, int recipients, int settings) {
        this(text, file, recipients, settings, 0L, 0L);
    }
}
