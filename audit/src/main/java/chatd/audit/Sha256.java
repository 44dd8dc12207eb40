package chatd.audit;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hash function used throughout the log. */
public final class Sha256 {
    private Sha256() {}

    /** Returns a new digest, for use by one thread. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
