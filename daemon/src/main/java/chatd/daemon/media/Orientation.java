package chatd.daemon.media;

/** The orientation of a picture, as EXIF stores it in a TIFF header: from 1, upright, to 8. */
final class Orientation {
    /** Not specified. */
    static final int UNKNOWN = 0;

    static final int UPRIGHT = 1;

    private static final int TAG = 0x0112;
    private static final int SHORT = 3;

    /** A camera writes a few dozen. */
    private static final long MAX_ENTRIES = 1_000;

    private Orientation() {}

    /** Returns whether a picture is shown with its rows as columns. */
    static boolean isOnItsSide(int orientation) {
        return orientation >= 5;
    }

    /**
     * Reads the orientation from the TIFF header between two positions; {@link #UNKNOWN} if it has
     * none.
     */
    static int read(Source source, long from, long to) {
        boolean isLittle = source.has(from, "II*\0");
        if (to - from < 8 || !(isLittle || source.has(from, "MM\0*"))) {
            return UNKNOWN;
        }
        long directory = from + number(source, isLittle, from + 4, 4);
        if (directory + 2 > to) {
            return UNKNOWN;
        }
        long entries = Math.min(MAX_ENTRIES, number(source, isLittle, directory, 2));
        for (long entry = directory + 2, i = 0; i < entries && entry + 12 <= to; i++, entry += 12) {
            if (number(source, isLittle, entry, 2) == TAG && number(source, isLittle, entry + 2, 2) == SHORT) {
                long value = number(source, isLittle, entry + 8, 2);
                return value >= 1 && value <= 8 ? (int) value : UPRIGHT;
            }
        }
        return UNKNOWN;
    }

    private static long number(Source source, boolean isLittle, long position, int bytes) {
        return isLittle ? source.readLittleEndian(position, bytes) : source.readBigEndian(position, bytes);
    }

    /** Returns a TIFF header of 26 bytes that contains nothing else. */
    static byte[] tiff(int orientation) {
        byte[] tiff = {
            'M',
            'M',
            0,
            '*',
            0,
            0,
            0,
            8, // the directory begins after this
            0,
            1, // its one entry
            TAG >> 8,
            TAG & 0xff,
            0,
            SHORT,
            0,
            0,
            0,
            1,
            0,
            (byte) orientation,
            0,
            0, // the value, and two unused bytes
            0,
            0,
            0,
            0 // no further directory
        };
        return tiff;
    }
}
