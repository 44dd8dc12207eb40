package chatd.daemon.forward;

import chatd.audit.form.Piece;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes lines of the audit log as syslog messages (RFC 5424), each with its length before it (RFC 5425). A line that is
 * longer than a message may be is written in {@linkplain Piece pieces} (page {@code operations/forwarding.md}). Not thread-safe.
 */
final class SyslogWriter {
    /** The facility of audit logs, 13. */
    private static final int AUDIT = 13 << 3;

    private static final int WARNING = 4;
    private static final int NOTICE = 5;
    private static final int INFORMATIONAL = 6;

    /** Length of the name of a host as syslog permits it. */
    private static final int LONGEST_HOST = 255;

    private final OutputStream out;
    private final String host;
    private final int longest;

    /**
     * @param host the name of this machine
     * @param longest length in bytes of the longest message, without the length before it; 2 KiB or more
     */
    SyslogWriter(OutputStream out, String host, int longest) {
        this.out = out;
        String printable = host.replaceAll("[^!-~]", "");
        this.host = printable.isEmpty() ? "-" : printable.substring(0, Math.min(printable.length(), LONGEST_HOST));
        this.longest = longest;
    }

    /**
     * Writes a line.
     *
     * @param line as it stands in the log, without its LF
     * @return how many bytes were written
     */
    long write(byte[] line) throws IOException {
        // What is looked for is ASCII, and each byte of the rest remains a character.
        String text = new String(line, StandardCharsets.ISO_8859_1);
        byte[] header = header(text).getBytes(StandardCharsets.US_ASCII);
        if (header.length + line.length <= longest) {
            return write(header, new byte[0], line, 0, line.length);
        }
        long written = 0;
        int room = longest - header.length - Piece.LONGEST_TAG;
        for (int from = 0; from < line.length; ) {
            int to = endOfCharacter(line, Math.min(line.length, from + room));
            written += write(header, Piece.tag(attribute(text, "seq"), from, line.length), line, from, to);
            from = to;
        }
        return written;
    }

    /** Returns the last offset up to {@code at} at which no character of UTF-8 is divided. */
    private static int endOfCharacter(byte[] line, int at) {
        int end = at;
        while (end < line.length && (line[end] & 0xC0) == 0x80) {
            end--;
        }
        return end;
    }

    private long write(byte[] header, byte[] tag, byte[] line, int from, int to) throws IOException {
        int length = header.length + tag.length + to - from;
        byte[] prefix = (length + " ").getBytes(StandardCharsets.US_ASCII);
        out.write(prefix);
        out.write(header);
        out.write(tag);
        out.write(line, from, to - from);
        return prefix.length + (long) length;
    }

    private String header(String line) {
        boolean isHead = line.startsWith("<audit ");
        String type = isHead ? "segment" : line.startsWith("<seal ") ? "seal" : attribute(line, "type");
        int severity = switch (isHead ? "" : attribute(line, "outcome")) {
            case "failed" -> WARNING;
            case "refused" -> NOTICE;
            default -> INFORMATIONAL;
        };
        return "<" + (AUDIT + severity) + ">1 " + attribute(line, isHead ? "started" : "time") + " " + host
                + " chatd - " + type + " - ";
    }

    /** Returns the value of an attribute of a line; a hyphen, as in syslog, if it has none. */
    static String attribute(String line, String name) {
        int end = line.indexOf('>');
        int at = line.indexOf(" " + name + "=\"");
        if (at < 0 || at > end) {
            return "-";
        }
        int from = at + name.length() + 3;
        return line.substring(from, line.indexOf('"', from));
    }
}
