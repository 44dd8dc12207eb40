package chatd.daemon.media;

import static chatd.daemon.media.Bytes.join;
import static chatd.daemon.media.Planted.SECRET;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/** Builds JPEGs. */
final class Jpegs {
    static final int WIDTH = 37;
    static final int HEIGHT = 21;

    /** A thumbnail for a JFXX segment. */
    private static final byte[] SMALL = grey();

    private Jpegs() {}

    static byte[] baseline() {
        return encoded(BufferedImage.TYPE_INT_RGB, false, 0);
    }

    static byte[] progressive() {
        return encoded(BufferedImage.TYPE_INT_RGB, true, 0);
    }

    static byte[] grey() {
        return encoded(BufferedImage.TYPE_BYTE_GRAY, false, 0);
    }

    /** Returns a JPEG with restart markers in its scan. */
    static byte[] restarting() {
        return encoded(BufferedImage.TYPE_INT_RGB, false, 2);
    }

    /** Returns a JPEG in RGB, which only its Adobe segment declares. */
    static byte[] rgb() {
        byte[] baseline = baseline();
        return join(new byte[] {(byte) 0xff, (byte) 0xd8}, adobe(0), Arrays.copyOfRange(baseline, 20, baseline.length));
    }

    private static byte[] encoded(int type, boolean isProgressive, int interval) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            BufferedImage image = Pictures.image(type, WIDTH, HEIGHT);
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            if (isProgressive) {
                parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            }
            IIOMetadata metadata =
                    writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), parameters);
            if (interval > 0) {
                String format = metadata.getNativeMetadataFormatName();
                IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(format);
                IIOMetadataNode restart = new IIOMetadataNode("dri");
                restart.setAttribute("interval", Integer.toString(interval));
                root.getElementsByTagName("markerSequence").item(0).appendChild(restart);
                metadata.setFromTree(format, root);
            }
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, metadata), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    static byte[] segment(int marker, Object... content) {
        byte[] all = join(content);
        return join(0xff, marker, Parts.big(all.length + 2, 2), all);
    }

    static byte[] adobe(int transform) {
        return segment(0xee, "Adobe", 0, 100, 0, 0, 0, 0, transform);
    }

    /** Returns the segments of a colour profile that is split in two. */
    static byte[] profile() {
        return join(
                segment(0xe2, "ICC_PROFILE\0", 1, 2, Planted.PROFILE, " begins "),
                segment(0xe2, "ICC_PROFILE\0", 2, 2, Planted.PROFILE, " ends"));
    }

    /** Returns a JPEG with segments after its first one, JFIF, which begins at offset 2. */
    static byte[] with(byte[] jpeg, Object... segments) {
        int after = 4 + (jpeg[4] & 0xff) * 256 + (jpeg[5] & 0xff);
        return join(Arrays.copyOf(jpeg, after), join(segments), Arrays.copyOfRange(jpeg, after, jpeg.length));
    }

    /** Returns a JPEG with segments before its end. */
    static byte[] withLast(byte[] jpeg, Object... segments) {
        return join(Arrays.copyOf(jpeg, jpeg.length - 2), join(segments), 0xff, 0xd9);
    }

    /** Returns segments that must be left out. */
    static List<byte[]> leftOut() {
        return List.of(
                Planted.exif(0, ByteOrder.BIG_ENDIAN),
                Planted.exif(1, ByteOrder.LITTLE_ENDIAN),
                segment(0xe1, "http://ns.adobe.com/xap/1.0/\0", Planted.XMP),
                segment(0xe1, "http://ns.adobe.com/xmp/extension/\0", Planted.XMP),
                segment(0xed, "Photoshop 3.0\0", "8BIM", 4, 4, 0, 0, 0, 0, 0, 10, SECRET),
                segment(0xe2, "MPF\0", Planted.tiff(6, ByteOrder.LITTLE_ENDIAN)),
                segment(0xe2, "FPXR\0", SECRET),
                segment(0xe0, "JFXX\0", 0x10, SMALL, SECRET),
                segment(0xe0, SECRET),
                segment(0xe3, "Meta\0\0", Planted.tiff(6, ByteOrder.BIG_ENDIAN)),
                segment(0xeb, "JP", 0, 1, "jumbc2pa", SECRET),
                segment(0xec, "Ducky", SECRET),
                segment(0xee, "Adobe", SECRET.substring(0, 4)),
                segment(0xee, SECRET),
                segment(0xef, SECRET),
                segment(0xfe, SECRET),
                segment(0xfe),
                join("\u00ff\u00ff\u00ff", segment(0xfe, SECRET), "\u00ff\u00ff"));
    }

    /** Returns a JPEG with everything that one may contain. */
    static byte[] full() {
        byte[] baseline = baseline();
        byte[] jfif = segment(0xe0, "JFIF\0", 1, 2, 0, 0, 1, 0, 1, 2, 2, SECRET, "..");
        return join(
                withLast(
                        join(
                                Arrays.copyOf(baseline, 2),
                                jfif,
                                Planted.exif(6, ByteOrder.LITTLE_ENDIAN),
                                leftOut().toArray(byte[][]::new),
                                profile(),
                                segment(0xee, "Adobe", 0, 100, 0, 0, 0, 0, 1, SECRET),
                                Arrays.copyOfRange(baseline, 20, baseline.length)),
                        segment(0xfe, SECRET)),
                SECRET);
    }
}
