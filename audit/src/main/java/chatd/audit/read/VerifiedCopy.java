package chatd.audit.read;

import chatd.audit.LogFiles;
import chatd.audit.form.Line;
import chatd.audit.form.Segment;
import chatd.audit.form.SegmentReader;
import chatd.audit.seal.Seal;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a log that grows as the log does, on an auditor's machine. Every line is verified before it is written: the chain,
 * numbers and times, the seals, and the schema once a segment is complete. A line that comes again must be the one that was
 * copied. Each seal is kept as an anchor too, in {@code anchors}. Not thread-safe; blocks.
 */
public final class VerifiedCopy implements Closeable {
    private static final Pattern SEQ = Pattern.compile("<(?:event|seal) seq=\"(\\d{1,18})\" ");
    private static final String TOP = Line.DECLARATION + "\n" + Line.STYLE + "\n";

    /** Thrown if the log is not the one that was copied before, or if a line of it is not as it was written. */
    public static final class Wrong extends Exception {
        private static final long serialVersionUID = 1L;

        Wrong(String what) {
            super(what);
        }
    }

    private final LogFiles files;
    private final Path anchors;
    private final AuditorTerms auditor;
    private final Continuity continuity;
    private final FileChannel lockFile;

    /** The files of the segments, by number, and by the seq of their first line. */
    private final TreeMap<Long, Path> byNumber = new TreeMap<>();

    private final TreeMap<Long, Path> bySeq = new TreeMap<>();
    private @Nullable Segment open;
    private @Nullable OutputStream part;
    private @Nullable OutputStream anchorsOut;
    private long lastSeq;
    private boolean isPublished = true;

    /** Reads what was copied, to compare what comes again: the line with this seq is next. */
    private @Nullable SegmentReader known;

    private @Nullable InputStream knownFile;

    private long nextKnown;

    private VerifiedCopy(Path directory, AuditorTerms auditor, FileChannel lockFile) {
        this.files = new LogFiles(directory);
        this.anchors = directory.resolve("anchors");
        this.auditor = auditor;
        this.continuity = new Continuity(auditor);
        this.lockFile = lockFile;
    }

    /**
     * Opens a copy, and verifies what is in it.
     *
     * @param directory a directory; a new copy begins in an empty one
     * @throws Wrong if what is in it was changed
     * @throws IOException if it can't be read or written, or is in use
     */
    public static VerifiedCopy open(Path directory, AuditorTerms auditor) throws IOException, Wrong {
        Files.createDirectories(directory);
        FileChannel lockFile =
                FileChannel.open(new LogFiles(directory).lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = lockFile.tryLock();
        if (lock == null) {
            lockFile.close();
            throw new IOException("another process writes to " + directory);
        }
        VerifiedCopy copy = new VerifiedCopy(directory, auditor, lockFile);
        try {
            copy.files.install("audit.css");
            copy.files.install("audit.xsd");
            copy.readWhatIsThere();
            return copy;
        } catch (IOException | Wrong e) {
            lockFile.close();
            throw e;
        }
    }

    private void readWhatIsThere() throws IOException, Wrong {
        Segment segment = null;
        for (Path file : files.closed()) {
            segment = Segment.read(file);
            String wrong = Verifier.checkLines(LogFiles.segmentNumber(file), Files.size(file), segment);
            check(LogFiles.name(file), wrong);
            add(file, segment);
        }
        if (Files.exists(files.part())) {
            segment = continuePart();
        }
        if (segment != null) {
            addMissingAnchors(segment);
        }
    }

    private Segment continuePart() throws IOException, Wrong {
        Segment segment = Segment.read(files.part());
        check(LogFiles.name(files.part()), segment.wrong());
        add(files.part(), segment);
        if (segment.isClosed()) {
            // It was killed before that got its name.
            Path closed = files.closed(segment.number, segment.started);
            Files.move(files.part(), closed, StandardCopyOption.ATOMIC_MOVE);
            note(segment, closed);
            return segment;
        }
        try (FileChannel file = FileChannel.open(files.part(), StandardOpenOption.WRITE)) {
            // What a kill left of the last line comes again.
            file.truncate(segment.end());
        }
        part = append(files.part());
        open = segment;
        return segment;
    }

    /** Adds the anchors of what was written to the last segment just before a kill. */
    private void addMissingAnchors(Segment last) throws IOException {
        Set<String> there = Files.exists(anchors) ? Set.copyOf(Verifier.anchors(anchors)) : Set.of();
        for (Seal seal : last.seals()) {
            if (!there.contains(seal.element())) {
                anchor(seal.element().getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private static OutputStream append(Path file) throws IOException {
        return new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    private void add(Path file, Segment segment) throws Wrong {
        check(LogFiles.name(file), continuity.checkSuccession(segment));
        check(LogFiles.name(file), continuity.checkSeals(segment));
        note(segment, file);
        lastSeq = Math.max(lastSeq, segment.lastSeq());
    }

    private void note(Segment segment, Path file) {
        byNumber.put(segment.number, file);
        if (segment.firstSeq() >= 0) {
            bySeq.put(segment.firstSeq(), file);
        }
    }

    private static void check(String where, @Nullable String wrong) throws Wrong {
        if (wrong != null) {
            throw new Wrong("the copy itself: " + where + ": " + wrong);
        }
    }

    /** Returns the seq of the last event or seal that was copied; 0 if none was. */
    public long lastSeq() {
        return lastSeq;
    }

    /** Returns the seq of the last seal that the auditor's keys or anchors vouch for; 0 if there is none. */
    public long lastAuthenticSeq() {
        return continuity.lastTrustedSeq();
    }

    /**
     * Adds a line, or compares it if it was copied before.
     *
     * @param line as it stands in the log, without its LF: a root's start tag, an event or a seal
     * @return whether it is new
     * @throws Wrong if it is not the line that must come here; nothing was written then
     */
    public boolean add(byte[] line) throws IOException, Wrong {
        String text = new String(line, StandardCharsets.UTF_8);
        if (text.startsWith("<audit ")) {
            return addHead(line);
        }
        Matcher seq = SEQ.matcher(text);
        if (!seq.lookingAt()) {
            throw new Wrong("a line that is no event: " + shortened(text));
        }
        long number = Long.parseLong(seq.group(1));
        if (number <= lastSeq) {
            // Not what is older than the copy.
            if (number >= bySeq.firstKey()) {
                compare(number, line);
            }
            return false;
        }
        Segment segment = open;
        if (segment == null) {
            // The rest of a segment whose beginning the collector does not have any more.
            return false;
        }
        if (number > lastSeq + 1 && lastSeq > 0) {
            throw new Wrong("seq " + number + " came after " + lastSeq + ": what is between them is missing");
        }
        append(segment, number, text, line);
        return true;
    }

    private void append(Segment segment, long seq, String text, byte[] line) throws IOException, Wrong {
        boolean isFirst = segment.firstSeq() < 0;
        String wrong = segment.add(line);
        if (wrong == null && isFirst) {
            wrong = continuity.checkSuccession(segment);
        }
        boolean isSeal = text.startsWith("<seal ");
        if (wrong == null && isSeal) {
            wrong = continuity.checkSeals(segment);
        }
        if (wrong != null) {
            open = null;
            throw new Wrong("seq " + seq + ": " + wrong);
        }
        if (isSeal && !auditor.keys().isEmpty() && continuity.lastTrustedSeq() != seq) {
            open = null;
            throw new Wrong(
                    "seq " + seq + ": the seal is by the key " + segment.key
                            + ", which no key that you trust has announced. If its owner confirms it, give it with --key as well");
        }
        if (isFirst) {
            note(segment, files.part());
        }
        write(line);
        if (isSeal) {
            anchor(line);
        }
        lastSeq = seq;
    }

    private void write(byte[] line) throws IOException {
        OutputStream to = part;
        if (to == null) {
            throw new IOException("the copy is closed");
        }
        to.write(line);
        to.write('\n');
        isPublished = false;
    }

    private void anchor(byte[] seal) throws IOException {
        OutputStream to = anchorsOut;
        if (to == null) {
            to = append(anchors);
            anchorsOut = to;
        }
        to.write(seal);
        to.write('\n');
    }

    private boolean addHead(byte[] line) throws IOException, Wrong {
        Segment next;
        byte[] head = (TOP + new String(line, StandardCharsets.UTF_8) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            next = Segment.begin(head);
        } catch (Segment.Broken e) {
            throw new Wrong(
                    "the head of a segment that is none: " + shortened(new String(line, StandardCharsets.UTF_8)));
        }
        if (!byNumber.isEmpty() && next.number <= byNumber.lastKey()) {
            compareHead(next.number, line);
            return false;
        }
        Segment last = open;
        if (last != null && next.number > last.number + 1) {
            throw new Wrong("segment " + next.number + " came after segment " + last.number
                    + ": what is between them is missing");
        }
        if (last != null) {
            completeSegment(last);
        }
        String wrong = continuity.checkSuccession(next);
        if (wrong != null) {
            throw new Wrong("the head of segment " + next.number + ": " + wrong);
        }
        files.replace(LogFiles.name(files.part()), out -> out.write(head));
        part = append(files.part());
        open = next;
        byNumber.put(next.number, files.part());
        isPublished = false;
        return true;
    }

    private void completeSegment(Segment segment) throws IOException, Wrong {
        flush();
        String wrong = continuity.checkSeals(segment);
        if (wrong != null) {
            throw new Wrong("segment " + segment.number + ": " + wrong);
        }
        Path closed = files.closed(segment.number, segment.started);
        try (OutputStream end = part) {
            if (end != null) {
                end.write(Line.CLOSING);
            }
        }
        part = null;
        open = null;
        closeKnown();
        Files.move(files.part(), closed, StandardCopyOption.ATOMIC_MOVE);
        note(segment, closed);
        try (SchemaCheck schema = new SchemaCheck()) {
            schema.add(closed);
            String invalid = schema.next();
            if (invalid != null) {
                throw new Wrong(LogFiles.name(closed) + ": " + invalid);
            }
        }
    }

    private void compare(long seq, byte[] line) throws IOException, Wrong {
        if (!Arrays.equals(known(seq), line)) {
            throw new Wrong("seq " + seq + " came again and is not what was copied before: the log was rewritten,"
                    + " or is another one");
        }
    }

    private byte @Nullable [] known(long seq) throws IOException {
        flush();
        SegmentReader reading = known;
        byte[] line = reading == null || seq != nextKnown ? null : reading.next();
        if (line == null || !isEvent(line)) {
            closeKnown();
            Map.Entry<Long, Path> segment = bySeq.floorEntry(seq);
            if (segment == null) {
                return null;
            }
            InputStream in = Files.newInputStream(segment.getValue());
            knownFile = in;
            reading = new SegmentReader(in, Segment.LONGEST_LINE);
            known = reading;
            line = reading.next();
            for (long skip = 3 + seq - segment.getKey(); skip > 0 && line != null; skip--) {
                line = reading.next();
            }
        }
        nextKnown = seq + 1;
        return line;
    }

    private static boolean isEvent(byte[] line) {
        return line.length > 1 && line[0] == '<' && line[1] != '/';
    }

    private void closeKnown() throws IOException {
        InputStream in = knownFile;
        known = null;
        knownFile = null;
        if (in != null) {
            in.close();
        }
    }

    private void compareHead(long number, byte[] line) throws IOException, Wrong {
        Path file = byNumber.get(number);
        if (file == null) {
            // Older than the copy.
            return;
        }
        flush();
        try (InputStream in = Files.newInputStream(file)) {
            SegmentReader lines = new SegmentReader(in, Segment.LONGEST_LINE);
            lines.next();
            lines.next();
            if (!Arrays.equals(lines.next(), line)) {
                throw new Wrong(
                        "the head of segment " + number + " came again and is not what was copied before: the log was"
                                + " rewritten, or is another one");
            }
        }
    }

    /**
     * Checks where the log ends now.
     *
     * @param seq the seq of its last event or seal
     * @throws Wrong if more was copied before
     */
    public void checkEnd(long seq) throws Wrong {
        if (seq < lastSeq) {
            throw new Wrong("the log ends at seq " + seq + ", and " + lastSeq
                    + " was copied before: its end was cut off, or it is another one");
        }
    }

    private static String shortened(String text) {
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }

    /** Writes to disk what was added, the anchors first. */
    public void flush() throws IOException {
        OutputStream seals = anchorsOut;
        if (seals != null) {
            seals.flush();
        }
        OutputStream lines = part;
        if (lines != null) {
            lines.flush();
        }
    }

    /** Publishes the open segment as a complete document, {@code audit.xml}, if anything was added since. */
    public void publish() throws IOException {
        flush();
        if (isPublished || open == null) {
            return;
        }
        files.replace(LogFiles.name(files.published()), out -> {
            Files.copy(files.part(), out);
            out.write(Line.CLOSING);
        });
        isPublished = true;
    }

    /** Returns the size of the open segment in bytes. */
    public long openBytes() throws IOException {
        return Files.exists(files.part()) ? Files.size(files.part()) : 0;
    }

    @Override
    public void close() throws IOException {
        try {
            publish();
        } finally {
            OutputStream seals = anchorsOut;
            OutputStream lines = part;
            part = null;
            anchorsOut = null;
            if (seals != null) {
                seals.close();
            }
            if (lines != null) {
                lines.close();
            }
            closeKnown();
            lockFile.close();
        }
    }
}
