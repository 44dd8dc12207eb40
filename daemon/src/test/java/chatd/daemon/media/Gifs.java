package chatd.daemon.media;

import static chatd.daemon.media.Bytes.join;
import static chatd.daemon.media.Planted.SECRET;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/** Builds GIFs. */
final class Gifs {
    static final int WIDTH = 19;
    static final int HEIGHT = 11;

    static final byte[] REPETITION = join(0x21, 0xff, 11, "NETSCAPE2.0", 3, 1, 0, 0, 0);

    private Gifs() {}

    static byte[] still() {
        return encoded(1);
    }

    static byte[] animated() {
        return encoded(3);
    }

    private static byte[] encoded(int frames) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(output);
            writer.prepareWriteSequence(null);
            for (int i = 0; i < frames; i++) {
                BufferedImage image = Pictures.image(BufferedImage.TYPE_BYTE_INDEXED, WIDTH, HEIGHT);
                image.setRGB(i, i, 0);
                writer.writeToSequence(new IIOImage(image, null, withDelay(writer, image, i)), null);
            }
            writer.endWriteSequence();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static IIOMetadata withDelay(ImageWriter writer, BufferedImage image, int frame) throws IOException {
        IIOMetadata metadata = writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
        String format = metadata.getNativeMetadataFormatName();
        IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(format);
        IIOMetadataNode control = (IIOMetadataNode)
                root.getElementsByTagName("GraphicControlExtension").item(0);
        control.setAttribute("delayTime", Integer.toString(5 + frame));
        metadata.setFromTree(format, root);
        return metadata;
    }

    static byte[] extension(int label, Object... blocks) {
        return join(0x21, label, join(blocks), 0);
    }

    static byte[] block(Object... content) {
        byte[] all = join(content);
        return join(all.length, all);
    }

    /** Returns a GIF with blocks before its first one. */
    static byte[] with(byte[] gif, Object... blocks) {
        int flags = gif[10];
        int after = 13 + ((flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1));
        return join(Arrays.copyOf(gif, after), join(blocks), Arrays.copyOfRange(gif, after, gif.length));
    }

    /** Returns a GIF with blocks before its end. */
    static byte[] withLast(byte[] gif, Object... blocks) {
        return join(Arrays.copyOf(gif, gif.length - 1), join(blocks), 0x3b);
    }

    /** Returns extensions that must be left out. */
    static List<byte[]> leftOut() {
        byte[] trailer =
                join(1, IntStream.range(0, 256).mapToObj(i -> join(255 - i)).toArray(byte[][]::new));
        return List.of(
                extension(0xfe, block(SECRET), block(SECRET)),
                extension(0xfe),
                extension(0x01, block("............"), block(SECRET)),
                extension(0xff, block("XMP DataXMP"), Planted.XMP, trailer),
                extension(0xff, block("MGK8BIM0000"), block(SECRET)),
                extension(0xff, block("NETSCAPE2.0"), block(2, 0, 0, 0, 0), block(SECRET)),
                extension(0xff, block(SECRET)),
                extension(0x42, block(SECRET)));
    }

    static byte[] profile() {
        return extension(0xff, block("ICCRGBG1012"), block(Planted.PROFILE));
    }

    /** Returns a GIF of a number of frames of one pixel. */
    static byte[] small(int width, int height, int frames) {
        List<byte[]> all = new ArrayList<>();
        all.add(join("GIF89a", Parts.little(width, 2), Parts.little(height, 2), 0x80, 0, 0, 0, 0, 0, 255, 255, 255));
        for (int i = 0; i < frames; i++) {
            all.add(join(0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0));
        }
        all.add(join(0x3b));
        return join((Object) all.toArray(byte[][]::new));
    }

    /** Returns a GIF with everything that one may contain. */
    static byte[] full() {
        byte[][] leftOut = leftOut().toArray(byte[][]::new);
        return join(withLast(with(animated(), REPETITION, leftOut, profile()), (Object) leftOut), SECRET);
    }
}
