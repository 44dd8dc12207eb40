package chatd.daemon.model.entry;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The identifier that a client gave to what it sends, so that it may send it again and it is stored
 * only once (page {@code chat-json-1.md}, "Sent once").
 *
 * @param id 16 bytes of a hash of the account and the identifier
 * @param content 16 bytes of a hash of what is sent, to tell whether it is the same
 */
public record IdempotencyKey(ByteBuffer id, ByteBuffer content) {
    private static final int BYTES = 16;

    /**
     * Returns the identifier of something sent; null if it was given none.
     *
     * @param id as the client gave it; empty for none
     * @param content the kind, receivers and content of what is sent, in canonical form
     */
    public static @Nullable IdempotencyKey of(long account, String id, String content) {
        return id.isEmpty() ? null : new IdempotencyKey(hash(account + "\n" + id), hash(content));
    }

    /**
     * Returns the identifier of a file sent; null if it was given none.
     *
     * @param facts the receivers, name and size, in canonical form
     * @param digest SHA-256 of what was sent
     */
    public static @Nullable IdempotencyKey of(long account, String id, String facts, byte[] digest) {
        if (id.isEmpty()) {
            return null;
        }
        ByteBuffer content = ByteBuffer.allocate(BYTES)
                .put(hash(facts).array(), 0, BYTES / 2)
                .put(digest, 0, BYTES / 2)
                .flip();
        return new IdempotencyKey(hash(account + "\n" + id), content);
    }

    /** Returns whether a file with these facts may be the one that was sent before, as far as is known without its bytes. */
    public boolean mayMatch(IdempotencyKey before) {
        return content.slice(0, BYTES / 2).equals(before.content.slice(0, BYTES / 2));
    }

    private static ByteBuffer hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(Arrays.copyOf(hash, BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
