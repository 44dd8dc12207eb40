package chatd.daemon.net.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of a file that a request asks for (RFC 9110, section 14).
 *
 * @param end exclusive
 */
record ByteRange(long from, long end) {
    /**
     * A single range: browsers and downloaders ask for no more; the answer to any other is the
     * whole file.
     */
    private static final Pattern ONE = Pattern.compile("bytes=([0-9]*)-([0-9]*)");

    /** More bytes than any file has. */
    private static final long BEYOND = Long.MAX_VALUE / 2;

    long size() {
        return end - from;
    }

    /**
     * Returns the range that a request asks for; empty if the whole file is to be sent.
     *
     * @param etag of the file, in quotes
     */
    static Optional<ByteRange> of(HttpHeaders headers, long size, String etag) {
        String asked = headers.get(HttpHeaderNames.RANGE, "");
        Matcher one = ONE.matcher(asked);
        boolean isUnchanged = headers.get(HttpHeaderNames.IF_RANGE, etag).equals(etag);
        if (!isUnchanged || !one.matches() || asked.equals("bytes=-")) {
            return Optional.empty();
        }
        if (one.group(1).isEmpty()) {
            return Optional.of(new ByteRange(Math.max(0, size - number(one.group(2))), size));
        }
        long from = number(one.group(1));
        long last = one.group(2).isEmpty() ? BEYOND : number(one.group(2));
        return last < from ? Optional.empty() : Optional.of(new ByteRange(from, Math.min(size, last + 1)));
    }

    private static long number(String digits) {
        return digits.length() > 18 ? BEYOND : Math.min(BEYOND, Long.parseLong(digits));
    }

    /** Returns whether the file has none of it. */
    boolean isUnsatisfiable() {
        return from >= end;
    }
}
