package chatd.daemon.media;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** Collects the parts of a picture; ranges that meet become one. */
final class Parts {
    private final List<Picture.Part> parts = new ArrayList<>();

    void keep(long from, long to) {
        if (!parts.isEmpty() && parts.getLast() instanceof Picture.Range last && last.to() == from) {
            parts.set(parts.size() - 1, new Picture.Range(last.from(), to));
        } else if (to > from) {
            parts.add(new Picture.Range(from, to));
        }
    }

    void write(byte[] bytes) {
        parts.add(new Picture.Written(bytes));
    }

    void addAll(Parts others) {
        for (Picture.Part part : others.parts) {
            if (part instanceof Picture.Range(long from, long to)) {
                keep(from, to);
            } else {
                parts.add(part);
            }
        }
    }

    List<Picture.Part> all() {
        return parts;
    }

    long size() {
        return parts.stream().mapToLong(Picture.Part::size).sum();
    }

    /** Returns a number in {@code bytes} bytes, the most significant first. */
    static byte[] big(long value, int bytes) {
        byte[] written = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            written[bytes - 1 - i] = (byte) (value >> (8 * i));
        }
        return written;
    }

    /** As {@link #big}, the least significant byte first. */
    static byte[] little(long value, int bytes) {
        byte[] written = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            written[i] = (byte) (value >> (8 * i));
        }
        return written;
    }

    static byte[] joined(byte[]... some) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] one : some) {
            all.writeBytes(one);
        }
        return all.toByteArray();
    }
}
