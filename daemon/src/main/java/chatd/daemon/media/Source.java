package chatd.daemon.media;

import java.nio.charset.StandardCharsets;

/** The bytes of some content, by position. Used by one thread; may block. */
public interface Source {
    /** Returns the number of bytes. */
    long size();

    /** Returns a byte, 0 to 255, at a position below {@link #size}. */
    int at(long position);

    /** Returns whether these characters, of one byte each, are at a position. */
    default boolean has(long position, String ascii) {
        return has(position, ascii.getBytes(StandardCharsets.ISO_8859_1));
    }

    private boolean has(long position, byte[] bytes) {
        if (position < 0 || position + bytes.length > size()) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if (at(position + i) != (bytes[i] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns an unsigned number of {@code bytes} bytes, at most 4, the most significant first.
     *
     * @throws DamagedPicture if the content ends before that
     */
    default long readBigEndian(long position, int bytes) {
        check(position, bytes);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = (value << 8) | at(position + i);
        }
        return value;
    }

    /** As {@link #readBigEndian}, the least significant byte first. */
    default long readLittleEndian(long position, int bytes) {
        check(position, bytes);
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = (value << 8) | at(position + i);
        }
        return value;
    }

    /** @throws DamagedPicture if the content has fewer than {@code bytes} bytes from a position on */
    default void check(long position, long bytes) {
        if (bytes > size() - position) {
            throw new DamagedPicture("it is cut off");
        }
    }
}
