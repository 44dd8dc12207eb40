package chatd.daemon.media;

import static chatd.daemon.media.Bytes.join;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recognizes audio and video by their content. */
class MediaTypeTest {
    private static final byte[] FRAME = join(0xff, 0xfb, 0x90, 0x00, new byte[413]);

    private static String of(Object... content) {
        return MediaType.of(new Bytes(join(content)));
    }

    @Test
    void audioIsRecognized() {
        assertThat(of("OggS\0\2", new byte[20])).isEqualTo("audio/ogg");
        assertThat(of("RIFF\0\0\0\0WAVEfmt ")).isEqualTo("audio/wav");
        assertThat(of("\0\0\0 ftypM4A \0\0\0\0")).isEqualTo("audio/mp4");
        assertThat(of("\0\0\0 ftypM4B \0\0\0\0")).isEqualTo("audio/mp4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"isom", "iso2", "iso6", "mp41", "mp42", "avc1", "M4V ", "MSNV", "dash"})
    void mpeg4VideosAreRecognized(String brand) {
        assertThat(of("\0\0\0 ftyp", brand, "\0\0\0\0")).isEqualTo("video/mp4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"heic", "avif", "qt  ", "crx ", "jp2 ", "mif1", "\0\0\0\0"})
    void otherBrandsAreNotRecognized(String brand) {
        assertThat(of("\0\0\0 ftyp", brand, "\0\0\0\0")).isEqualTo(MediaType.OTHER);
    }

    @Test
    void webMIsDistinguishedFromMatroska() {
        String head = "\u001aE\u00df\u00a3\u009fB\u0086\u0081\1B\u00f7\u0081\1";
        assertThat(of(head, "B\u0082\u0084webmB\u0087\u0081\4")).isEqualTo("video/webm");
        assertThat(of(head, "B\u0082\u0084webm")).isEqualTo("video/webm");
        assertThat(of(head, "B\u0082\u0088matroska")).isEqualTo(MediaType.OTHER);
        assertThat(of(head, new byte[60], "B\u0082\u0084webm")).isEqualTo(MediaType.OTHER);
        assertThat(of("\u001aE\u00df\u00a3")).isEqualTo(MediaType.OTHER);
    }

    @Test
    void mp3IsRecognizedByTwoFramesOrByATagBeforeOne() {
        assertThat(of(FRAME, FRAME)).isEqualTo("audio/mpeg");
        assertThat(of("ID3\4\0\0\0\0\1\0", new byte[128], FRAME)).isEqualTo("audio/mpeg");
        assertThat(of(FRAME)).isEqualTo(MediaType.OTHER);
        assertThat(of(FRAME, "\0\0\0\0")).isEqualTo(MediaType.OTHER);
        assertThat(of("ID3\4\0\0\0\0\1\0", new byte[128], "text")).isEqualTo(MediaType.OTHER);
        assertThat(of("ID3\4\0\0\u007f\u007f\u007f\u007f", FRAME)).isEqualTo(MediaType.OTHER);
        assertThat(of("ID3\4\0\0\u00ff\u00ff\u00ff\u00ff", FRAME)).isEqualTo(MediaType.OTHER);
    }

    @Test
    void framesOfLowerRatesAreRecognizedByTheirLength() {
        // MPEG 2: 8 kbit/s at 16 kHz; MPEG 2.5: 8 kbit/s at 8 kHz.
        byte[] second = join(0xff, 0xf3, 0x18, 0, new byte[32]);
        byte[] half = join(0xff, 0xe3, 0x18, 0, new byte[68]);
        assertThat(of(second, second)).isEqualTo("audio/mpeg");
        assertThat(of(half, half)).isEqualTo("audio/mpeg");
    }

    @Test
    void impossibleFramesAreNotRecognized() {
        for (int[] frame :
                new int[][] {{0xfb, 0x00}, {0xfb, 0xf0}, {0xfb, 0x9c}, {0xeb, 0x90}, {0xfd, 0x90}, {0x1b, 0x90}}) {
            byte[] one = join(0xff, frame[0], frame[1], 0, new byte[413]);
            assertThat(of(one, one)).isEqualTo(MediaType.OTHER);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "O",
                "OggS",
                "RIFF",
                "RIFF\0\0\0\0WAV",
                "<html>",
                "%PDF-1.7",
                "<svg/>",
                "PK\3\4",
                "ID3",
                "fLaC",
                "\u00ff",
                "\u00ff\u00fb",
                "\u00ff\u00fb\u0090",
                "\0\0\0\0ftyp",
                "GIF89a",
                "RIFF\0\0\0\0WEBP",
                "RIFF\0\0\0\0AVI "
            })
    void everythingElseIsOther(String content) {
        assertThat(of(content)).isEqualTo(MediaType.OTHER);
        assertThat(of(content, new byte[100])).isIn(MediaType.OTHER, "audio/ogg");
    }
}
