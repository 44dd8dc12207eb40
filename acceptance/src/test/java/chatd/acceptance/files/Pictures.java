package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Wire;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/**
 * Pictures with metadata that must be removed, made by hand from what {@code javax.imageio}
 * encodes.
 */
public final class Pictures {
    static final int WIDTH = 60;
    static final int HEIGHT = 40;

    /** Occurs in every part that must be removed. */
    static final String SECRET = "S3CRETxPLACE";

    private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};

    private Pictures() {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Returns a picture of 60 × 40: {@code jpg}, {@code png} or {@code gif}. */
    public static byte[] encoded(String format) {
        var image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setPaint(new GradientPaint(0, 0, Color.RED, WIDTH, HEIGHT, Color.BLUE));
        graphics.fillRect(0, 0, WIDTH, HEIGHT);
        graphics.dispose();
        try {
            var out = new ByteArrayOutputStream();
            assertThat(ImageIO.write(image, format, out)).isTrue();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the decoded pixels, row by row. */
    static int[] pixels(byte[] picture) {
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(picture));
            assertThat(image).as("can be decoded").isNotNull();
            return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean contains(byte[] bytes, String part) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains(part);
    }

    static boolean contains(byte[] bytes, byte[] part) {
        return contains(bytes, new String(part, StandardCharsets.ISO_8859_1));
    }

    static byte[] colourProfile() {
        return ICC_Profile.getInstance(ColorSpace.CS_sRGB).getData();
    }

    /** Returns an archive, which other programs find at the end of any file. */
    static byte[] archive() {
        try {
            var out = new ByteArrayOutputStream();
            try (var zip = new ZipOutputStream(out)) {
                zip.putNextEntry(new ZipEntry(SECRET));
                zip.write(1);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a TIFF with a make, an orientation (6: turned by 90°), and a place. */
    static byte[] exif() {
        ByteBuffer tiff = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
        tiff.put(ascii("II")).putShort((short) 42).putInt(8);
        tiff.putShort((short) 3);
        entry(tiff, 0x010f, 2, SECRET.length() + 1, 100);
        entry(tiff, 0x0112, 3, 1, 6);
        entry(tiff, 0x8825, 4, 1, 50);
        tiff.putInt(0);
        tiff.position(50);
        tiff.putShort((short) 1);
        entry(tiff, 0x001d, 2, SECRET.length() + 1, 130);
        tiff.putInt(0);
        tiff.position(100);
        tiff.put(ascii(SECRET));
        tiff.position(130);
        tiff.put(ascii(SECRET));
        return tiff.array();
    }

    private static void entry(ByteBuffer tiff, int tag, int type, int count, int value) {
        tiff.putShort((short) tag).putShort((short) type).putInt(count).putInt(value);
    }

    // JPEG

    static byte[] segment(int marker, byte[]... parts) {
        byte[] content = Wire.join(parts);
        int length = content.length + 2;
        byte[] head = {(byte) 0xff, (byte) marker, (byte) (length >> 8), (byte) length};
        return Wire.join(head, content);
    }

    /** Inserts segments after the start marker of a JPEG. */
    private static byte[] withSegments(byte[] jpeg, byte[]... segments) {
        return Wire.join(Arrays.copyOf(jpeg, 2), Wire.join(segments), Arrays.copyOfRange(jpeg, 2, jpeg.length));
    }

    static byte[] withExif(byte[] jpeg) {
        return withSegments(jpeg, segment(0xe1, ascii("Exif\0\0"), exif()));
    }

    /** Returns a JPEG with everything that must be removed, and a colour profile. */
    static byte[] jpegWithMetadata() {
        return Wire.join(
                withSegments(
                        encoded("jpg"),
                        segment(0xe1, ascii("Exif\0\0"), exif()),
                        segment(0xe1, ascii("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + SECRET)),
                        segment(0xe2, ascii("ICC_PROFILE\0\1\1"), colourProfile()),
                        segment(0xed, ascii("Photoshop 3.0\0" + SECRET)),
                        segment(0xee, ascii("Something" + SECRET)),
                        segment(0xfe, ascii(SECRET))),
                archive());
    }

    /** Returns the orientation in a JPEG's EXIF; 1, upright, if there is none. */
    static int orientation(byte[] jpeg) {
        int at = new String(jpeg, StandardCharsets.ISO_8859_1).indexOf("Exif\0\0");
        if (at < 0) {
            return 1;
        }
        ByteBuffer tiff = ByteBuffer.wrap(jpeg, at + 6, jpeg.length - at - 6).slice();
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = tiff.getInt(4);
        for (int i = 0; i < tiff.getShort(directory); i++) {
            if (tiff.getShort(directory + 2 + 12 * i) == 0x0112) {
                return tiff.getShort(directory + 2 + 12 * i + 8);
            }
        }
        return 1;
    }

    // PNG

    static byte[] pngChunk(String type, byte[]... parts) {
        byte[] content = Wire.join(parts);
        byte[] named = Wire.join(ascii(type), content);
        var crc = new CRC32();
        crc.update(named);
        return Wire.join(Wire.number(content.length), named, Wire.number((int) crc.getValue()));
    }

    /** Returns a PNG with everything that must be removed, and a colour profile. */
    static byte[] pngWithMetadata() {
        byte[] png = encoded("png");
        int afterHeader = 8 + 25;
        return Wire.join(
                Arrays.copyOf(png, afterHeader),
                pngChunk("iCCP", ascii("sRGB\0\0"), deflated(colourProfile())),
                pngChunk("tEXt", ascii("Location\0" + SECRET)),
                pngChunk("zTXt", ascii("Comment\0\0"), deflated(ascii(SECRET))),
                pngChunk("iTXt", ascii("XML:com.adobe.xmp\0\0\0\0\0" + SECRET)),
                pngChunk("eXIf", exif()),
                pngChunk("tIME", new byte[] {7, (byte) 0xea, 11, 25, 12, 0, 0}),
                pngChunk("prVt", ascii(SECRET)),
                Arrays.copyOfRange(png, afterHeader, png.length),
                archive());
    }

    private static byte[] pngHeader(int width, int height) {
        return pngChunk("IHDR", Wire.number(width), Wire.number(height), new byte[] {1, 0, 0, 0, 0});
    }

    /** Returns a whole PNG, all black, of one bit a pixel. */
    static byte[] blackPng(int width, int height) {
        return Wire.join(
                PNG_SIGNATURE,
                pngHeader(width, height),
                pngChunk("IDAT", deflated(new byte[height * (1 + (width + 7) / 8)])),
                pngChunk("IEND"));
    }

    /** Returns a small PNG that claims to be of this size. */
    static byte[] pngClaimingSize(int width, int height) {
        return Wire.join(
                PNG_SIGNATURE, pngHeader(width, height), pngChunk("IDAT", deflated(new byte[9])), pngChunk("IEND"));
    }

    private static byte[] deflated(byte[] content) {
        try {
            var out = new ByteArrayOutputStream();
            try (var deflater = new DeflaterOutputStream(out)) {
                deflater.write(content);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // GIF

    private static byte[] block(byte[] content) {
        return Wire.join(new byte[] {(byte) content.length}, content, new byte[1]);
    }

    /** Returns a GIF with everything that must be removed. */
    static byte[] gifWithMetadata() {
        byte[] gif = encoded("gif");
        assertThat(gif[gif.length - 1]).isEqualTo((byte) ';');
        return Wire.join(
                Arrays.copyOf(gif, gif.length - 1),
                new byte[] {0x21, (byte) 0xfe},
                block(ascii(SECRET)),
                new byte[] {0x21, (byte) 0xff, 11},
                ascii("XMP DataXMP"),
                block(ascii(SECRET)),
                new byte[] {';'},
                archive());
    }

    /** Returns an animated GIF of one pixel, which is black and white in turn, each for 100 ms. */
    public static byte[] animatedGif(int frames) {
        var gif = new ByteArrayOutputStream();
        gif.writeBytes(ascii("GIF89a"));
        gif.writeBytes(new byte[] {1, 0, 1, 0, (byte) 0x80, 0, 0, 0, 0, 0, -1, -1, -1});
        gif.writeBytes(
                Wire.join(new byte[] {0x21, (byte) 0xff, 11}, ascii("NETSCAPE2.0"), block(new byte[] {1, 0, 0})));
        for (int i = 0; i < frames; i++) {
            gif.writeBytes(new byte[] {0x21, (byte) 0xf9, 4, 0, 10, 0, 0, 0});
            gif.writeBytes(new byte[] {0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2});
            gif.writeBytes(block(new byte[] {(byte) (i % 2 == 0 ? 0x44 : 0x4c), 1}));
        }
        gif.write(';');
        return gif.toByteArray();
    }

    // WebP

    private static byte[] riffChunk(String type, byte[] content) {
        byte[] size = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(content.length)
                .array();
        return Wire.join(ascii(type), size, content, new byte[content.length % 2]);
    }

    /** Returns the only pixel of {@link #webPWithMetadata}. */
    static byte[] webPPixel() {
        byte[] webP = Base64.getDecoder().decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==");
        return Arrays.copyOfRange(webP, 20, 20 + 13);
    }

    /** Returns a WebP of one pixel with everything that must be removed, and a colour profile. */
    static byte[] webPWithMetadata() {
        int flags = 0x20 | 0x08 | 0x04;
        return Wire.join(
                riffChunk(
                        "RIFF",
                        Wire.join(
                                ascii("WEBP"),
                                riffChunk("VP8X", new byte[] {(byte) flags, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
                                riffChunk("ICCP", colourProfile()),
                                riffChunk("VP8L", webPPixel()),
                                riffChunk("EXIF", exif()),
                                riffChunk("XMP ", ascii("<x:xmpmeta>" + SECRET)))),
                archive());
    }

    private static final Color[] IN_TURN = {Color.RED, Color.BLUE};

    /** Returns an animated PNG of 32 × 32, which is red and blue in turn, each for 100 ms. */
    public static byte[] animatedPng() {
        int side = 32;
        byte[] control = Wire.join(Wire.number(side), Wire.number(side), Wire.number(0), Wire.number(0));
        byte[] delay = {0, 1, 0, 10, 0, 0};
        return Wire.join(
                PNG_SIGNATURE,
                pngChunk("IHDR", Wire.number(side), Wire.number(side), new byte[] {8, 2, 0, 0, 0}),
                pngChunk("acTL", Wire.number(2), Wire.number(0)),
                pngChunk("fcTL", Wire.number(0), control, delay),
                pngChunk("IDAT", deflated(rows(side, IN_TURN[0]))),
                pngChunk("fcTL", Wire.number(1), control, delay),
                pngChunk("fdAT", Wire.number(2), deflated(rows(side, IN_TURN[1]))),
                pngChunk("IEND"));
    }

    private static byte[] rows(int side, Color colour) {
        byte[] rows = new byte[side * (1 + 3 * side)];
        for (int i = 0; i < rows.length; i++) {
            int inRow = i % (1 + 3 * side);
            int part = (inRow - 1) % 3;
            rows[i] = (byte)
                    (inRow == 0 ? 0 : part == 0 ? colour.getRed() : part == 1 ? colour.getGreen() : colour.getBlue());
        }
        return rows;
    }

    /** Returns an animated WebP of 32 × 32, which is red and blue in turn, each for 100 ms. */
    public static byte[] animatedWebP() {
        int side = 32;
        byte[] size = {(byte) (side - 1), 0, 0, (byte) (side - 1), 0, 0};
        byte[][] frames = Arrays.stream(IN_TURN)
                .map(colour -> riffChunk(
                        "ANMF",
                        Wire.join(
                                new byte[6],
                                size,
                                new byte[] {100, 0, 0, 0},
                                riffChunk("VP8L", lossless(side, colour)))))
                .toArray(byte[][]::new);
        return riffChunk(
                "RIFF",
                Wire.join(
                        ascii("WEBP"),
                        riffChunk("VP8X", Wire.join(new byte[] {2, 0, 0, 0}, size)),
                        riffChunk("ANIM", new byte[6]),
                        Wire.join(frames)));
    }

    /**
     * Returns a lossless WebP image of one colour: each of its codes has a single symbol, so its pixels take no bits.
     */
    private static byte[] lossless(int side, Color colour) {
        var bits = new BitSet();
        int at = 0;
        at = put(bits, at, 0x2f, 8);
        at = put(bits, at, side - 1, 14);
        at = put(bits, at, side - 1, 14);
        // No alpha, version 0; no transform, no colour cache, one group of codes.
        at = put(bits, at, 0, 1 + 3 + 3);
        for (int symbol : new int[] {colour.getGreen(), colour.getRed(), colour.getBlue(), 255}) {
            // A simple code, of one symbol, which has eight bits.
            at = put(bits, at, 0b101, 3);
            at = put(bits, at, symbol, 8);
        }
        // The distance's, whose symbol has one bit.
        at = put(bits, at, 0b0001, 4);
        return Arrays.copyOf(bits.toByteArray(), (at + 7) / 8);
    }

    private static int put(BitSet bits, int at, int value, int count) {
        for (int i = 0; i < count; i++) {
            bits.set(at + i, (value >> i & 1) != 0);
        }
        return at + count;
    }

    /** Returns a grey PNG, one pixel high, whose pixels, not compressed, are the characters of a word. */
    public static byte[] pngOf(String word) {
        byte[] row = ascii("\0" + word);
        Deflater none = new Deflater(Deflater.NO_COMPRESSION);
        none.setInput(row);
        none.finish();
        byte[] pixels = new byte[row.length + 64];
        int length = none.deflate(pixels);
        none.end();
        ByteBuffer header =
                ByteBuffer.allocate(13).putInt(word.length()).putInt(1).put((byte) 8);
        return Wire.join(
                PNG_SIGNATURE,
                pngChunk("IHDR", header.array()),
                pngChunk("IDAT", Arrays.copyOf(pixels, length)),
                pngChunk("IEND"));
    }
}
