package chatd.audit.form;

import chatd.audit.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/** The chain of the log: H(c, b) = base64url without padding of SHA-256(ASCII of c, LF, b). Not thread-safe. */
public final class Chain {
    /** The previous chain given in the very first segment. */
    public static final String ORIGIN = "A".repeat(43);

    private final MessageDigest sha256;
    private String head;

    public Chain(String head) {
        this(Sha256.digest(), head);
    }

    private Chain(MessageDigest sha256, String head) {
        this.sha256 = sha256;
        this.head = head;
    }

    /** Returns a chain that continues from another head, for use by the same thread: the two share one digest. */
    public Chain from(String other) {
        return new Chain(sha256, other);
    }

    /** Adds {@code bytes} to the chain and returns the new head, 43 characters. */
    public String add(byte[] bytes) {
        sha256.update(head.getBytes(StandardCharsets.US_ASCII));
        sha256.update((byte) '\n');
        head = Base64.getUrlEncoder().withoutPadding().encodeToString(sha256.digest(bytes));
        return head;
    }

    public String head() {
        return head;
    }
}
