package chatd.protocol.value.people;

import java.util.Arrays;

/** The picture of a user or a group, as a client sends it: bytes. The array is not copied and must not be changed. */
public final class Avatar {
    /** Maximum size, in bytes. */
    public static final int MAX_BYTES = 64 << 10;

    /** No picture: in a command, the present one is removed. */
    public static final Avatar NONE = new Avatar(new byte[0]);

    private final byte[] bytes;

    public Avatar(byte[] bytes) {
        this.bytes = bytes;
    }

    public byte[] bytes() {
        return bytes;
    }

    public boolean isNone() {
        return bytes.length == 0;
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
