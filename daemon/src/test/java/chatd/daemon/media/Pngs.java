package chatd.daemon.media;

import static chatd.daemon.media.Bytes.join;
import static chatd.daemon.media.Planted.SECRET;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;

/** Builds PNGs. */
final class Pngs {
    static final int WIDTH = 37;
    static final int HEIGHT = 21;

    static final String SIGNATURE = "\u0089PNG\r\n\u001a\n";

    private Pngs() {}

    static byte[] colours() {
        return encoded(BufferedImage.TYPE_INT_RGB);
    }

    static byte[] alpha() {
        return encoded(BufferedImage.TYPE_INT_ARGB);
    }

    static byte[] palette() {
        return encoded(BufferedImage.TYPE_BYTE_INDEXED);
    }

    static byte[] deep() {
        return encoded(BufferedImage.TYPE_USHORT_GRAY);
    }

    private static byte[] encoded(int type) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(Pictures.image(type, WIDTH, HEIGHT), "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] chunk(String type, Object... content) {
        byte[] named = join(type, join(content));
        CRC32 checksum = new CRC32();
        checksum.update(named);
        return join(Parts.big(named.length - 4, 4), named, Parts.big(checksum.getValue(), 4));
    }

    static byte[] header(long width, long height) {
        return chunk("IHDR", Parts.big(width, 4), Parts.big(height, 4), 8, 2, 0, 0, 0);
    }

    static byte[] deflated(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // Without compression, so that what is planted can be found.
        try (DeflaterOutputStream deflating = new DeflaterOutputStream(bytes, new Deflater(Deflater.NO_COMPRESSION))) {
            deflating.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] profile() {
        return chunk("iCCP", "the name\0", 0, deflated(join(Planted.PROFILE)));
    }

    /** Returns a PNG with chunks after its header. */
    static byte[] with(byte[] png, Object... chunks) {
        return withInserted(png, 33, chunks);
    }

    /** Returns a PNG with chunks before its end. */
    static byte[] withLast(byte[] png, Object... chunks) {
        return withInserted(png, png.length - 12, chunks);
    }

    private static byte[] withInserted(byte[] png, int position, Object... chunks) {
        return join(Arrays.copyOf(png, position), join(chunks), Arrays.copyOfRange(png, position, png.length));
    }

    /** Returns chunks that must be left out. */
    static List<byte[]> leftOut() {
        return List.of(
                chunk("tEXt", "Comment\0", SECRET),
                chunk("zTXt", "Comment\0\0", deflated(join(SECRET))),
                chunk("iTXt", "XML:com.adobe.xmp\0\0\0\0\0", Planted.XMP),
                chunk("tIME", 7, 234, 11, 20, 1, 2, 3),
                chunk("eXIf", Planted.tiff(1, ByteOrder.BIG_ENDIAN)),
                chunk("eXIf", Planted.tiff(0, ByteOrder.LITTLE_ENDIAN)),
                chunk("sPLT", SECRET, 0, 8),
                chunk("caBX", SECRET),
                chunk("iDOT", SECRET),
                chunk("prVw", SECRET),
                chunk("zzZz"));
    }

    /** Returns an animated PNG of two frames. */
    static byte[] animated() {
        byte[] first = colours();
        int end = first.length - 12;
        byte[] data = Arrays.copyOfRange(first, 41, end - 4);
        if (ByteBuffer.wrap(first).getInt(33) != data.length) {
            throw new IllegalStateException("not one IDAT");
        }
        return join(
                Arrays.copyOf(first, 33),
                chunk("acTL", Parts.big(2, 4), Parts.big(0, 4)),
                control(0, WIDTH, HEIGHT, 0, 0),
                Arrays.copyOfRange(first, 33, end),
                control(1, WIDTH, HEIGHT, 0, 0),
                chunk("fdAT", Parts.big(2, 4), data),
                chunk("IEND"));
    }

    static byte[] control(int sequence, long width, long height, long x, long y) {
        return chunk(
                "fcTL",
                Parts.big(sequence, 4),
                Parts.big(width, 4),
                Parts.big(height, 4),
                Parts.big(x, 4),
                Parts.big(y, 4),
                new byte[] {0, 1, 0, 10, 0, 0});
    }

    /** Returns a PNG with everything that one may contain. */
    static byte[] full() {
        byte[][] leftOut = leftOut().toArray(byte[][]::new);
        byte[] turned = chunk("eXIf", Planted.tiff(6, ByteOrder.LITTLE_ENDIAN));
        byte[] first = with(animated(), turned, leftOut, profile(), chunk("gAMA", Parts.big(45_455, 4)));
        return join(withLast(first, (Object) leftOut), SECRET);
    }
}
