package chatd.daemon.media;

/**
 * Detects, by content, the media types that browsers may show inline, besides
 * {@linkplain Picture pictures}: audio and video. Everything else is {@link #OTHER} and only saved,
 * so that no document with scripts is shown, whatever its name.
 */
public final class MediaType {
    public static final String OTHER = "application/octet-stream";

    private MediaType() {}

    /** Returns the media type of some content; reads only its beginning. */
    public static String of(Source source) {
        if (source.has(0, "OggS\0")) {
            return "audio/ogg";
        }
        if (source.has(0, "RIFF") && source.has(8, "WAVE")) {
            return "audio/wav";
        }
        if (source.has(4, "ftyp")) {
            return isoMedia(source);
        }
        if (source.has(0, "\u001aE\u00df\u00a3")) {
            return isWebM(source) ? "video/webm" : OTHER;
        }
        return isMp3(source) ? "audio/mpeg" : OTHER;
    }

    private static String isoMedia(Source source) {
        if (source.has(8, "M4A ") || source.has(8, "M4B ")) {
            return "audio/mp4";
        }
        return source.has(8, "isom")
                        || source.has(8, "iso")
                        || source.has(8, "mp4")
                        || source.has(8, "avc1")
                        || source.has(8, "M4V")
                        || source.has(8, "MSNV")
                        || source.has(8, "dash")
                ? "video/mp4"
                : OTHER;
    }

    /** Returns whether the type of a Matroska document, which is near its beginning, is that of WebM. */
    private static boolean isWebM(Source source) {
        for (long position = 4; position < Math.min(64, source.size() - 6); position++) {
            if (source.has(position, "B\u0082\u0084webm")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isMp3(Source source) {
        if (source.has(0, "ID3") && source.size() > 10) {
            long tag = 0;
            for (int i = 6; i < 10; i++) {
                tag = (tag << 7) | (source.at(i) & 0x7f);
            }
            return frame(source, 10 + tag) > 0;
        }
        // Two frames in a row: the beginning of one alone is too little to tell.
        int length = frame(source, 0);
        return length > 0 && frame(source, length) > 0;
    }

    /** Returns the length of the frame of MPEG layer III at a position; 0 if there is none. */
    private static int frame(Source source, long position) {
        if (position + 4 > source.size() || source.at(position) != 0xff || (source.at(position + 1) & 0xe6) != 0xe2) {
            return 0;
        }
        int version = (source.at(position + 1) >> 3) & 3;
        int bits = source.at(position + 2) >> 4;
        int rate = (source.at(position + 2) >> 2) & 3;
        if (version == 1 || bits == 0 || bits == 15 || rate == 3) {
            return 0;
        }
        boolean isMpeg1 = version == 3;
        int[] kilobits = isMpeg1
                ? new int[] {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
                : new int[] {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
        int hertz = new int[] {44_100, 48_000, 32_000}[rate] >> (isMpeg1 ? 0 : version == 2 ? 1 : 2);
        int padding = (source.at(position + 2) >> 1) & 1;
        return (isMpeg1 ? 144_000 : 72_000) * kilobits[bits] / hertz + padding;
    }
}
