package chatd.daemon.media;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Reads a WebP (RFC 9649), chunk by chunk. */
final class WebP {
    private static final Set<String> KEPT = Set.of("VP8 ", "VP8L", "VP8X", "ICCP", "ANIM", "ANMF", "ALPH");
    private static final Set<String> OF_FRAME = Set.of("VP8 ", "VP8L", "ALPH");

    /** Flag bits that indicate that there is EXIF or XMP data. */
    private static final int EXIF = 0x08;

    private static final int XMP = 0x04;

    private static final int EXTENDED_HEADER = 10;
    private static final int ANIMATION_HEADER = 6;

    /** Bytes of a frame before its chunks. */
    private static final int FRAME_HEADER = 16;

    private final Source source;
    private final Parts parts;
    private long width;
    private long height;
    private long frames;
    private int orientation = Orientation.UNKNOWN;
    private boolean hasImage;

    WebP(Source source) {
        this.source = source;
        this.parts = new Parts(source);
    }

    static boolean matches(Source source) {
        return source.has(0, "RIFF") && source.has(8, "WEBP");
    }

    Picture read() {
        long size = source.readLittleEndian(4, 4);
        source.check(8, size);
        // What follows is not part of the picture.
        long end = 8 + size;
        if (source.has(12, "VP8X")) {
            readOrientation(end);
        }
        for (long position = 12; position < end; position = after(position, end)) {
            chunk(position, end);
        }
        if (!hasImage) {
            throw new DamagedPicture("it is empty");
        }
        if (orientation > Orientation.UPRIGHT) {
            byte[] tiff = Orientation.tiff(orientation);
            parts.write(Parts.joined(ascii("EXIF"), Parts.little(tiff.length, 4), tiff));
        }
        Parts whole = new Parts(source);
        if (parts.size() + 4 == size) {
            whole.keep(0, 12);
        } else {
            whole.write(Parts.joined(ascii("RIFF"), Parts.little(parts.size() + 4, 4), ascii("WEBP")));
        }
        whole.addAll(parts);
        return new Picture("image/webp", (int) width, (int) height, Math.max(1, frames), whole.all());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private String type(long position, long end) {
        if (position + 8 > end) {
            throw new DamagedPicture("it is cut off");
        }
        StringBuilder type = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            type.append((char) source.readBigEndian(position + i, 1));
        }
        return type.toString();
    }

    /** Returns the position of the next chunk; each has an even length. */
    private long after(long position, long end) {
        long length = source.readLittleEndian(position + 4, 4);
        long next = position + 8 + length + (length & 1);
        if (next > end) {
            throw new DamagedPicture("it is cut off");
        }
        return next;
    }

    private void readOrientation(long end) {
        for (long position = 12; position < end; position = after(position, end)) {
            if (orientation == Orientation.UNKNOWN && type(position, end).equals("EXIF")) {
                long from = position + 8 + (source.has(position + 8, "Exif\0\0") ? 6 : 0);
                orientation = Orientation.read(source, from, position + 8 + source.readLittleEndian(position + 4, 4));
            }
        }
    }

    private void chunk(long position, long end) {
        String type = type(position, end);
        long next = after(position, end);
        long data = position + 8;
        long length = source.readLittleEndian(position + 4, 4);
        switch (type) {
            case "VP8X" -> {
                if (position != 12 || length != EXTENDED_HEADER) {
                    throw new DamagedPicture("its header is damaged");
                }
                width = Math.max(width, 1 + source.readLittleEndian(data + 4, 3));
                height = Math.max(height, 1 + source.readLittleEndian(data + 7, 3));
                flags(position, next);
            }
            case "ANMF" -> frame(position, next);
            case "VP8 ", "VP8L" -> {
                if (hasImage) {
                    throw new DamagedPicture("it has two images");
                }
                image(type, data, length);
                parts.keep(position, next);
            }
            default -> {
                if (type.equals("ANIM") && length != ANIMATION_HEADER) {
                    throw new DamagedPicture("its header is damaged");
                }
                if (KEPT.contains(type)) {
                    parts.keep(position, next);
                }
            }
        }
    }

    /** Keeps the chunk with the flags, except the flags of what is left out. */
    private void flags(long position, long next) {
        int before = (int) source.readBigEndian(position + 8, 1);
        int after = (before & ~XMP & ~EXIF) | (orientation > Orientation.UPRIGHT ? EXIF : 0);
        if (before == after) {
            parts.keep(position, next);
        } else {
            parts.keep(position, position + 8);
            parts.write(new byte[] {(byte) after});
            parts.keep(position + 9, next);
        }
    }

    private void frame(long position, long next) {
        frames++;
        long data = position + 8;
        if (next - data < FRAME_HEADER) {
            throw new DamagedPicture("it is cut off");
        }
        Parts found = new Parts(source);
        boolean hasOne = false;
        found.keep(data, data + FRAME_HEADER);
        for (long inside = data + FRAME_HEADER; inside + 8 <= next; inside = after(inside, next)) {
            String type = type(inside, next);
            if (OF_FRAME.contains(type)) {
                found.keep(inside, after(inside, next));
            }
            if (type.equals("VP8 ") || type.equals("VP8L")) {
                if (hasOne) {
                    throw new DamagedPicture("it has two images in one frame");
                }
                hasOne = true;
                image(type, inside + 8, source.readLittleEndian(inside + 4, 4));
            }
        }
        if (found.size() == next - data) {
            parts.keep(position, next);
        } else {
            parts.write(Parts.joined(ascii("ANMF"), Parts.little(found.size(), 4)));
            parts.addAll(found);
        }
    }

    /** Reads the size of an image from its own header. */
    private void image(String type, long data, long length) {
        hasImage = true;
        if (type.equals("VP8 ")) {
            if (length < 10 || !source.has(data + 3, "\u009d\u0001*")) {
                throw new DamagedPicture("its header is damaged");
            }
            width = Math.max(width, source.readLittleEndian(data + 6, 2) & 0x3fff);
            height = Math.max(height, source.readLittleEndian(data + 8, 2) & 0x3fff);
        } else {
            if (length < 5 || !source.has(data, "/")) {
                throw new DamagedPicture("its header is damaged");
            }
            long bits = source.readLittleEndian(data + 1, 4);
            width = Math.max(width, 1 + (bits & 0x3fff));
            height = Math.max(height, 1 + ((bits >> 14) & 0x3fff));
        }
    }
}
