package chatd.audit.form;

import chatd.audit.event.Attribute;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.Element;
import chatd.audit.event.Escape;
import chatd.audit.event.Fields;
import chatd.audit.event.LineBuffer;
import chatd.audit.seal.Seal;
import chatd.audit.seal.SealKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Formats the lines of a segment, and inserts {@code chain} into them or takes it out. */
public final class Line {
    public static final String NAMESPACE = "urn:chatd:audit:1";
    public static final String DECLARATION = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    public static final String STYLE = "<?xml-stylesheet type=\"text/css\" href=\"audit.css\"?>";
    public static final String END = "</audit>";

    /** {@link #END} with its LF: the last line of a document. */
    public static final byte[] CLOSING = ascii(END + "\n");

    public static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private static final String CHAIN = " chain=\"";

    private static final byte[] CHAIN_OPENING = ascii(CHAIN);
    private static final byte[] QUOTE = ascii("\"");
    private static final byte[] OPEN = ascii("=\"");
    private static final byte[] EVENT = ascii("<event");
    private static final byte[] EMPTY = ascii("/>");
    private static final byte[] EVENT_END = ascii("</event>");

    private Line() {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns the first three lines, including the final LF. */
    public static String head(long segment, String host, Instant started, String previous, SealKey key) {
        StringBuilder root = new StringBuilder("<audit xmlns=\"" + NAMESPACE + "\"");
        attribute(root, "segment", Long.toString(segment));
        attribute(root, "host", host);
        attribute(root, "started", TIME.format(started));
        attribute(root, "previous", previous);
        attribute(root, "key", key.publicKey().id());
        return DECLARATION + "\n" + STYLE + "\n" + root + ">\n";
    }

    /**
     * Appends an event's line without its chain and LF: the text over which the chain is computed.
     *
     * @param time in the format {@link #TIME}
     * @param withNames whether accounts are logged with their names, or by number only
     * @return the offset at which {@link #chain} inserts the chain
     */
    public static int event(LineBuffer out, long seq, String time, AuditEvent event, boolean withNames) {
        Fields fields = new Fields(withNames);
        event.describe(fields);
        event.message().ifPresent(number -> fields.put(Attribute.MESSAGE, number));
        event.change().ifPresent(number -> fields.put(Attribute.CHANGE, number));
        fields.put(Attribute.SEQ, seq)
                .put(Attribute.TIME, time)
                .put(Attribute.TYPE, event.type())
                .put(Attribute.OUTCOME, event.outcome().word());
        out.append(EVENT);
        fields.writeTo(out);
        int at = out.size();
        if (fields.children().isEmpty()) {
            out.append(EMPTY);
            return at;
        }
        out.append('>');
        for (Element child : fields.children()) {
            out.append('<').append(child.name());
            for (Map.Entry<String, String> value : child.attributes()) {
                out.append(' ').append(value.getKey()).append(OPEN);
                out.appendEscaped(value.getValue(), child.longest()).append('"');
            }
            out.append(EMPTY);
        }
        out.append(EVENT_END);
        return at;
    }

    /**
     * Appends a seal's line without its chain and LF.
     *
     * @param before the chain before it
     * @param time in the format {@link #TIME}
     * @param events the number of events in the segment since the previous seal
     * @return the offset at which {@link #chain} inserts the chain
     */
    public static int seal(LineBuffer out, String before, long seq, String time, long events, SealKey key) {
        StringBuilder line = new StringBuilder(320).append("<seal");
        attribute(line, "seq", Long.toString(seq));
        attribute(line, "time", time);
        attribute(line, "events", Long.toString(events));
        attribute(line, "key", key.publicKey().id());
        attribute(line, "alg", key.publicKey().algorithm());
        attribute(line, "sig", key.sign(Seal.text(before, seq, time, events)), Integer.MAX_VALUE);
        out.append(line.toString());
        int at = out.size();
        out.append(EMPTY);
        return at;
    }

    /**
     * Ends a line: inserts its chain as the last attribute of its outer element, and appends LF.
     *
     * @param at as {@link #event} and {@link #seal} return it
     * @param chain 43 characters
     */
    public static void chain(LineBuffer out, int at, byte[] chain) {
        out.insert(at, CHAIN_OPENING, chain, QUOTE);
        out.append('\n');
    }

    /**
     * Splits a line, read without its LF, into the bytes over which its chain was computed, and the chain.
     *
     * @return null if the line has no chain in the right place
     */
    static Map.@Nullable Entry<byte[], String> splitChain(String line) {
        int end = line.indexOf('>');
        int start = end < 0 ? -1 : line.lastIndexOf(CHAIN, end);
        if (start < 0) {
            return null;
        }
        int quote = start + CHAIN.length() + 43;
        if (quote >= line.length() || line.charAt(quote) != '"') {
            return null;
        }
        String rest = line.substring(quote + 1);
        if (!rest.startsWith(">") && !rest.startsWith("/>")) {
            return null;
        }
        return Map.entry(
                (line.substring(0, start) + rest).getBytes(StandardCharsets.UTF_8),
                line.substring(start + CHAIN.length(), quote));
    }

    private static void attribute(StringBuilder line, String name, String value) {
        attribute(line, name, value, Escape.LONGEST);
    }

    private static void attribute(StringBuilder line, String name, String value, int longest) {
        line.append(' ').append(name).append("=\"");
        Escape.append(line, value, longest);
        line.append('"');
    }
}
