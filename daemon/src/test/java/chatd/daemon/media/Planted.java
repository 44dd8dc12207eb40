package chatd.daemon.media;

import static chatd.daemon.media.Bytes.join;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Data planted in pictures, which must not be kept: each piece contains one of the {@link #WORDS}.
 */
final class Planted {
    static final String SECRET = "SECRETWORD";

    /** Also a latitude, whose two numbers are these letters, in both byte orders. */
    static final List<String> WORDS = List.of(SECRET, "LATITUDE", "ITALEDUT", "zip.txt");

    /** The content of colour profiles, which are kept. */
    static final String PROFILE = "a profile of colours";

    static final byte[] XMP = join(
            "<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'><SECRETWORD>",
            "SECRETWORD ".repeat(30),
            "</SECRETWORD></x:xmpmeta><?xpacket end='w'?>");

    private Planted() {}

    /** Returns a TIFF header with a maker, an orientation (0 for none), a latitude, and a small picture. */
    static byte[] tiff(int orientation, ByteOrder order) {
        ByteBuffer tiff = ByteBuffer.allocate(156).order(order);
        tiff.put(join(order == ByteOrder.BIG_ENDIAN ? "MM" : "II"))
                .putShort((short) 42)
                .putInt(8);
        tiff.putShort((short) 3);
        entry(tiff, 0x010f, 2, 11, 50);
        entry(tiff, orientation == 0 ? 0x0111 : 0x0112, 3, 1, 0);
        tiff.putShort(tiff.position() - 4, (short) orientation);
        entry(tiff, 0x8825, 4, 1, 62);
        tiff.putInt(116).put(join(SECRET, 0, 0));
        tiff.putShort((short) 2);
        entry(tiff, 1, 2, 2, 0);
        tiff.put(tiff.position() - 4, (byte) 'N');
        entry(tiff, 2, 5, 3, 92);
        tiff.putInt(0);
        for (int i = 0; i < 3; i++) {
            tiff.putInt(0x4c415449).putInt(0x54554445);
        }
        tiff.putShort((short) 2);
        entry(tiff, 0x0201, 4, 1, 146);
        entry(tiff, 0x0202, 4, 1, SECRET.length());
        tiff.putInt(0).put(join(SECRET));
        return tiff.array();
    }

    private static void entry(ByteBuffer tiff, int tag, int type, int count, int value) {
        tiff.putShort((short) tag).putShort((short) type).putInt(count).putInt(value);
    }

    static byte[] exif(int orientation, ByteOrder order) {
        return Jpegs.segment(0xe1, "Exif\0\0", tiff(orientation, order));
    }

    /** Returns what people hide after the end of a picture. */
    static List<byte[]> trails() {
        return List.of(
                join("<html><script>alert('SECRETWORD')</script></html>"),
                zip(),
                join(SECRET),
                join(Jpegs.baseline(), SECRET),
                join(0xff, 0xd9, SECRET));
    }

    private static byte[] zip() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
            zip.putNextEntry(new ZipEntry("zip.txt"));
            zip.write(join(SECRET));
            zip.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
