package chatd.audit.form;

import chatd.audit.event.Attribute;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.Element;
import chatd.audit.event.Escape;
import chatd.audit.event.Fields;
import chatd.audit.seal.Seal;
import chatd.audit.seal.SealKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Formats the lines of a segment, and inserts {@code chain} into them or takes it out. */
public final class Line {
    public static final String NAMESPACE = "urn:chatd:audit:1";
    public static final String DECLARATION = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    public static final String STYLE = "<?xml-stylesheet type=\"text/css\" href=\"audit.css\"?>";
    public static final String END = "</audit>";

    /** {@link #END} with its LF: the last line of a document. */
    public static final byte[] CLOSING = (END + "\n").getBytes(StandardCharsets.US_ASCII);

    public static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private static final String CHAIN = " chain=\"";

    private Line() {}

    /** Returns the first three lines, including the final LF. */
    public static String head(long segment, String host, Instant started, String previous, SealKey key) {
        StringBuilder root = new StringBuilder("<audit xmlns=\"" + NAMESPACE + "\"");
        attribute(root, "segment", Long.toString(segment));
        attribute(root, "host", host);
        attribute(root, "started", TIME.format(started));
        attribute(root, "previous", previous);
        attribute(root, "key", key.half().id());
        return DECLARATION + "\n" + STYLE + "\n" + root + ">\n";
    }

    /**
     * Returns an event's line without its chain and LF: the text over which the chain is computed.
     *
     * @param names whether accounts are logged with their names, or by number only
     */
    public static String event(long seq, Instant time, AuditEvent event, boolean names) {
        Fields fields = new Fields(names);
        event.describe(fields);
        event.message().ifPresent(number -> fields.put(Attribute.MESSAGE, number));
        event.change().ifPresent(number -> fields.put(Attribute.CHANGE, number));
        fields.put(Attribute.SEQ, seq)
                .put(Attribute.TIME, TIME.format(time))
                .put(Attribute.TYPE, event.type())
                .put(Attribute.OUTCOME, event.outcome().name().toLowerCase(Locale.ROOT));
        StringBuilder line = new StringBuilder(320).append("<event");
        fields.attributes().forEach((attribute, value) -> attribute(line, attribute.xmlName(), value));
        if (fields.children().isEmpty()) {
            return line.append("/>").toString();
        }
        line.append('>');
        for (Element child : fields.children()) {
            line.append('<').append(child.name());
            for (Map.Entry<String, String> value : child.attributes()) {
                attribute(line, value.getKey(), value.getValue(), child.longest());
            }
            line.append("/>");
        }
        return line.append("</event>").toString();
    }

    /**
     * Returns a seal's line without its chain and LF.
     *
     * @param before the chain before it
     * @param events the number of events in the segment since the previous seal
     */
    public static String seal(String before, long seq, Instant at, long events, SealKey key) {
        String time = TIME.format(at);
        StringBuilder line = new StringBuilder(320).append("<seal");
        attribute(line, "seq", Long.toString(seq));
        attribute(line, "time", time);
        attribute(line, "events", Long.toString(events));
        attribute(line, "key", key.half().id());
        attribute(line, "alg", key.half().algorithm());
        attribute(line, "sig", key.sign(Seal.text(before, seq, time, events)), Integer.MAX_VALUE);
        return line.append("/>").toString();
    }

    /** Returns the line with its chain as the last attribute of its outer element, and LF. */
    public static String chained(String line, String chain) {
        int end = line.indexOf('>');
        int at = line.charAt(end - 1) == '/' ? end - 1 : end;
        return line.substring(0, at) + CHAIN + chain + "\"" + line.substring(at) + "\n";
    }

    /**
     * Splits a line, read without its LF, into the bytes over which its chain was computed, and the chain.
     *
     * @return null if the line has no chain in the right place
     */
    static Map.@Nullable Entry<byte[], String> unchained(String line) {
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
