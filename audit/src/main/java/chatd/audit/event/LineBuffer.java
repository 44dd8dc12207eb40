package chatd.audit.event;

import chatd.text.Digits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A buffer of lines in UTF-8, which grows as needed. Lines of the log are built as bytes: no string is made in between.
 * Not thread-safe.
 */
public final class LineBuffer {
    /** A number's maximum length in digits, its sign included. */
    private static final int DIGITS = 20;

    /** Maximum length of an escaped character. */
    private static final int GROWTH = 12;

    /** ASCII characters that stand for themselves in a value. */
    private static final boolean[] PLAIN = new boolean[128];

    static {
        Arrays.fill(PLAIN, ' ', 0x7f, true);
        for (char c : new char[] {'"', '&', '<', '>', '\\'}) {
            PLAIN[c] = false;
        }
    }

    private byte[] bytes;
    private int size;

    /** @param capacity how many bytes it has room for before it grows */
    public LineBuffer(int capacity) {
        bytes = new byte[capacity];
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }

    public LineBuffer append(byte[] some) {
        reserve(some.length);
        System.arraycopy(some, 0, bytes, size, some.length);
        size += some.length;
        return this;
    }

    /** Appends a character of ASCII. */
    public LineBuffer append(char ascii) {
        reserve(1);
        bytes[size++] = (byte) ascii;
        return this;
    }

    /** Appends a text as it is. */
    public LineBuffer append(String text) {
        return append(text.getBytes(StandardCharsets.UTF_8));
    }

    public LineBuffer append(long number) {
        if (number < 0) {
            return append(Long.toString(number));
        }
        reserve(DIGITS);
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        size += digits;
        Digits.writeBefore(bytes, size, number);
        return this;
    }

    /**
     * Appends a value as {@link Escape#append} does.
     *
     * @param longest maximum number of characters kept; the rest is cut off
     */
    public LineBuffer appendEscaped(String value, int longest) {
        int limit = Math.min(value.length(), longest);
        reserve(limit);
        int plain = 0;
        for (; plain < limit; plain++) {
            char c = value.charAt(plain);
            if (c >= PLAIN.length || !PLAIN[c]) {
                break;
            }
            bytes[size++] = (byte) c;
        }
        if (plain < value.length()) {
            StringBuilder rest = new StringBuilder(GROWTH + value.length() - plain);
            Escape.append(rest, value.substring(plain), longest - plain);
            append(rest.toString());
        }
        return this;
    }

    /** Inserts bytes at an offset. */
    public void insert(int at, byte[]... some) {
        int more = Arrays.stream(some).mapToInt(each -> each.length).sum();
        reserve(more);
        System.arraycopy(bytes, at, bytes, at + more, size - at);
        int to = at;
        for (byte[] each : some) {
            System.arraycopy(each, 0, bytes, to, each.length);
            to += each.length;
        }
        size += more;
    }

    /** Returns the number of bytes. */
    public int size() {
        return size;
    }

    /** Removes everything; a buffer that has grown beyond {@code limit} bytes gives its memory back. */
    public void clear(int limit) {
        size = 0;
        if (bytes.length > limit) {
            bytes = new byte[limit];
        }
    }

    /** Returns the bytes from an offset to the end, until the next change. */
    public ByteBuffer from(int start) {
        return ByteBuffer.wrap(bytes, start, size - start);
    }

    /** Returns the text from an offset to the end. */
    public String text(int start) {
        return new String(bytes, start, size - start, StandardCharsets.UTF_8);
    }
}
