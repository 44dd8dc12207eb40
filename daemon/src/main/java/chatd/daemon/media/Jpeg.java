package chatd.daemon.media;

/** Reads a JPEG (ITU-T T.81, annex B), segment by segment. */
final class Jpeg {
    private static final int START = 0xd8;
    private static final int END = 0xd9;
    private static final int SCAN = 0xda;
    private static final int COMMENT = 0xfe;
    private static final int APP = 0xe0;
    private static final int JFIF_BYTES = 14;

    private final Source source;
    private final Parts parts = new Parts();
    private int width;
    private int height;
    private int orientation = Orientation.UPRIGHT;

    Jpeg(Source source) {
        this.source = source;
    }

    static boolean is(Source source) {
        return source.has(0, "\u00ff\u00d8\u00ff");
    }

    Picture read() {
        long position = 2;
        for (int marker = marker(position); marker != END; marker = marker(position)) {
            position = afterMarker(position);
            long length = source.big(position, 2);
            if (length < 2) {
                throw new DamagedPicture("one of its segments has no length");
            }
            source.check(position, length);
            long end = position + length;
            segment(marker, position + 2, end);
            position = end;
            if (marker == SCAN) {
                position = afterScan(end);
                parts.keep(end, position);
            }
        }
        if (width == 0) {
            throw new DamagedPicture("it has no header");
        }
        Parts whole = new Parts();
        whole.keep(0, 2);
        if (orientation != Orientation.UPRIGHT) {
            byte[] tiff = Orientation.tiff(orientation);
            whole.write(Parts.joined(
                    new byte[] {(byte) 0xff, (byte) (APP + 1)},
                    Parts.big(2 + 6 + tiff.length, 2),
                    new byte[] {'E', 'x', 'i', 'f', 0, 0},
                    tiff));
        }
        whole.addAll(parts);
        // What stands behind the end is not of the picture.
        whole.keep(position, afterMarker(position));
        return new Picture("image/jpeg", width, height, 1, whole.all());
    }

    /** Returns the marker at a position, before which 0xff may be repeated. */
    private int marker(long position) {
        if (source.big(position, 1) != 0xff) {
            throw new DamagedPicture("a segment is not where it should be");
        }
        return (int) source.big(afterMarker(position) - 1, 1);
    }

    private long afterMarker(long position) {
        long after = position + 1;
        while (source.big(after, 1) == 0xff) {
            after++;
        }
        return after + 1;
    }

    private void segment(int marker, long from, long to) {
        boolean isApp = marker >= APP && marker <= APP + 15;
        if (marker == START || marker < 0xc0) {
            throw new DamagedPicture("it has a segment that no picture has");
        }
        if (isFrame(marker)) {
            if (width != 0 || to - from < 6) {
                throw new DamagedPicture("its header is damaged");
            }
            height = (int) source.big(from + 1, 2);
            width = (int) source.big(from + 3, 2);
            if (height == 0) {
                throw new DamagedPicture("its header has no height");
            }
        }
        if (isApp && source.has(from, "Exif\0") && orientation == Orientation.UPRIGHT) {
            orientation = Orientation.in(source, from + 6, to);
        }
        if (marker == APP && source.has(from, "JFIF\0") && to - from >= JFIF_BYTES) {
            jfif(from, to);
        } else if ((!isApp && marker != COMMENT) || isOfColours(marker, from)) {
            parts.keep(from - 4, to);
        }
    }

    /** Keeps the header of JFIF without the small picture that it may have. */
    private void jfif(long from, long to) {
        if (to - from == JFIF_BYTES) {
            parts.keep(from - 4, to);
            return;
        }
        parts.write(new byte[] {(byte) 0xff, (byte) APP, 0, 2 + JFIF_BYTES});
        parts.keep(from, from + JFIF_BYTES - 2);
        parts.write(new byte[] {0, 0});
    }

    /** Returns whether a segment says how colours are meant: without it they would be others. */
    private boolean isOfColours(int marker, long from) {
        return (marker == APP + 2 && source.has(from, "ICC_PROFILE\0"))
                || (marker == APP + 14 && source.has(from, "Adobe"));
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    /** Returns where the first marker behind the data of a scan is. */
    private long afterScan(long from) {
        long position = from;
        while (true) {
            if (source.big(position, 1) == 0xff) {
                int next = (int) source.big(position + 1, 1);
                boolean isData = next == 0 || (next >= 0xd0 && next <= 0xd7);
                if (!isData && next != 0xff) {
                    return position;
                }
                position += isData ? 2 : 1;
            } else {
                position++;
            }
        }
    }
}
