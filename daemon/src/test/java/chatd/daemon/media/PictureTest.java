package chatd.daemon.media;

import static chatd.daemon.media.Bytes.join;
import static chatd.daemon.media.Bytes.kept;
import static chatd.daemon.media.Bytes.read;
import static chatd.daemon.media.Bytes.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.Directory;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.GpsDirectory;
import com.drew.metadata.xmp.XmpDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Recognizes and cleans pictures that contain everything one may contain. */
class PictureTest {
    static Stream<Arguments> clean() {
        return Pictures.clean().entrySet().stream().map(each -> Arguments.of(each.getKey(), each.getValue()));
    }

    static Stream<Arguments> full() {
        return Pictures.full().entrySet().stream().map(each -> Arguments.of(each.getKey(), each.getValue()));
    }

    /** Returns clean pictures with one thing planted in each. */
    static Stream<Arguments> planted() {
        List<Arguments> all = new ArrayList<>();
        Pictures.clean().forEach((name, picture) -> {
            for (byte[] trail : Planted.trails()) {
                all.add(Arguments.of(name, join(picture, trail), picture));
            }
            if (name.contains("JPEG")) {
                for (byte[] segment : Jpegs.leftOut()) {
                    all.add(Arguments.of(name, Jpegs.with(picture, segment), picture));
                    all.add(Arguments.of(name, Jpegs.withLast(picture, segment), picture));
                }
            } else if (name.contains("PNG")) {
                for (byte[] chunk : Pngs.leftOut()) {
                    all.add(Arguments.of(name, Pngs.with(picture, chunk), picture));
                    all.add(Arguments.of(name, Pngs.withLast(picture, chunk), picture));
                }
            } else if (name.contains("GIF")) {
                for (byte[] extension : Gifs.leftOut()) {
                    all.add(Arguments.of(name, Gifs.with(picture, extension), picture));
                    all.add(Arguments.of(name, Gifs.withLast(picture, extension), picture));
                }
            } else {
                for (byte[] chunk : WebpImages.leftOut()) {
                    all.add(Arguments.of(name, WebpImages.withTrailingChunks(picture, chunk), picture));
                }
            }
        });
        return all.stream();
    }

    static Stream<Arguments> turned() {
        List<Arguments> all = new ArrayList<>();
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            for (int i = 2; i <= 8; i++) {
                byte[] chunk = Pngs.chunk("eXIf", Planted.tiff(i, order));
                all.add(Arguments.of("JPEG", i, Jpegs.with(Jpegs.baseline(), Planted.exif(i, order))));
                all.add(Arguments.of("JPEG of RGB", i, Jpegs.with(Jpegs.rgb(), Planted.exif(i, order))));
                all.add(Arguments.of("PNG, before", i, Pngs.with(Pngs.colours(), chunk)));
                all.add(Arguments.of("PNG, after the pixels", i, Pngs.withLast(Pngs.animated(), chunk)));
                all.add(Arguments.of("WebP", i, WebpImages.withOrientation(i, order, "")));
                all.add(Arguments.of(
                        "WebP with a beginning as in a JPEG", i, WebpImages.withOrientation(i, order, "Exif\0\0")));
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("clean")
    void aCleanPictureIsClean(String name, byte[] picture) {
        assertThat(read(picture).isClean(picture.length)).isTrue();
        assertThat(kept(picture)).isEqualTo(picture);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("planted")
    void whatIsPlantedIsLeftOutAndNothingElse(String name, byte[] picture, byte[] without) {
        assertThat(read(picture).isClean(picture.length)).isFalse();
        assertThat(kept(picture)).isEqualTo(without);
        assertThat(text(kept(picture))).doesNotContain(Planted.WORDS);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("full")
    void nothingAboutTheLocationOrCameraIsKeptOfAFullPicture(String name, byte[] picture) throws Exception {
        byte[] kept = kept(picture);

        assertThat(text(kept)).doesNotContain(Planted.WORDS);
        assertThat(metadata(kept, XmpDirectory.class)).isEmpty();
        assertThat(metadata(kept, GpsDirectory.class)).isEmpty();
        assertThat(read(kept).isClean(kept.length)).isTrue();
        if (!name.contains("GIF")) {
            assertThat(orientation(kept)).isEqualTo(6);
        }
    }

    @Test
    void aColourProfileIsKept() {
        assertThat(Pictures.full()).allSatisfy((_, picture) -> {
            assertThat(text(kept(picture))).contains(Planted.PROFILE);
        });
        assertThat(text(kept(Gifs.full()))).contains(text(Gifs.profile()));
        assertThat(text(kept(Jpegs.full()))).contains(text(Jpegs.profile()));
        assertThat(text(kept(Pngs.full()))).contains(text(Pngs.profile()));
        assertThat(text(kept(WebpImages.full()))).contains(text(WebpImages.profile()));
    }

    @Test
    void theDecodedPixelsStayTheSame() {
        Map<String, byte[]> all = Pictures.full();
        all.putAll(Pictures.clean());
        all.forEach((name, picture) -> {
            if (!name.contains("WebP")) {
                List<int[]> before = Pictures.pixels(picture);
                List<int[]> after = Pictures.pixels(kept(picture));
                assertThat(after).as(name).hasSameSizeAs(before);
                for (int i = 0; i < before.size(); i++) {
                    assertThat(after.get(i)).as(name).isEqualTo(before.get(i));
                }
            }
        });
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("turned")
    void theOrientationIsKeptInTwentySixBytes(String name, int orientation, byte[] picture) throws Exception {
        byte[] kept = kept(picture);

        assertThat(orientation(kept)).isEqualTo(orientation);
        assertThat(text(kept)).contains(text(Orientation.tiff(orientation)));
        assertThat(text(kept)).doesNotContain(Planted.WORDS);
        assertThat(metadata(kept, GpsDirectory.class)).isEmpty();
        assertThat(read(kept).isClean(kept.length)).isTrue();
        if (!name.contains("WebP")) {
            assertThat(Pictures.pixels(kept).getFirst())
                    .isEqualTo(Pictures.pixels(picture).getFirst());
        }
    }

    @Test
    void anUprightPictureHasNoExif() throws Exception {
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            for (int orientation : List.of(0, 1, 9, 0x0600)) {
                assertThat(kept(Jpegs.with(Jpegs.baseline(), Planted.exif(orientation, order))))
                        .isEqualTo(Jpegs.baseline());
                byte[] webp = kept(WebpImages.withOrientation(orientation, order, ""));
                assertThat(text(webp)).doesNotContain("EXIF");
                assertThat(webp[20]).isZero();
            }
        }
    }

    @Test
    void theFirstOrientationCounts() throws Exception {
        ByteOrder order = ByteOrder.LITTLE_ENDIAN;
        byte[] jpeg = Jpegs.baseline();
        for (int first : List.of(1, 3)) {
            byte[] tiff = Planted.tiff(first, order);
            byte[] other = Planted.tiff(6, order);
            byte[] silent = Planted.tiff(0, order);
            byte[] kept =
                    kept(Jpegs.with(jpeg, Planted.exif(0, order), Planted.exif(first, order), Planted.exif(6, order)));
            byte[] png = kept(Pngs.with(
                    Pngs.colours(), Pngs.chunk("eXIf", silent), Pngs.chunk("eXIf", tiff), Pngs.chunk("eXIf", other)));
            byte[] webp = kept(WebpImages.withTrailingChunks(
                    WebpImages.withOrientation(0, order, ""),
                    WebpImages.chunk("EXIF", tiff),
                    WebpImages.chunk("EXIF", other)));
            for (byte[] picture : List.of(kept, png, webp)) {
                if (first == 1) {
                    assertThat(metadata(picture, ExifIFD0Directory.class)).isEmpty();
                } else {
                    assertThat(orientation(picture)).isEqualTo(first);
                }
            }
        }
        // No decoder looks for it after the pixels of a JPEG.
        assertThat(kept(Jpegs.withLast(jpeg, Planted.exif(6, order)))).isEqualTo(jpeg);
    }

    @Test
    void theThumbnailInJfifIsLeftOut() {
        byte[] baseline = Jpegs.baseline();
        byte[] jfif = Jpegs.segment(0xe0, "JFIF\0", 1, 2, 0, 0, 1, 0, 1, 1, 1, "abc");
        byte[] picture = join(Pictures.cut(baseline, 2), jfif, text(baseline).substring(20));

        assertThat(text(kept(picture))).doesNotContain("abc");
        assertThat(Pictures.pixels(kept(picture)).getFirst())
                .isEqualTo(Pictures.pixels(picture).getFirst());
        assertThat(kept(picture)).hasSameSizeAs(baseline);
    }

    @Test
    void typeSizeAndFramesAreRecognized() {
        Pictures.clean().forEach((name, picture) -> {
            Picture found = read(picture);
            String type = name.contains("JPEG")
                    ? "jpeg"
                    : name.contains("PNG") ? "png" : name.contains("GIF") ? "gif" : "webp";
            assertThat(found.type()).isEqualTo("image/" + type);
            assertThat(found.width()).as(name).isEqualTo(type.equals("gif") ? Gifs.WIDTH : Jpegs.WIDTH);
            assertThat(found.height()).as(name).isEqualTo(type.equals("gif") ? Gifs.HEIGHT : Jpegs.HEIGHT);
        });
        assertThat(read(Jpegs.baseline()).frames()).isEqualTo(1);
        assertThat(read(Pngs.colours()).frames()).isEqualTo(1);
        assertThat(read(Pngs.animated()).frames()).isEqualTo(2);
        assertThat(read(Gifs.still()).frames()).isEqualTo(1);
        assertThat(read(Gifs.animated()).frames()).isEqualTo(3);
        assertThat(read(WebpImages.losslessImage()).frames()).isEqualTo(1);
        assertThat(read(WebpImages.animated()).frames()).isEqualTo(2);
    }

    @Test
    void otherContentIsNoPicture() {
        for (String other : List.of(
                "",
                "text",
                "%PDF-1.7",
                "<svg xmlns='http://www.w3.org/2000/svg'/>",
                "BM",
                "II*\0",
                "RIFF\0\0\0\0WAVE",
                "\0\0\0\u0018ftypheic",
                "GIF88a",
                "\u00ff\u00d8",
                "\u0089PNG\r\n")) {
            assertThat(Picture.of(new Bytes(join(other)))).isEqualTo(Optional.empty());
        }
    }

    private static int orientation(byte[] picture) throws ImageProcessingException, IOException {
        List<ExifIFD0Directory> all = metadata(picture, ExifIFD0Directory.class);
        assertThat(all).hasSize(1);
        assertThat(all.getFirst().getTagCount()).isEqualTo(1);
        Integer orientation = all.getFirst().getInteger(ExifIFD0Directory.TAG_ORIENTATION);
        return orientation == null ? 0 : orientation;
    }

    private static <T extends Directory> List<T> metadata(byte[] picture, Class<T> type)
            throws ImageProcessingException, IOException {
        return StreamSupport.stream(
                        ImageMetadataReader.readMetadata(new ByteArrayInputStream(picture))
                                .getDirectories()
                                .spliterator(),
                        false)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }
}
