package chatd.client.talk;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an item that was shown, to know it again: enough to tell it from others, and nothing to read. What
 * was sent from here has the server's time, and a file its number, only once the server has told them.
 *
 * @param second of the server's time; of what was just sent from here, a second before which it was not
 * @param isExact whether {@code second} is the server's for this item
 * @param content a digest, hexadecimal, of the text, or of the file's number or (of one's own) its name
 */
record Mark(Who who, long second, boolean isExact, String content) {
    private static final int BYTES = 12;

    /** What is sent from here is shown when the server has confirmed it: a little after what came meanwhile. */
    private static final long SLACK = 60;

    enum Who {
        MINE,
        OTHER,
        /** The server itself: what it says to one alone is in no history. */
        SERVER
    }

    /** @param latest second of the server's time that was seen so far */
    static Mark of(Item item, long latest) {
        Long file = item.file();
        String content = file == null ? "text " + item.text() : "file " + (item.isMine() ? item.text() : file);
        Who who = item.isMine() ? Who.MINE : item.isFromServer() ? Who.SERVER : Who.OTHER;
        return new Mark(
                who,
                item.isServerTime() ? item.time().getEpochSecond() : latest - SLACK,
                item.isServerTime(),
                digest(content));
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    boolean isMine() {
        return who == Who.MINE;
    }

    /**
     * Whether the server can have told it of the same item. Not by the sender's name, which may have changed since.
     *
     * @param told with the server's time
     */
    boolean isOf(Mark told) {
        return isMine() == told.isMine()
                && content.equals(told.content)
                && (isExact ? second == told.second : second <= told.second);
    }

    /** As a line of the file. */
    String line() {
        return who.name().toLowerCase(Locale.ROOT) + (isExact ? " at " : " after ") + Instant.ofEpochSecond(second)
                + " " + content;
    }

    /** Null for a line that is none: a file that was cut off is used as far as it goes. */
    static @Nullable Mark parse(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != 4 || words[3].length() != 2 * BYTES) {
            return null;
        }
        try {
            return new Mark(
                    Who.valueOf(words[0].toUpperCase(Locale.ROOT)),
                    Instant.parse(words[2]).getEpochSecond(),
                    words[1].equals("at"),
                    words[3]);
        } catch (DateTimeException | IllegalArgumentException e) {
            return null;
        }
    }
}
