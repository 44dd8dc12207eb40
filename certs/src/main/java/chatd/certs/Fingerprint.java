package chatd.certs;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * The fingerprint by which people compare a server's key: SHA-256 of its public key as encoded in certificates
 * (SubjectPublicKeyInfo), so that it survives a renewal with the same key.
 *
 * @param hex 64 digits, in lower case
 */
public record Fingerprint(String hex) {
    private static final String PREFIX = "sha256:";

    /** Length of a line: eight groups and the spaces between them. */
    private static final int LINE_LENGTH = 39;

    public static Fingerprint of(PublicKey key) {
        try {
            return new Fingerprint(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded())));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Parses a fingerprint as people write it: grouping, colons and case do not matter; empty if it is not one. */
    public static Optional<Fingerprint> parse(String text) {
        String hex = text.toLowerCase(Locale.ROOT);
        hex = (hex.startsWith(PREFIX) ? hex.substring(PREFIX.length()) : hex).replaceAll("[\\s:]", "");
        return hex.matches("[0-9a-f]{64}") ? Optional.of(new Fingerprint(hex)) : Optional.empty();
    }

    /** Returns the fingerprint for reading aloud: two lines of eight groups of four digits, without a prefix. */
    @Override
    public String toString() {
        String groups = hex.replaceAll("(.{4})(?=.)", "$1 ");
        return groups.substring(0, LINE_LENGTH) + "\n" + groups.substring(LINE_LENGTH + 1);
    }
}
