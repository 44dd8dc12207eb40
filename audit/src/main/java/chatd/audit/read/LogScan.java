package chatd.audit.read;

import chatd.audit.LogFiles;
import chatd.audit.form.Line;
import chatd.audit.form.Segment;
import chatd.audit.form.SegmentReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events of a log in order, across all its segments, with one line in memory at a time; also of a log that is
 * being written to. Verifies nothing. Not thread-safe; blocks.
 */
public final class LogScan {
    /** Precision of the start time in a closed segment's name. */
    private static final Duration ROUNDED = Duration.ofSeconds(1);

    private static final Pattern VALUE = Pattern.compile("<xs:enumeration value=\"([^\"]+)\"/>");

    private final @Nullable Instant since;
    private final Predicate<String> visitor;

    /** The number of the last segment that was read to its end or skipped. */
    private long done;

    private boolean stopped;

    private LogScan(@Nullable Instant since, Predicate<String> visitor) {
        this.since = since;
        this.visitor = visitor;
    }

    /**
     * Reads a log.
     *
     * @param log its directory, or one of its files
     * @param since nothing before this is needed: segments that end before it are skipped; null to read them all
     * @param visitor receives each event and seal unchanged, without its LF; returns false to stop
     * @throws IOException if the log can't be read, is not a log, or has a truncated segment; the message says which
     */
    public static void scan(Path log, @Nullable Instant since, Predicate<String> visitor) throws IOException {
        LogScan scan = new LogScan(since, visitor);
        if (!Files.isDirectory(log)) {
            scan.readSegment(log);
        } else if (!scan.readAll(new LogFiles(log))) {
            throw new IOException("There is no log in " + log + ".");
        }
    }

    /** Returns the values that the schema allows for {@code type} or {@code outcome}. */
    public static List<String> allowedValues(String attribute) {
        try (InputStream in = LogFiles.class.getResourceAsStream("audit.xsd")) {
            String schema = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            int from = schema.indexOf("<xs:simpleType name=\"" + attribute + "\">");
            String type = schema.substring(from, schema.indexOf("</xs:simpleType>", from));
            return VALUE.matcher(type).results().map(value -> value.group(1)).toList();
        } catch (IOException e) {
            throw new IllegalStateException("the program lacks audit.xsd", e);
        }
    }

    /** Reads all segments; returns false if there are none. */
    private boolean readAll(LogFiles files) throws IOException {
        boolean isAny = false;
        while (true) {
            List<Path> closed = files.closed();
            isAny |= !closed.isEmpty();
            readClosed(closed);
            if (stopped || !Files.exists(files.published())) {
                return isAny;
            }
            if (readOpen(files)) {
                return true;
            }
            // A segment was closed meanwhile: it is read first.
        }
    }

    private void readClosed(List<Path> segments) throws IOException {
        for (int i = 0; i < segments.size() && !stopped; i++) {
            Path segment = segments.get(i);
            boolean old = since != null
                    && i + 1 < segments.size()
                    && !LogFiles.startTime(segments.get(i + 1)).plus(ROUNDED).isAfter(since);
            if (LogFiles.segmentNumber(segment) > done) {
                try {
                    if (!old) {
                        readSegment(segment);
                    }
                } catch (NoSuchFileException e) {
                    // Retention has deleted it meanwhile.
                }
                done = LogFiles.segmentNumber(segment);
            }
        }
    }

    private void readSegment(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            SegmentReader lines = new SegmentReader(in, Segment.LONGEST_LINE);
            readHead(lines, file);
            read(lines, file);
        }
    }

    /** Reads the open segment as last published; returns false if closed segments before it are still unread. */
    private boolean readOpen(LogFiles files) throws IOException {
        try (InputStream in = Files.newInputStream(files.published())) {
            SegmentReader lines = new SegmentReader(in, Segment.LONGEST_LINE);
            long number = readHead(lines, files.published());
            if (number <= done) {
                return true;
            }
            if (files.closed().stream()
                    .mapToLong(LogFiles::segmentNumber)
                    .anyMatch(closed -> closed > done && closed < number)) {
                return false;
            }
            read(lines, files.published());
            return true;
        }
    }

    /** Returns the segment's number, from its first three lines. */
    private static long readHead(SegmentReader lines, Path file) throws IOException {
        try {
            return Segment.Head.read(lines).number();
        } catch (Segment.Broken e) {
            throw new IOException(file + " is not an audit log file.", e);
        }
    }

    private void read(SegmentReader lines, Path file) throws IOException {
        String last = "";
        for (byte[] line = lines.next(); line != null && !stopped; line = lines.next()) {
            last = text(line);
            if (last.startsWith("<event") || last.startsWith("<seal")) {
                stopped = !visitor.test(last);
            }
        }
        boolean mayGrow = file.endsWith("audit.part");
        if (!stopped && !mayGrow && !last.equals(Line.END)) {
            throw new IOException(file + " is truncated after the events shown: see `log verify`.");
        }
    }

    private static String text(byte @Nullable [] line) {
        return line == null ? "" : new String(line, StandardCharsets.UTF_8);
    }
}
