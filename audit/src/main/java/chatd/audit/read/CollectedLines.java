package chatd.audit.read;

import chatd.audit.form.Piece;
import chatd.audit.form.Segment;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the lines of a log in what a collector wrote: each after any text that the collector put before it, and longer ones in
 * pieces. Keeps one line in memory at most. Not thread-safe.
 */
public final class CollectedLines {
    private static final Pattern BEGIN = Pattern.compile("<(?:audit xmlns=|event seq=|seal seq=|piece seq=)");

    private final ByteArrayOutputStream joined = new ByteArrayOutputStream();
    private long seq;
    private int length;

    /**
     * Returns the line of the log that a collector's line has or completes; null if there is none, or if pieces of it are to
     * come.
     *
     * @param collected a line of the collector, without its LF
     */
    public byte @Nullable [] add(byte[] collected) {
        // What is looked for is ASCII, and each byte of the rest remains a character.
        String text = new String(collected, StandardCharsets.ISO_8859_1);
        Matcher begin = BEGIN.matcher(text);
        if (!begin.find()) {
            return null;
        }
        String found = text.substring(begin.start());
        // A piece may end with a blank of its own.
        return found.startsWith("<piece ")
                ? join(Piece.read(found.endsWith("\r") ? found.substring(0, found.length() - 1) : found))
                : found.stripTrailing().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Adds a piece. Some may come again, from the first one on. */
    private byte @Nullable [] join(@Nullable Piece piece) {
        if (piece == null || piece.of() > Segment.LONGEST_LINE) {
            return null;
        }
        if (piece.from() == 0) {
            joined.reset();
            seq = piece.seq();
            length = piece.of();
        }
        if (piece.seq() != seq || piece.of() != length || piece.from() != joined.size()) {
            return null;
        }
        joined.writeBytes(piece.content().getBytes(StandardCharsets.ISO_8859_1));
        if (joined.size() < length) {
            return null;
        }
        byte[] line = joined.size() == length ? joined.toByteArray() : null;
        joined.reset();
        length = 0;
        return line;
    }
}
