package chatd.protocol.value.people;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The picture of a user or a group, as a client sends it: bytes. The array is not copied and must not be changed. */
public final class Avatar {
    /** Maximum size, in bytes. */
    public static final int MAX_BYTES = 64 << 10;

    /** No picture: in a command, the present one is removed. */
    public static final Avatar NONE = new Avatar(new byte[0]);

    private final byte[] bytes;

    /** Computed when it is first asked for. */
    private volatile @Nullable String digest;

    public Avatar(byte[] bytes) {
        this.bytes = bytes;
    }

    public byte[] bytes() {
        return bytes;
    }

    public boolean isNone() {
        return bytes.length == 0;
    }

    /** Returns the SHA-256, in lower-case hexadecimal; empty for {@link #NONE}. */
    public String digest() {
        String known = digest;
        if (known == null) {
            try {
                known = isNone()
                        ? ""
                        : HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
            digest = known;
        }
        return known;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Avatar that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "Avatar[" + bytes.length + " bytes]";
    }
}
