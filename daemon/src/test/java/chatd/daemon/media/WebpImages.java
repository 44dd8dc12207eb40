package chatd.daemon.media;

import static chatd.daemon.media.Bytes.join;
import static chatd.daemon.media.Planted.SECRET;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Builds WebPs; their pixels mean nothing. */
final class WebpImages {
    static final int WIDTH = 37;
    static final int HEIGHT = 21;

    private static final int PROFILE = 0x20;
    private static final int ALPHA = 0x10;
    private static final int EXIF = 0x08;
    private static final int XMP = 0x04;
    private static final int ANIMATION = 0x02;

    private WebpImages() {}

    static byte[] riff(Object... chunks) {
        byte[] all = join(chunks);
        return join("RIFF", Parts.little(all.length + 4, 4), "WEBP", all);
    }

    static byte[] chunk(String type, Object... content) {
        byte[] all = join(content);
        return join(type, Parts.little(all.length, 4), all, all.length % 2 == 0 ? "" : "\0");
    }

    static byte[] lossless(int width, int height) {
        return chunk("VP8L", "/", Parts.little((width - 1L) | ((height - 1L) << 14), 4), 7, 16, 17, 17, 136, 136, 254);
    }

    static byte[] lossy(int width, int height) {
        return chunk(
                "VP8 ",
                0x10,
                2,
                0,
                0x9d,
                1,
                0x2a,
                Parts.little(width, 2),
                Parts.little(height, 2),
                1,
                0x40,
                0x26,
                0x25);
    }

    static byte[] extended(int flags, int width, int height) {
        return chunk("VP8X", flags, 0, 0, 0, Parts.little(width - 1, 3), Parts.little(height - 1, 3));
    }

    static byte[] frame(int width, int height, Object... chunks) {
        return chunk(
                "ANMF",
                Parts.little(0, 6),
                Parts.little(width - 1, 3),
                Parts.little(height - 1, 3),
                Parts.little(40, 3),
                0,
                join(chunks));
    }

    static byte[] animation() {
        return chunk("ANIM", 0, 0, 0, 0, 0, 0);
    }

    static byte[] profile() {
        return chunk("ICCP", Planted.PROFILE);
    }

    static byte[] losslessImage() {
        return riff(lossless(WIDTH, HEIGHT));
    }

    static byte[] lossyImage() {
        return riff(lossy(WIDTH, HEIGHT));
    }

    /** Returns an extended WebP with nothing that must be left out. */
    static byte[] clean() {
        return riff(extended(PROFILE | ALPHA, WIDTH, HEIGHT), profile(), chunk("ALPH", 1, 2, 3), lossy(WIDTH, HEIGHT));
    }

    static byte[] animated() {
        return riff(
                extended(ANIMATION, WIDTH, HEIGHT),
                animation(),
                frame(WIDTH, HEIGHT, lossless(WIDTH, HEIGHT)),
                frame(WIDTH, HEIGHT, chunk("ALPH", 1, 2, 3), lossy(WIDTH, HEIGHT)));
    }

    /** Returns a WebP with chunks at its end. */
    static byte[] withTrailingChunks(byte[] webp, Object... chunks) {
        return riff(Arrays.copyOfRange(webp, 12, webp.length), join(chunks));
    }

    static byte[] withOrientation(int orientation, ByteOrder order, String before) {
        return riff(
                extended(EXIF, WIDTH, HEIGHT),
                lossy(WIDTH, HEIGHT),
                chunk("EXIF", before, Planted.tiff(orientation, order)));
    }

    /** Returns chunks that must be left out. */
    static List<byte[]> leftOut() {
        return List.of(
                chunk("EXIF", Planted.tiff(1, ByteOrder.LITTLE_ENDIAN)),
                chunk("XMP ", Planted.XMP),
                chunk("C2PA", SECRET),
                chunk("junk", SECRET, 1),
                chunk("exif", SECRET),
                chunk("VP80"));
    }

    /** Returns a WebP with everything that one may contain. */
    static byte[] full() {
        byte[][] leftOut = leftOut().toArray(byte[][]::new);
        return join(
                riff(
                        extended(PROFILE | ALPHA | EXIF | XMP | ANIMATION, WIDTH, HEIGHT),
                        chunk("EXIF", "Exif\0\0", Planted.tiff(6, ByteOrder.BIG_ENDIAN)),
                        profile(),
                        animation(),
                        frame(WIDTH, HEIGHT, leftOut, lossless(WIDTH, HEIGHT), leftOut, "SECRET"),
                        leftOut,
                        frame(WIDTH, HEIGHT, chunk("ALPH", 1, 2, 3), lossy(WIDTH, HEIGHT)),
                        leftOut),
                SECRET);
    }
}
