package chatd.audit.form;

import chatd.audit.seal.Seal;
import chatd.audit.seal.SealPublicKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A segment as its lines describe it, read from its beginning to the last complete line whose chain is correct. Reads
 * one line at a time, in bounded memory.
 */
public final class Segment {
    private static final Pattern HEAD =
            Pattern.compile("<audit xmlns=\"urn:chatd:audit:1\" segment=\"(\\d{1,18})\" host=\"[^\"]*\""
                    + " started=\"([^\"]+)\" previous=\"([A-Za-z0-9_-]{43})\"(?: key=\"([0-9a-f]{16})\")?>");
    private static final Pattern ANNOUNCED = Pattern.compile(
            "<event [^>]* type=\"key\" [^>]*><key alg=\"[^\"]+\" public=\"([A-Za-z0-9_-]+)\"/></event>");
    private static final Pattern DELETED =
            Pattern.compile("<event [^>]* type=\"retention\" [^>]* reference=\"([A-Za-z0-9_-]{43})\""
                    + " segment=\"audit-(\\d{6,18})-[^\"]*\"[^>]*/>");
    /** Matches a time, but also one on 30 February. */
    private static final Pattern TIME = Pattern.compile(
            "\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])" + "T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{6}Z");

    /** Length of the date in a time, in characters. */
    private static final int DAY = 10;

    /** Length of a time up to and including the colon after the minute, in characters. */
    private static final int MINUTE = 17;

    /** The highest value of the rest of a time, digit by digit. */
    private static final String SECONDS = "59.999999Z";

    private static final Pattern NUMBERED = Pattern.compile("<(event|seal) seq=\"(\\d{1,18})\" time=\"([^\"]{27})\"");
    private static final Pattern SKIPPED =
            Pattern.compile("<skipped seq=\"(\\d{1,18})\" time=\"([^\"]+)\" chain=\"([A-Za-z0-9_-]{43})\"/>");
    private static final String MESSAGE = " message=\"";
    private static final String CHANGE = " change=\"";

    /** Maximum line length in bytes; no line written is longer, not even one with the maximum number of receivers. */
    public static final int LONGEST_LINE = 16 << 20;

    /**
     * The content of the third line.
     *
     * @param previous the last chain of the previous segment
     * @param key the id of the key of its seals; null if it has none
     */
    public record Head(
            long number,
            Instant started,
            String previous,
            @Nullable String key) {
        /** @throws Broken if the first three lines are not those of a segment */
        public static Head read(Path file) throws IOException {
            try (InputStream in = Files.newInputStream(file)) {
                return read(in);
            }
        }

        public static Head read(InputStream in) throws IOException {
            return read(new SegmentReader(in, LONGEST_LINE));
        }

        public static Head read(SegmentReader in) throws IOException {
            return read(in, new ByteArrayOutputStream());
        }

        /** @param whole receives the three lines, without the last LF */
        private static Head read(SegmentReader in, ByteArrayOutputStream whole) throws IOException {
            whole.writeBytes(headLine(in, 1, Line.DECLARATION));
            whole.write('\n');
            whole.writeBytes(headLine(in, 2, Line.STYLE));
            whole.write('\n');
            byte[] third = in.next();
            Matcher head = HEAD.matcher(third == null ? "" : new String(third, StandardCharsets.UTF_8));
            if (third == null || !head.matches()) {
                throw new Broken(3, "not the start of a segment");
            }
            whole.writeBytes(third);
            return new Head(Long.parseLong(head.group(1)), instant(head.group(2), 3), head.group(3), head.group(4));
        }
    }

    public final long number;
    public final Instant started;
    public final String previous;

    /** The id of the key of its seals; null if it has none. */
    public final @Nullable String key;

    private Chain chain;
    private final List<Announced> announced = new ArrayList<>();
    private final List<Seal> seals = new ArrayList<>();
    private final List<Deleted> deleted = new ArrayList<>();
    private long unsealed;
    private final boolean mayBeExcerpt;
    private long skipped;
    private long firstSeq = -1;
    private long lastSeq = -1;
    private @Nullable String lastTime;
    private long lastMessage;
    private long lastChange;
    private long end;
    private long lines = 3;
    private @Nullable String wrong;
    private boolean closed;

    private Segment(Head head, boolean mayBeExcerpt) {
        this.mayBeExcerpt = mayBeExcerpt;
        this.number = head.number();
        this.started = head.started();
        this.previous = head.previous();
        this.key = head.key();
        this.chain = new Chain(previous);
    }

    /** A key announced in the segment; {@code line} counts from 1, {@code encoded} is its DER form in base64url. */
    public record Announced(long line, String encoded) {
        /** @throws IllegalArgumentException if it is not a sealing key */
        public SealPublicKey key() {
            return SealPublicKey.of(Base64.getUrlDecoder().decode(encoded));
        }
    }

    /**
     * The logged deletion of an earlier segment.
     *
     * @param segment that segment's number
     * @param chain that segment's last chain
     */
    public record Deleted(long seq, long segment, String chain) {}

    /** Thrown if a file is not a segment; gives the line, counted from 1, and what is wrong with it. */
    public static final class Broken extends IOException {
        private static final long serialVersionUID = 1L;

        Broken(long line, String what) {
            super("line " + line + ": " + what);
        }
    }

    /**
     * Reads a segment up to the first error; {@link #wrong} says what that was, unless it was the end of the file.
     *
     * @throws Broken if not even its first three lines are those of a segment
     */
    public static Segment read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, VerificationListener.NOTHING, false);
        }
    }

    /** Reads a segment, or an excerpt of one, from a stream, which it leaves open. */
    public static Segment read(InputStream stream, VerificationListener watch) throws IOException {
        return read(stream, watch, true);
    }

    private static Segment read(InputStream stream, VerificationListener watch, boolean mayBeExcerpt)
            throws IOException {
        SegmentReader in = new SegmentReader(stream, LONGEST_LINE);
        Segment segment = begin(in, watch, mayBeExcerpt);
        byte[] bytes;
        while (segment.wrong == null && (bytes = in.next()) != null) {
            segment.add(bytes, watch);
        }
        return segment;
    }

    private static Segment begin(SegmentReader in, VerificationListener watch, boolean mayBeExcerpt)
            throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        Segment segment = new Segment(Head.read(in, whole), mayBeExcerpt);
        segment.chain.add(whole.toByteArray());
        segment.end = whole.size() + 1L;
        watch.segment(segment.number, whole.toString(StandardCharsets.UTF_8));
        return segment;
    }

    /**
     * Begins a segment whose lines come one by one.
     *
     * @param head its first three lines, each with its LF
     * @throws Broken if they are not those of a segment
     */
    public static Segment begin(byte[] head) throws IOException {
        return begin(
                new SegmentReader(new ByteArrayInputStream(head), LONGEST_LINE), VerificationListener.NOTHING, false);
    }

    /**
     * Adds the next line.
     *
     * @param line without its LF
     * @return what is wrong with it, so that it was not added; null if it is right
     */
    public @Nullable String add(byte[] line) {
        add(line, VerificationListener.NOTHING);
        return wrong;
    }

    private void add(byte[] bytes, VerificationListener watch) {
        lines++;
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (closed) {
            wrong = "something follows the end of the document";
        } else if (text.equals(Line.END)) {
            closed = true;
        } else if (!isAscii(bytes) && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
            wrong = "not UTF-8";
        } else if (lines == 4 && mayBeExcerpt && text.startsWith("<skipped ")) {
            wrong = skip(text);
            end += bytes.length + 1L;
        } else {
            wrong = process(text);
            if (wrong == null) {
                end += bytes.length + 1L;
                watch.line(text);
            }
        }
    }

    /** Reads the line that stands for those left out of an excerpt: the chain continues from the last of them. */
    private @Nullable String skip(String text) {
        Matcher excerpt = SKIPPED.matcher(text);
        if (!excerpt.matches()) {
            return "malformed <skipped> line";
        }
        skipped = Long.parseLong(excerpt.group(1));
        lastSeq = skipped;
        chain = new Chain(excerpt.group(3));
        String time = excerpt.group(2);
        if (!isTime(time) || !isDay(time)) {
            return "not a time";
        }
        lastTime = time;
        return null;
    }

    /** Processes a line; returns what is wrong with it, or null. */
    private @Nullable String process(String text) {
        Matcher numbered = NUMBERED.matcher(text);
        Map.Entry<byte[], String> parts = Line.splitChain(text);
        if (!numbered.lookingAt() || parts == null || !isTime(numbered.group(3))) {
            return "not an event with its chain";
        }
        String before = chain.head();
        if (!chain.add(parts.getKey()).equals(parts.getValue())) {
            return "the chain is broken: this line, the one before it or their order was changed (after " + before
                    + ")";
        }
        long seq = Long.parseLong(numbered.group(2));
        if (lastSeq >= 0 && seq != lastSeq + 1) {
            return "seq is " + seq + " where " + (lastSeq + 1) + " was expected";
        }
        // All times have the same form, so they can be compared as strings.
        String time = numbered.group(3);
        if ((lastTime == null || !time.regionMatches(0, lastTime, 0, DAY)) && !isDay(time)) {
            return "not a time";
        }
        if (lastTime != null && time.compareTo(lastTime) < 0) {
            return "its time is before that of the line before it";
        }
        String mismatch = numbered.group(1).equals("seal") ? seal(text, before) : event(seq, text);
        if (mismatch != null) {
            return mismatch;
        }
        firstSeq = firstSeq < 0 ? seq : firstSeq;
        lastSeq = seq;
        lastTime = time;
        lastMessage = Math.max(lastMessage, number(MESSAGE, text));
        lastChange = Math.max(lastChange, number(CHANGE, text));
        return null;
    }

    private @Nullable String event(long seq, String text) {
        unsealed++;
        if (text.contains(" type=\"retention\" ")) {
            Matcher retention = DELETED.matcher(text);
            if (retention.matches()) {
                deleted.add(new Deleted(seq, Long.parseLong(retention.group(2)), retention.group(1)));
            }
        }
        if (text.contains(" type=\"key\" ")) {
            Matcher announcing = ANNOUNCED.matcher(text);
            if (!announcing.matches()) {
                return "it announces a key, but contains none";
            }
            announced.add(new Announced(lines, announcing.group(1)));
        }
        return null;
    }

    private @Nullable String seal(String text, String before) {
        Seal seal = Seal.read(text, lines, before);
        if (seal == null || !seal.key().equals(key)) {
            return seal == null ? "not a seal" : "a seal by another key than the segment's";
        }
        // Some of the events of an excerpt's first seal may have been left out.
        if (seal.events() != unsealed && (skipped == 0 || !seals.isEmpty() || seal.events() < unsealed)) {
            return "it seals " + seal.events() + " events where there are " + unsealed;
        }
        seals.add(seal);
        unsealed = 0;
        return null;
    }

    /**
     * Returns whether a text is a time. Most times are in the same minute as the one before: then only the rest is
     * checked.
     */
    private boolean isTime(String time) {
        if (lastTime == null
                || time.length() != MINUTE + SECONDS.length()
                || !time.regionMatches(0, lastTime, 0, MINUTE)) {
            return TIME.matcher(time).matches();
        }
        for (int i = 0; i < SECONDS.length(); i++) {
            char most = SECONDS.charAt(i);
            char c = time.charAt(MINUTE + i);
            if (c != most && (c < '0' || c > most || most > '9')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDay(String time) {
        try {
            LocalDate.parse(time.substring(0, DAY));
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static long number(String attribute, String text) {
        int at = text.indexOf(attribute);
        int from = at + attribute.length();
        int to = at < 0 ? -1 : text.indexOf('"', from);
        try {
            return to < 0 ? 0 : Long.parseLong(text, from, to, 10);
        } catch (NumberFormatException e) {
            // The schema check reports this.
            return 0;
        }
    }

    private static Instant instant(String text, long line) throws Broken {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new Broken(line, "not a time");
        }
    }

    private static byte[] headLine(SegmentReader in, long number, String expected) throws IOException {
        byte[] bytes = in.next();
        if (bytes == null || !new String(bytes, StandardCharsets.UTF_8).equals(expected)) {
            throw new Broken(number, "not the start of a segment");
        }
        return bytes;
    }

    private static boolean isAscii(byte[] bytes) {
        int or = 0;
        for (byte one : bytes) {
            or |= one;
        }
        return or >= 0;
    }

    /** Returns the chain after the last valid line. */
    public String chain() {
        return chain.head();
    }

    /** Returns the number of bytes up to and including the last valid line, not counting the closing tag. */
    public long end() {
        return end;
    }

    public long lines() {
        return lines;
    }

    /** Returns the seq of the last event or seal left out, or 0 if none is. */
    public long skipped() {
        return skipped;
    }

    public long firstSeq() {
        return firstSeq;
    }

    /** Returns the seq of the last event or seal, or -1 if there is none. */
    public long lastSeq() {
        return lastSeq;
    }

    @Nullable
    public Instant lastTime() {
        return lastTime == null ? null : Instant.parse(lastTime);
    }

    public long lastMessage() {
        return lastMessage;
    }

    public long lastChange() {
        return lastChange;
    }

    /** Returns the keys announced in the segment, in order. */
    public List<Announced> announced() {
        return announced;
    }

    public List<Seal> seals() {
        return seals;
    }

    /** Returns the segments that were deleted while this one was open. */
    public List<Deleted> deleted() {
        return deleted;
    }

    /** Returns the number of events since the last seal, or since the beginning. */
    public long unsealed() {
        return unsealed;
    }

    /** Returns whether the closing tag was found. */
    public boolean isClosed() {
        return closed;
    }

    /** Returns what is wrong with the line after the last valid one, or null. */
    @Nullable
    public String wrong() {
        return wrong;
    }
}
