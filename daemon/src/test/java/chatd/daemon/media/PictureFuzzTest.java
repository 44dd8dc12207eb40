package chatd.daemon.media;

import static chatd.daemon.media.Bytes.join;
import static chatd.daemon.media.Bytes.kept;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.fixtures.Campaign;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Reads randomly damaged pictures. None causes an exception other than {@link DamagedPicture}, none
 * is read outside its bounds or endlessly, and what is kept of one has nothing that must be left
 * out.
 */
class PictureFuzzTest {
    private static final List<String> MAGIC = List.of(
            "\u00ff\u00d8\u00ff",
            Pngs.SIGNATURE,
            Pngs.SIGNATURE + "\0\0\0\rIHDR",
            "GIF89a",
            "GIF87a",
            "RIFF\0\2\0\0WEBP",
            "RIFF\0\2\0\0WEBPVP8X\n\0\0\0");

    private final Random random = Campaign.random();

    private static List<byte[]> corpus() {
        List<byte[]> all = new ArrayList<>(Pictures.clean().values());
        all.addAll(Pictures.full().values());
        return all;
    }

    /** Reads a content; returns what is kept of it if it is a picture. */
    private static Optional<byte[]> tried(byte[] content) {
        try {
            MediaType.of(new Bytes(content));
            Optional<Picture> picture = Picture.of(new Bytes(content));
            if (picture.isEmpty()) {
                return Optional.empty();
            }
            byte[] kept = kept(picture.get(), content);
            Picture again = Picture.of(new Bytes(kept)).orElseThrow();
            assertThat(again.isClean(kept.length))
                    .as("clean at the second time")
                    .isTrue();
            assertThat(again.type()).isEqualTo(picture.get().type());
            assertThat(again.width()).isEqualTo(picture.get().width());
            assertThat(again.height()).isEqualTo(picture.get().height());
            assertThat(again.frames()).isEqualTo(picture.get().frames());
            return Optional.of(kept);
        } catch (DamagedPicture e) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> shown(byte[] content) {
        try {
            return tried(content);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("with " + HexFormat.of().formatHex(content), e);
        }
    }

    @Test
    void aPictureCutOffAnywhereIsDamagedOrClean() {
        for (byte[] picture : corpus()) {
            for (int length = 0; length < picture.length; length++) {
                assertThat(shown(Arrays.copyOf(picture, length)).map(Bytes::text))
                        .satisfies(kept ->
                                kept.ifPresent(found -> assertThat(found).doesNotContain(Planted.WORDS)));
            }
        }
    }

    @Test
    void randomBytesAfterTheFirstOnesDoNoHarm() {
        for (int i = 0; i < Campaign.times(50_000, 2_000_000); i++) {
            byte[] content = new byte[random.nextInt(600)];
            random.nextBytes(content);
            shown(join(MAGIC.get(random.nextInt(MAGIC.size())), content));
        }
    }

    @Test
    void mutationsAreDamagedOrCleanedOnce() {
        List<byte[]> corpus = corpus();
        int pictures = 0;
        for (int i = 0; i < Campaign.times(60_000, 3_000_000); i++) {
            byte[] mutated = corpus.get(random.nextInt(corpus.size()));
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                mutated = changed(mutated, corpus.get(random.nextInt(corpus.size())));
            }
            pictures += shown(mutated).isPresent() ? 1 : 0;
        }
        assertThat(pictures).isGreaterThan(Campaign.times(3_000, 300_000));
    }

    private byte[] changed(byte[] some, byte[] other) {
        byte[] changed = some.clone();
        int from = random.nextInt(some.length + 1);
        int to = Math.min(some.length, from + random.nextInt(40));
        switch (random.nextInt(6)) {
            case 0 -> Arrays.fill(changed, from, to, (byte) (random.nextBoolean() ? 0xff : 0));
            case 1 -> changed = join(Arrays.copyOf(some, from), Arrays.copyOfRange(some, to, some.length));
            case 2 -> changed = join(Arrays.copyOf(some, to), Arrays.copyOfRange(some, from, some.length));
            case 3 -> {
                int begin = random.nextInt(other.length);
                int end = Math.min(other.length, begin + random.nextInt(100));
                byte[] piece = Arrays.copyOfRange(other, begin, end);
                changed = join(Arrays.copyOf(some, from), piece, Arrays.copyOfRange(some, from, some.length));
            }
            default -> {
                if (from < some.length) {
                    changed[from] =
                            (byte) (random.nextBoolean() ? random.nextInt(256) : some[from] ^ 1 << random.nextInt(8));
                }
            }
        }
        return changed.length == 0 ? some : changed;
    }

    @Test
    void nothingPlantedIsKeptWhateverTheOrderOfParts() {
        List<byte[]> jpegs = List.of(Jpegs.baseline(), Jpegs.progressive(), Jpegs.rgb());
        List<byte[]> pngs = List.of(Pngs.palette(), Pngs.animated());
        List<byte[]> gifs = List.of(Gifs.still(), Gifs.animated());
        List<byte[]> trails = Planted.trails();
        for (int i = 0; i < Campaign.times(8_000, 400_000); i++) {
            byte[] picture = switch (random.nextInt(4)) {
                case 0 -> Jpegs.withLast(Jpegs.with(one(jpegs), some(jpeg())), some(jpeg()));
                case 1 -> Pngs.withLast(Pngs.with(one(pngs), some(png())), some(png()));
                case 2 -> Gifs.withLast(Gifs.with(one(gifs), some(gif())), some(gif()));
                default -> webPInAnyOrder();
            };
            byte[] whole = join(picture, one(trails));

            assertThat(shown(whole).map(Bytes::text))
                    .hasValueSatisfying(kept -> assertThat(kept).doesNotContain(Planted.WORDS));
        }
    }

    private byte[] webPInAnyOrder() {
        byte[] image = WebpImages.lossless(WebpImages.WIDTH, WebpImages.HEIGHT);
        byte[] frame = WebpImages.frame(WebpImages.WIDTH, WebpImages.HEIGHT, some(webp()), image, some(webp()));
        byte[] extended = WebpImages.extended(random.nextInt(256), WebpImages.WIDTH, WebpImages.HEIGHT);
        return WebpImages.riff(extended, some(webp()), frame, some(webp()));
    }

    private List<byte[]> jpeg() {
        List<byte[]> all = new ArrayList<>(Jpegs.leftOut());
        all.add(Planted.exif(random.nextInt(10), order()));
        all.add(Jpegs.segment(0xe0 + random.nextInt(16), "S", randomBytes(), Planted.SECRET));
        all.add(Jpegs.segment(0xe1, "Exif\0\0", damaged(Planted.tiff(6, order()))));
        return all;
    }

    private List<byte[]> png() {
        List<byte[]> all = new ArrayList<>(Pngs.leftOut());
        all.add(Pngs.chunk("eXIf", Planted.tiff(random.nextInt(10), order())));
        all.add(Pngs.chunk("eXIf", damaged(Planted.tiff(6, order()))));
        all.add(Pngs.chunk("prVt", randomBytes(), Planted.SECRET));
        return all;
    }

    private List<byte[]> gif() {
        List<byte[]> all = new ArrayList<>(Gifs.leftOut());
        all.add(Gifs.extension(
                random.nextInt(0xf0), Gifs.block("S", randomBytes(), Planted.SECRET), Gifs.block("SECRETWORD")));
        all.add(Gifs.REPETITION);
        all.add(Gifs.extension(0xff, Gifs.block("NETSCAPE2.0"), Gifs.block(1, 0, 0), Gifs.block(Planted.SECRET)));
        return all;
    }

    private List<byte[]> webp() {
        List<byte[]> all = new ArrayList<>(WebpImages.leftOut());
        all.add(WebpImages.chunk("EXIF", Planted.tiff(random.nextInt(10), order())));
        all.add(WebpImages.chunk("EXIF", damaged(Planted.tiff(6, order()))));
        all.add(WebpImages.chunk("jnk" + (char) random.nextInt(256), randomBytes(), Planted.SECRET));
        return all;
    }

    private ByteOrder order() {
        return random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    private byte[] randomBytes() {
        byte[] randomBytes = new byte[random.nextInt(60)];
        random.nextBytes(randomBytes);
        return randomBytes;
    }

    private byte[] damaged(byte[] tiff) {
        byte[] damaged = Arrays.copyOf(tiff, random.nextInt(tiff.length + 1));
        for (int i = 0; i < 5 && damaged.length > 0; i++) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        return damaged;
    }

    private byte[] one(List<byte[]> all) {
        return all.get(random.nextInt(all.size()));
    }

    private byte[] some(Collection<byte[]> all) {
        List<byte[]> them = new ArrayList<>(all);
        return join((Object) random.ints(random.nextInt(6), 0, them.size())
                .mapToObj(them::get)
                .toArray(byte[][]::new));
    }
}
