package chatd.daemon.media;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Collects the parts of a picture; adjacent ranges are merged. */
final class Parts {
    /** More than any picture has; keeps small parts of a large one from filling the memory. */
    private static final int MAX = 10_000;

    private final Source source;
    private final List<Picture.Part> parts = new ArrayList<>();

    Parts(Source source) {
        this.source = source;
    }

    void keep(long from, long to) {
        if (!parts.isEmpty() && parts.getLast() instanceof Picture.Range last && last.to() == from) {
            parts.set(parts.size() - 1, new Picture.Range(last.from(), to));
        } else if (to > from) {
            add(new Picture.Range(from, to));
        }
    }

    /** Writes new bytes, unless the same bytes follow what is kept: then those are kept, too. */
    void write(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        if (!parts.isEmpty()
                && parts.getLast() instanceof Picture.Range last
                && source.has(last.to(), new String(bytes, StandardCharsets.ISO_8859_1))) {
            keep(last.to(), last.to() + bytes.length);
        } else {
            add(new Picture.Written(bytes));
        }
    }

    private void add(Picture.Part part) {
        if (parts.size() == MAX) {
            throw new DamagedPicture("it has too many parts that no picture has");
        }
        parts.add(part);
    }

    void addAll(Parts others) {
        for (Picture.Part part : others.parts) {
            if (part instanceof Picture.Range(long from, long to)) {
                keep(from, to);
            } else {
                add(part);
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
