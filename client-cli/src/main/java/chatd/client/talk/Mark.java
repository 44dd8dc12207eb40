package chatd.client.talk;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an item that was shown, to know it again: enough to tell it from others, and nothing to read. What
 * was sent from here has the server's time, and a file its number, only once the server has told them.
 *
 * @param second of the server's time; null where that is not known yet
 * @param content a digest, hexadecimal, of the text, or of the file's number or (of one's own) its name
 */
record Mark(boolean isMine, @Nullable Long second, String content) {
    private static final int BYTES = 12;

    static Mark of(Item item) {
        Long file = item.file();
        String content = file == null ? "text " + item.text() : "file " + (item.isMine() ? item.text() : file);
        return new Mark(item.isMine(), item.isServerTime() ? item.time().getEpochSecond() : null, digest(content));
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Whether they can be of the same item. Not by the sender's name, which may have changed since. */
    boolean matches(Mark other) {
        return isMine == other.isMine
                && content.equals(other.content)
                && (second == null || other.second == null || second.equals(other.second));
    }

    /** As a line of the file. */
    String line() {
        Long time = second;
        return (isMine ? "mine " : "other ") + (time == null ? "-" : Instant.ofEpochSecond(time)) + " " + content;
    }

    /** Null for a line that is none: a file that was cut off is used as far as it goes. */
    static @Nullable Mark parse(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != 3 || words[2].length() != 2 * BYTES) {
            return null;
        }
        try {
            Long second = words[1].equals("-") ? null : Instant.parse(words[1]).getEpochSecond();
            return new Mark(words[0].equals("mine"), second, words[2]);
        } catch (java.time.DateTimeException e) {
            return null;
        }
    }
}
