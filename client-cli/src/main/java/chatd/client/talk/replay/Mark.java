package chatd.client.talk.replay;

import chatd.client.talk.item.Item;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A compact record of an item that was shown, to recognise it again: enough to tell it from others, but nothing
 * readable. For an item sent from here, the server's time and a file's number are unknown until the server reports
 * them.
 *
 * @param second the second of the server's time; for an item just sent from here, a lower bound
 * @param isExact whether {@code second} is the server's for this item
 * @param content a hexadecimal digest of the text, or of the file's number (for the account's own files, their name)
 */
record Mark(Who who, long second, boolean isExact, String content) {
    private static final int BYTES = 12;

    /**
     * In seconds: an item sent from here is shown once the server has confirmed it, a little after items that arrived
     * meanwhile.
     */
    private static final long SLACK = 60;

    enum Who {
        MINE,
        OTHER,
        /** The server itself; its texts to a single user are in no history. */
        SERVER
    }

    /** @param latest the latest second of the server's time seen so far */
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
     * Returns whether a mark from the server can be of the same item. Ignores the sender's name, which may have changed
     * since.
     *
     * @param reported a mark with the server's time
     */
    boolean matches(Mark reported) {
        return isMine() == reported.isMine()
                && content.equals(reported.content)
                && (isExact ? second == reported.second : second <= reported.second);
    }

    /** Returns the mark as a line of the file. */
    String line() {
        return who.name().toLowerCase(Locale.ROOT) + (isExact ? " at " : " after ") + Instant.ofEpochSecond(second)
                + " " + content;
    }

    /** Parses a line; returns null if it is malformed, so that a truncated file is used as far as it goes. */
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
