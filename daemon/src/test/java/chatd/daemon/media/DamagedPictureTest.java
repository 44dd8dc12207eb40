package chatd.daemon.media;

import static chatd.daemon.media.Bytes.join;
import static chatd.daemon.media.Bytes.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/**
 * Pictures are refused that lie about their sizes, are too large, or hide something in what is
 * kept.
 */
class DamagedPictureTest {
    private static final byte[] START = join(0xff, 0xd8);
    private static final byte[] PIXELS = Pngs.chunk("IDAT", "data");
    private static final byte[] END = Pngs.chunk("IEND");

    private static void assertDamaged(String why, Object... picture) {
        assertThatExceptionOfType(DamagedPicture.class)
                .isThrownBy(() -> read(join(picture)))
                .withMessageContaining(why);
    }

    private static byte[] frame(int width, int height) {
        return Jpegs.segment(0xc0, 8, Parts.big(height, 2), Parts.big(width, 2), 1, 1, 0x11, 0);
    }

    private static byte[] scan() {
        return join(Jpegs.segment(0xda, 1, 1, 0, 0, 63, 0), "data");
    }

    private static byte[] lying(byte[] riff, int difference) {
        byte[] size = Parts.little(riff.length - 8L + difference, 4);
        return join(Arrays.copyOf(riff, 4), size, Arrays.copyOfRange(riff, 8, riff.length));
    }

    @Test
    void segmentsOfAJpegThatLieAboutTheirLengthAreDamage() {
        for (int length : new int[] {0, 1}) {
            assertDamaged("no length", START, frame(1, 1), 0xff, 0xfe, 0, length, scan(), 0xff, 0xd9);
        }
        assertDamaged("cut off", START, frame(1, 1), 0xff, 0xfe, 0xff, 0xff, scan(), 0xff, 0xd9);
        assertDamaged("not where it should be", START, frame(1, 1), "SECRETWORD", scan(), 0xff, 0xd9);
        assertDamaged("its header", START, Jpegs.segment(0xc0, 8, 0, 1), scan(), 0xff, 0xd9);
        assertDamaged(
                "its header",
                START,
                Jpegs.segment(0xc0, 8, 0, 1, 0, 1, 1, 1, 0x11, 0, "SECRETWORD"),
                scan(),
                0xff,
                0xd9);
        assertDamaged("its header", START, frame(1, 1), frame(1, 1), scan(), 0xff, 0xd9);
        assertDamaged("the header of its data", START, frame(1, 1), Jpegs.segment(0xda), "data", 0xff, 0xd9);
        assertDamaged(
                "the header of its data",
                START,
                frame(1, 1),
                Jpegs.segment(0xda, 1, 1, 0, 0, 63, 0, "SECRET"),
                0xff,
                0xd9);
    }

    @Test
    void aJpegWithoutHeaderSizeOrScanIsDamage() {
        assertDamaged("no header", START, 0xff, 0xd9);
        assertDamaged("no header", START, scan(), 0xff, 0xd9);
        assertDamaged("empty", START, frame(1, 1), 0xff, 0xd9);
        assertDamaged("no height", START, frame(1, 0), scan(), 0xff, 0xd9);
        assertDamaged("size", START, frame(0, 1), scan(), 0xff, 0xd9);
        assertDamaged("cut off", START, frame(1, 1), scan());
        assertThat(read(join(START, frame(3, 2), scan(), 0xff, 0xd9)).width()).isEqualTo(3);
    }

    @Test
    void segmentsThatNoDecoderKnowsAreDamage() {
        for (int marker : new int[] {0x01, 0x02, 0xbf, 0xc8, 0xd0, 0xd7, 0xd8, 0xde, 0xdf, 0xf0, 0xf7, 0xfd}) {
            assertDamaged(
                    "no picture has", START, frame(1, 1), Jpegs.segment(marker, "SECRETWORD"), scan(), 0xff, 0xd9);
        }
    }

    @Test
    void chunksOfAPngThatLieAboutTheirLengthAreDamage() {
        for (String length : new String[] {"\u00ff\u00ff\u00ff\u00ff", "\u007f\u00ff\u00ff\u00ff", "\0\1\0\0"}) {
            assertDamaged("cut off", Pngs.SIGNATURE, Pngs.header(1, 1), length, "tEXtSECRETWORD", PIXELS, END);
            assertDamaged("cut off", Pngs.SIGNATURE, Pngs.header(1, 1), length, "IDATSECRETWORD", END);
        }
        assertDamaged("no header", Pngs.SIGNATURE, "\0\0\0\u000eIHDR", new byte[18], PIXELS, END);
        assertDamaged("no header", Pngs.SIGNATURE, PIXELS, END);
        assertDamaged("no picture has", Pngs.SIGNATURE, Pngs.header(1, 1), Pngs.chunk("SECR"), PIXELS, END);
        assertDamaged("no picture has", Pngs.SIGNATURE, Pngs.header(1, 1), Pngs.chunk("a\0bc"), PIXELS, END);
        assertDamaged("two headers", Pngs.SIGNATURE, Pngs.header(1, 1), Pngs.header(50_000, 50_000), PIXELS, END);
        assertDamaged("empty", Pngs.SIGNATURE, Pngs.header(1, 1), END);
        assertDamaged("empty", Pngs.SIGNATURE, Pngs.header(0xffffffffL, 1), PIXELS, END);
        assertDamaged("size", Pngs.SIGNATURE, Pngs.header(0, 1), PIXELS, END);
        assertDamaged("size", Pngs.SIGNATURE, Pngs.header(1, 0), PIXELS, END);
    }

    @Test
    void chunksOfAPngThatAreLongerThanTheyMayBeAreDamage() {
        byte[] header = Pngs.header(1, 1);
        for (String type :
                new String[] {"acTL", "fcTL", "gAMA", "cHRM", "sRGB", "cICP", "pHYs", "sBIT", "bKGD", "tRNS"}) {
            byte[] chunk = Pngs.chunk(type, "SECRETWORD".repeat(100));
            assertDamaged("too long", Pngs.SIGNATURE, header, chunk, PIXELS, END);
        }
        assertDamaged("too long", Pngs.SIGNATURE, header, PIXELS, Pngs.chunk("IEND", "SECRETWORD"));
    }

    @Test
    void framesOfAPngOutsideOfItAreDamage() {
        byte[] header = Pngs.header(10, 10);
        assertDamaged("outside", Pngs.SIGNATURE, header, Pngs.control(0, 50_000, 50_000, 0, 0), PIXELS, END);
        assertDamaged("outside", Pngs.SIGNATURE, header, Pngs.control(0, 5, 5, 6, 0), PIXELS, END);
        assertDamaged("outside", Pngs.SIGNATURE, header, Pngs.control(0, 5, 5, 0, 0xffffffffL), PIXELS, END);
        assertDamaged("cut off", Pngs.SIGNATURE, header, Pngs.chunk("fcTL"), PIXELS, Pngs.chunk("IEND"));
        assertDamaged("cut off", Pngs.SIGNATURE, header, Pngs.chunk("acTL", "1234"), PIXELS, Pngs.chunk("IEND"));
    }

    @Test
    void blocksOfAGifThatLieAreDamage() {
        byte[] still = Gifs.small(1, 1, 1);
        assertDamaged("cut off", Arrays.copyOf(still, still.length - 1));
        assertDamaged("cut off", Gifs.with(still, 0x21, 0xfe, 0xff, "SECRETWORD"));
        assertDamaged("no picture has", Gifs.with(still, 0x42));
        assertDamaged("no picture has", Gifs.with(still, 0));
        assertDamaged("empty", Gifs.small(1, 1, 0));
        assertDamaged("size", join("GIF89a", new byte[7], 0x2c, new byte[9], 2, 0, 0x3b));
        assertDamaged("no picture has", Gifs.with(still, Gifs.extension(0xf9, Gifs.block(0, 0, 0, 0, "SECRETWORD"))));
        assertDamaged(
                "no picture has",
                Gifs.with(still, Gifs.extension(0xf9, Gifs.block(0, 0, 0, 0), Gifs.block("SECRETWORD"))));
    }

    @Test
    void chunksOfAWebPThatLieAboutTheirLengthAreDamage() {
        byte[] still = WebpImages.losslessImage();
        assertDamaged("cut off", lying(still, 2));
        assertDamaged("cut off", lying(still, -2));
        assertDamaged("cut off", lying(still, Integer.MAX_VALUE));
        assertDamaged("cut off", WebpImages.riff(WebpImages.lossless(1, 1), "junk\u00ff\u00ff\u00ff\u00ff"));
        assertDamaged("cut off", WebpImages.riff(WebpImages.lossless(1, 1), "junk"));
        assertDamaged("empty", "RIFF\0\0\0\0WEBP");
        assertDamaged("empty", WebpImages.riff());
        assertDamaged("empty", WebpImages.riff(WebpImages.extended(0, 1, 1)));
        assertDamaged("its header", WebpImages.riff(WebpImages.chunk("VP8L", "x1234")));
        assertDamaged("its header", WebpImages.riff(WebpImages.chunk("VP8L"), "/234\0\0\0\0"));
        assertDamaged("its header", WebpImages.riff(WebpImages.chunk("VP8 "), "xyz\u009d\0\0\0\0"));
        assertDamaged("size", WebpImages.riff(WebpImages.lossy(0, 1)));
    }

    @Test
    void chunksOfAWebPThatHideSomethingAreDamage() {
        byte[] image = WebpImages.lossless(1, 1);
        byte[] extended = WebpImages.extended(0, 1, 1);
        assertDamaged("its header", WebpImages.riff(WebpImages.chunk("VP8X", new byte[10], "SECRETWORD"), image));
        assertDamaged("its header", WebpImages.riff(WebpImages.chunk("VP8X", new byte[2]), image));
        assertDamaged("its header", WebpImages.riff(extended, extended, image));
        assertDamaged("its header", WebpImages.riff(image, WebpImages.extended(4, 1, 1)));
        assertDamaged(
                "its header",
                WebpImages.riff(
                        extended, WebpImages.chunk("ANIM", new byte[6], "SECRETWORD"), WebpImages.frame(1, 1, image)));
        assertDamaged("two images", WebpImages.riff(extended, image, image));
        assertDamaged("two images", WebpImages.riff(extended, WebpImages.frame(1, 1, image, image)));
        assertDamaged(
                "cut off",
                WebpImages.riff(
                        extended, WebpImages.chunk("ANMF", new byte[8]), WebpImages.chunk("junk", "SECRETWORD")));
        assertDamaged(
                "cut off",
                WebpImages.riff(extended, WebpImages.chunk("ANMF", new byte[16], "junk\u00ff\0\0\0"), image));
    }

    @Test
    void tooManyPixelsAreNotShown() {
        String why = "at most 50 million";
        assertDamaged(why, START, frame(50_000, 50_000), scan(), 0xff, 0xd9);
        assertDamaged(why, Pngs.SIGNATURE, Pngs.header(50_000, 50_000), PIXELS, END);
        assertDamaged(why, Pngs.SIGNATURE, Pngs.header(0x7fffffff, 0x7fffffff), PIXELS, END);
        assertDamaged(why, Gifs.small(50_000, 50_000, 1));
        assertDamaged(why, WebpImages.riff(WebpImages.lossless(16_384, 16_384)));
        assertDamaged(why, WebpImages.riff(WebpImages.extended(0, 50_000, 50_000), WebpImages.lossless(1, 1)));
        assertDamaged(why, WebpImages.riff(WebpImages.extended(0, 1 << 24, 1 << 24), WebpImages.lossless(1, 1)));
        assertDamaged(
                why,
                WebpImages.riff(
                        WebpImages.extended(2, 1, 1),
                        WebpImages.animation(),
                        WebpImages.frame(1, 1, WebpImages.lossy(16_383, 16_383))));
        assertDamaged(why, Gifs.with(Gifs.small(1, 1, 1), 0x2c, "\0\0\0\0\u00ff\u00ff\u00ff\u00ff", 0, 2, 0));
        assertThat(read(Gifs.small(10_000, 5_000, 10)).frames()).isEqualTo(10);
        assertDamaged("more than 500 million", Gifs.small(10_000, 5_000, 11));
    }

    @Test
    void tooManyScansAreNotShown() {
        byte[] scans = {};
        for (int i = 0; i < 100; i++) {
            scans = join(scans, scan());
        }
        assertThat(read(join(START, frame(3, 2), scans, 0xff, 0xd9)).width()).isEqualTo(3);
        assertDamaged("over 100 layers", START, frame(3, 2), scans, scan(), 0xff, 0xd9);
    }

    @Test
    void tooManyFramesAreNotShown() {
        String why = "at most 1000 are shown";
        byte[] frame = WebpImages.frame(1, 1, WebpImages.lossless(1, 1));
        byte[] many = join((Object) Collections.nCopies(10_000, frame).toArray(byte[][]::new));
        assertDamaged(why, Gifs.small(1, 1, 10_000));
        assertDamaged(why, WebpImages.riff(WebpImages.extended(2, 1, 1), WebpImages.animation(), many));
        byte[] all = Pngs.chunk("acTL", Parts.big(10_000, 4), new byte[4]);
        assertDamaged(why, Pngs.SIGNATURE, Pngs.header(1, 1), all, PIXELS, END);
        byte[] most = Pngs.chunk("acTL", "\u00ff\u00ff\u00ff\u00ff", new byte[4]);
        assertDamaged(why, Pngs.SIGNATURE, Pngs.header(1, 1), most, PIXELS, END);
        byte[] controls = join(
                (Object) Collections.nCopies(1_001, Pngs.control(0, 1, 1, 0, 0)).toArray(byte[][]::new));
        assertDamaged(why, Pngs.SIGNATURE, Pngs.header(1, 1), controls, PIXELS, END);
        assertThat(read(Gifs.small(1, 1, 1_000)).frames()).isEqualTo(1_000);
    }

    @Test
    void tooManyPartsAreDamage() {
        int many = 20_000;
        assertDamaged(
                "too many parts",
                START,
                pairs(Jpegs.segment(0xdd, 0, 0), Jpegs.segment(0xfe), many),
                scan(),
                0xff,
                0xd9);
        assertDamaged(
                "too many parts", Pngs.SIGNATURE, Pngs.header(1, 1), pairs(PIXELS, Pngs.chunk("tEXt"), many), END);
        byte[] control = Gifs.extension(0xf9, Gifs.block(0, 0, 0, 0));
        assertDamaged("too many parts", Gifs.with(Gifs.small(1, 1, 1), pairs(control, Gifs.extension(0xfe), many)));
        byte[] extended = WebpImages.extended(0, 1, 1);
        assertDamaged(
                "too many parts",
                WebpImages.riff(extended, pairs(WebpImages.profile(), WebpImages.chunk("junk"), many)));
        byte[] frame = WebpImages.frame(1, 1, pairs(WebpImages.chunk("ALPH"), WebpImages.chunk("junk"), many));
        assertDamaged("too many parts", WebpImages.riff(extended, frame));
    }

    private static byte[] pairs(byte[] one, byte[] other, int many) {
        return join((Object) Collections.nCopies(many, join(one, other)).toArray(byte[][]::new));
    }
}
