package chatd.audit.form;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A part of a line that is too long for what carries it, as {@code <piece seq="184" from="0" of="20000">} with the bytes after
 * it. No line of the log contains that, since the daemon escapes what people write.
 *
 * @param seq that of the line
 * @param from the offset in the line, in bytes
 * @param of the length of the line in bytes
 * @param content those bytes, as characters of ISO 8859-1
 */
public record Piece(long seq, int from, int of, String content) {
    /** How many bytes {@link #tag} has at most. */
    public static final int LONGEST_TAG = 80;

    private static final Pattern PIECE =
            Pattern.compile("<piece seq=\"(\\d{1,18})\" from=\"(\\d{1,8})\" of=\"(\\d{1,8})\">(.*)", Pattern.DOTALL);

    /** Returns what stands before the bytes of a piece. */
    public static byte[] tag(String seq, int from, int of) {
        return ("<piece seq=\"" + seq + "\" from=\"" + from + "\" of=\"" + of + "\">")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads a piece whose tag begins a text; null if it is not one. */
    public static @Nullable Piece read(String text) {
        Matcher piece = PIECE.matcher(text);
        return piece.matches()
                ? new Piece(
                        Long.parseLong(piece.group(1)),
                        Integer.parseInt(piece.group(2)),
                        Integer.parseInt(piece.group(3)),
                        piece.group(4))
                : null;
    }
}
