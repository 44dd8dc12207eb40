package chatd.daemon.media;

/** Reads a GIF (version 89a), block by block. */
final class Gif {
    private static final int EXTENSION = 0x21;
    private static final int IMAGE = 0x2c;
    private static final int TRAILER = 0x3b;
    private static final int CONTROL = 0xf9;
    private static final int APPLICATION = 0xff;

    private final Source source;
    private final Parts parts;
    private long width;
    private long height;
    private long frames;

    Gif(Source source) {
        this.source = source;
        this.parts = new Parts(source);
    }

    static boolean matches(Source source) {
        return source.has(0, "GIF87a") || source.has(0, "GIF89a");
    }

    Picture read() {
        width = source.readLittleEndian(6, 2);
        height = source.readLittleEndian(8, 2);
        long position = 13 + colours((int) source.readBigEndian(10, 1));
        source.check(0, position);
        parts.keep(0, position);
        for (int block = (int) source.readBigEndian(position, 1);
                block != TRAILER;
                block = (int) source.readBigEndian(position, 1)) {
            position = switch (block) {
                case EXTENSION -> extension(position);
                case IMAGE -> image(position);
                default -> throw new DamagedPicture("it has a part that no picture has");
            };
        }
        if (frames == 0) {
            throw new DamagedPicture("it is empty");
        }
        // What follows the trailer is not part of the picture.
        parts.keep(position, position + 1);
        return new Picture("image/gif", (int) width, (int) height, frames, parts.all());
    }

    /** Returns the size of the colour table that these flags announce. */
    private static long colours(int flags) {
        return (flags & 0x80) == 0 ? 0 : 3L << ((flags & 7) + 1);
    }

    private long extension(long position) {
        int label = (int) source.readBigEndian(position + 1, 1);
        long end = afterBlocks(position + 2);
        boolean isRepetition = label == APPLICATION
                && (source.has(position + 2, "\u000bNETSCAPE2.0") || source.has(position + 2, "\u000bANIMEXTS1.0"));
        boolean isProfile = label == APPLICATION && source.has(position + 2, "\u000bICCRGBG1012");
        if (label == CONTROL && !(source.has(position + 2, "\u0004") && end == position + 8)) {
            throw new DamagedPicture("it has a part that no picture has");
        }
        if (label == CONTROL || isProfile) {
            parts.keep(position, end);
        } else if (isRepetition && source.has(position + 14, "\u0003\u0001")) {
            parts.keep(position, position + 18);
            parts.write(new byte[] {0});
        }
        return end;
    }

    private long image(long position) {
        width = Math.max(width, source.readLittleEndian(position + 1, 2) + source.readLittleEndian(position + 5, 2));
        height = Math.max(height, source.readLittleEndian(position + 3, 2) + source.readLittleEndian(position + 7, 2));
        long data = position + 10 + colours((int) source.readBigEndian(position + 9, 1));
        source.check(data, 1);
        long end = afterBlocks(data + 1);
        parts.keep(position, end);
        frames++;
        return end;
    }

    /** Returns the position after a series of blocks, each preceded by its length; the last one is empty. */
    private long afterBlocks(long from) {
        long position = from;
        for (long length = source.readBigEndian(position, 1); length > 0; length = source.readBigEndian(position, 1)) {
            source.check(position, length + 1);
            position += length + 1;
        }
        return position + 1;
    }
}
