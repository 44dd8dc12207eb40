package chatd.audit;

import chatd.text.Digits;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A digest that binds a stored message to its event in the log without revealing its content: anyone with the salt can
 * show that a message is the one that was sent; once the salt is gone nobody can (page {@code audit-log.md},
 * "Messages").
 *
 * @param salt random, kept with the message and nowhere else
 * @param sender the sender's account number; 0 for the server
 * @param receivers account numbers in any order, or the number of one group negated; null for everyone
 * @param time when it was sent, to the millisecond
 */
public record SaltedDigest(
        byte[] salt, long number, long sender, @Nullable Collection<Long> receivers, Instant time) {
    /** Length of a salt in bytes, fixed so that what follows can't be taken for part of it. */
    public static final int SALT_BYTES = 16;

    /** @throws IllegalArgumentException if the salt does not have {@link #SALT_BYTES} bytes */
    public SaltedDigest {
        if (salt.length != SALT_BYTES) {
            throw new IllegalArgumentException("a salt of " + salt.length + " bytes");
        }
    }

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    /**
     * Stored times have milliseconds only; three more digits reveal a time that was changed by less than one
     * millisecond.
     */
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
            .appendFraction(ChronoField.MICRO_OF_SECOND, 3, 6, true)
            .appendLiteral('Z')
            .toFormatter()
            .withZone(ZoneOffset.UTC);

    /** Returns the digest of a text: SHA-256, base64url, 43 characters. */
    public String ofText(String text) {
        return digest("chatd-message-1", Long.toString(number), "", text);
    }

    /**
     * Returns the digest of a correction.
     *
     * @param of the number of the corrected message, so that the correction can't be moved to another one
     */
    public String ofCorrection(long of, String text) {
        return digest("chatd-correction-1", number + "\n" + of, "", text);
    }

    /**
     * Returns the digest of a file.
     *
     * @param sha256 the SHA-256 of its content
     */
    public String ofFile(long file, String name, long size, byte[] sha256) {
        return digest(
                "chatd-file-1",
                Long.toString(number),
                file + "\n" + size + "\n" + HexFormat.of().formatHex(sha256) + "\n",
                name);
    }

    private String digest(String kind, String numbers, String more, String last) {
        String lines = kind + "\n" + numbers + "\n" + (sender == 0 ? "server" : "U" + sender) + "\n" + to() + "\n"
                + timeText() + "\n" + more;
        MessageDigest sha256 = Sha256.digest();
        sha256.update(salt);
        sha256.update(lines.getBytes(StandardCharsets.US_ASCII));
        return BASE64.encodeToString(sha256.digest(last.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Returns the time in the format {@link #TIME}; the usual ones are formatted by hand, since every message has one.
     */
    private String timeText() {
        LocalDateTime at = LocalDateTime.ofEpochSecond(time.getEpochSecond(), time.getNano(), ZoneOffset.UTC);
        int millis = time.getNano() / 1_000_000;
        if (at.getYear() < 1000 || at.getYear() > 9999 || time.getNano() != millis * 1_000_000) {
            return TIME.format(time);
        }
        byte[] text = "0000-00-00T00:00:00.000Z".getBytes(StandardCharsets.US_ASCII);
        Digits.writeDateAndTime(text, at);
        Digits.writeBefore(text, 23, millis);
        return new String(text, StandardCharsets.US_ASCII);
    }

    private String to() {
        return receivers == null
                ? "everyone"
                : receivers.size() == 1
                        ? to(receivers.iterator().next())
                        : receivers.stream().sorted().map(SaltedDigest::to).collect(Collectors.joining(" "));
    }

    private static String to(long number) {
        return number < 0 ? "G" + -number : "U" + number;
    }
}
