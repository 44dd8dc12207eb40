package chatd.daemon.export;

import chatd.protocol.value.FileName;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

/**
 * A file that was sent or received.
 *
 * @param number the file's number
 * @param content the number of its content
 * @param size in bytes
 * @param sha256 as recorded when it was sent
 */
@SuppressWarnings("ArrayRecordComponent") // compared by Arrays
record ExportedFile(long number, String name, long content, long size, byte[] sha256) {
    /** What is no part of a name on some system; what has a meaning in a path is in no name anyway. */
    private static final Pattern FORBIDDEN = Pattern.compile("[<>:\"|?*/\\\\\\p{Cntrl}]|[. ]+$");

    /** Bytes of a name: with the number, no more than most file systems take. */
    private static final int MAX_BYTES = FileName.MAX_BYTES - "4294967295-".length();

    /** Returns the path of a file, from the root of the whole. The number keeps names apart. */
    static String path(long number, String name) {
        return "files/" + number + "-"
                + FORBIDDEN.matcher(FileName.shortened(name, MAX_BYTES)).replaceAll("_");
    }

    String path() {
        return path(number, name);
    }

    /** Returns the path of a file in the form of a link. */
    static String href(long number, String name) {
        try {
            return new URI(null, null, path(number, name), null).toASCIIString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
