package chatd.audit.form;

import chatd.audit.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/** The chain of the log: H(c, b) = base64url without padding of SHA-256(ASCII of c, LF, b). Not for several threads. */
public final class Chain {
    /** What the very first segment has in place of a previous chain. */
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

    /** One that goes on from another head, for the same thread: it hashes with what this one does. */
    public Chain from(String other) {
        return new Chain(sha256, other);
    }

    /** Takes {@code bytes} in and returns the new head, 43 characters. */
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
