package chatd.protocol.value;

import java.util.Arrays;

/** A settings document: bytes, opaque to the daemon. The array is not copied and must not be changed. */
public final class Document {
    private final byte[] bytes;

    public Document(byte[] bytes) {
        this.bytes = bytes;
    }

    public byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Document that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "Document[" + bytes.length + " bytes]";
    }
}
