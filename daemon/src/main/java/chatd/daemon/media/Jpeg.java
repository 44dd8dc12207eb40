package chatd.daemon.media;

import java.util.Set;

/** Reads a JPEG (ITU-T T.81, annex B), segment by segment. */
final class Jpeg {
    private static final int END = 0xd9;
    private static final int SCAN = 0xda;
    private static final int COMMENT = 0xfe;
    private static final int APP = 0xe0;
    private static final int JFIF_BYTES = 14;
    private static final int ADOBE_BYTES = 12;

    /**
     * A decoder may go through the whole picture for each scan; ordinary pictures have 10 at most.
     */
    private static final int MAX_SCANS = 100;

    /** What a decoder needs besides frames and scans: tables, number of lines, restart interval. */
    private static final Set<Integer> TABLES = Set.of(0xc4, 0xcc, 0xdb, 0xdc, 0xdd);

    private final Source source;
    private final Parts parts;
    private int width;
    private int height;
    private int scans;
    private int orientation = Orientation.UNKNOWN;

    Jpeg(Source source) {
        this.source = source;
        this.parts = new Parts(source);
    }

    static boolean matches(Source source) {
        return source.has(0, "\u00ff\u00d8\u00ff");
    }

    Picture read() {
        long position = 2;
        for (int marker = marker(position); marker != END; marker = marker(position)) {
            position = afterMarker(position);
            long length = source.readBigEndian(position, 2);
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
        if (height == 0) {
            throw new DamagedPicture("it has no header");
        }
        if (scans == 0) {
            throw new DamagedPicture("it is empty");
        }
        Parts whole = new Parts(source);
        whole.keep(0, 2);
        if (orientation > Orientation.UPRIGHT) {
            byte[] tiff = Orientation.tiff(orientation);
            whole.write(Parts.joined(
                    new byte[] {(byte) 0xff, (byte) (APP + 1)},
                    Parts.big(2 + 6 + tiff.length, 2),
                    new byte[] {'E', 'x', 'i', 'f', 0, 0},
                    tiff));
        }
        whole.addAll(parts);
        // What follows the end is not part of the picture.
        position = afterMarker(position);
        whole.keep(position - 2, position);
        boolean isOnItsSide = Orientation.isOnItsSide(orientation);
        return new Picture("image/jpeg", isOnItsSide ? height : width, isOnItsSide ? width : height, 1, whole.all());
    }

    /** Returns the marker at a position, before which 0xff may be repeated. */
    private int marker(long position) {
        if (source.readBigEndian(position, 1) != 0xff) {
            throw new DamagedPicture("a segment is not where it should be");
        }
        return (int) source.readBigEndian(afterMarker(position) - 1, 1);
    }

    private long afterMarker(long position) {
        long after = position + 1;
        while (source.readBigEndian(after, 1) == 0xff) {
            after++;
        }
        return after + 1;
    }

    private void segment(int marker, long from, long to) {
        if (!isApp(marker) && marker != COMMENT && marker != SCAN && !isFrame(marker) && !TABLES.contains(marker)) {
            throw new DamagedPicture("it has a segment that no picture has");
        }
        if (marker == SCAN) {
            scans++;
            if (scans > MAX_SCANS) {
                throw new DamagedPicture("it has over %d layers of data".formatted(MAX_SCANS));
            }
            if (to - from != 4 + 2 * source.readBigEndian(from, 1)) {
                throw new DamagedPicture("the header of its data is damaged");
            }
        }
        if (isFrame(marker)) {
            if (height != 0 || to - from < 6 || to - from != 6 + 3 * source.readBigEndian(from + 5, 1)) {
                throw new DamagedPicture("its header is damaged");
            }
            height = (int) source.readBigEndian(from + 1, 2);
            width = (int) source.readBigEndian(from + 3, 2);
            if (height == 0) {
                throw new DamagedPicture("its header has no height");
            }
        }
        // The first segment that has an orientation decides; no decoder looks for one after a scan.
        if (marker == APP + 1 && source.has(from, "Exif\0") && orientation == Orientation.UNKNOWN && scans == 0) {
            orientation = Orientation.read(source, from + 6, to);
        }
        if (marker == APP && source.has(from, "JFIF\0") && to - from >= JFIF_BYTES) {
            // Its last two bytes are the size of the small picture that may follow.
            shorten(marker, from, to, JFIF_BYTES, 2);
        } else if (marker == APP + 14 && source.has(from, "Adobe") && to - from >= ADOBE_BYTES) {
            shorten(marker, from, to, ADOBE_BYTES, 0);
        } else if (!isLeftOut(marker, from)) {
            parts.keep(from - 4, to);
        }
    }

    /**
     * Keeps the first {@code bytes} bytes of a segment; if it is longer, sets the last
     * {@code zeros} of them to zero.
     */
    private void shorten(int marker, long from, long to, int bytes, int zeros) {
        if (to - from == bytes) {
            parts.keep(from - 4, to);
            return;
        }
        parts.write(new byte[] {(byte) 0xff, (byte) marker, 0, (byte) (2 + bytes)});
        parts.keep(from, from + bytes - zeros);
        parts.write(new byte[zeros]);
    }

    /** Returns whether a segment is left out: it affects neither decoding nor colours. */
    private boolean isLeftOut(int marker, long from) {
        boolean isProfile = marker == APP + 2 && source.has(from, "ICC_PROFILE\0");
        return marker == COMMENT || (isApp(marker) && !isProfile);
    }

    private static boolean isApp(int marker) {
        return marker >= APP && marker <= APP + 15;
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    /** Returns the position of the first marker after the data of a scan. */
    private long afterScan(long from) {
        long position = from;
        while (true) {
            if (source.readBigEndian(position, 1) == 0xff) {
                int marker = marker(position);
                if (marker != 0 && !(marker >= 0xd0 && marker <= 0xd7)) {
                    return position;
                }
                position = afterMarker(position);
            } else {
                position++;
            }
        }
    }
}
