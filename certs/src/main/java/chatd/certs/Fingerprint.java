package chatd.certs;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * What people compare a server's key by: SHA-256 of its public key as certificates hold it (SubjectPublicKeyInfo), so
 * that it outlives a renewal with the same key.
 *
 * @param hex 64 digits, in lower case
 */
public record Fingerprint(String hex) {
    private static final String KIND = "sha256:";

    /** Eight groups and the spaces between them. */
    private static final int HALF = 39;

    public static Fingerprint of(PublicKey key) {
        try {
            return new Fingerprint(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded())));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Reads one as people write it: groups, colons and case do not matter; empty where it is none. */
    public static Optional<Fingerprint> parse(String text) {
        String hex = text.toLowerCase(Locale.ROOT);
        hex = (hex.startsWith(KIND) ? hex.substring(KIND.length()) : hex).replaceAll("[\\s:]", "");
        return hex.matches("[0-9a-f]{64}") ? Optional.of(new Fingerprint(hex)) : Optional.empty();
    }

    /** To be read out: two lines of eight groups of four digits, with nothing before them. */
    @Override
    public String toString() {
        String groups = hex.replaceAll("(.{4})(?=.)", "$1 ");
        return groups.substring(0, HALF) + "\n" + groups.substring(HALF + 1);
    }
}
