package chatd.audit.form;

import chatd.audit.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/** The chain of the log: H(c, b) = base64url without padding of SHA-256(ASCII of c, LF, b). Not thread-safe. */
public final class Chain {
    /** The previous chain given in the very first segment. */
    public static final String ORIGIN = "A".repeat(43);

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final MessageDigest sha256;
    private byte[] head;

    public Chain(String head) {
        this(Sha256.digest(), head.getBytes(StandardCharsets.US_ASCII));
    }

    private Chain(MessageDigest sha256, byte[] head) {
        this.sha256 = sha256;
        this.head = head;
    }

    /** Returns a chain that continues from another head, for use by the same thread: the two share one digest. */
    public Chain from(String other) {
        return new Chain(sha256, other.getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns a chain that continues from the same head, as {@link #from} does. */
    public Chain copy() {
        return new Chain(sha256, head);
    }

    /** Adds {@code bytes} to the chain and returns the new head, 43 characters. */
    public String add(byte[] bytes) {
        add(ByteBuffer.wrap(bytes));
        return head();
    }

    /** Adds bytes as {@link #add(byte[])} does; returns the new head in ASCII, which must not be changed. */
    public byte[] add(ByteBuffer bytes) {
        sha256.update(head);
        sha256.update((byte) '\n');
        sha256.update(bytes);
        head = BASE64.encode(sha256.digest());
        return head;
    }

    public String head() {
        return new String(head, StandardCharsets.US_ASCII);
    }
}
