package chatd.audit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events of a log in their order, over all its segments, a line in memory at a time; also of one that is
 * written to meanwhile. It judges nothing. One thread; blocks.
 */
public final class LogScan {
    /** The name of a closed segment has its beginning in whole seconds. */
    private static final Duration ROUNDED = Duration.ofSeconds(1);

    private static final Pattern HEAD = Pattern.compile("<audit [^>]*segment=\"(\\d{1,18})\"");

    private final @Nullable Instant since;
    private final Predicate<String> taker;

    /** The last segment that was read to its end. */
    private long done;

    private boolean stopped;

    private LogScan(@Nullable Instant since, Predicate<String> taker) {
        this.since = since;
        this.taker = taker;
    }

    /**
     * Reads it.
     *
     * @param log its directory, or one of its files
     * @param since nothing before this is asked for: segments that end before it are passed over
     * @param taker takes each event and seal as it stands, without its end of line; false where it wants no more
     */
    public static void scan(Path log, @Nullable Instant since, Predicate<String> taker) throws IOException {
        LogScan scan = new LogScan(since, taker);
        if (Files.isDirectory(log)) {
            scan.all(new LogFiles(log));
        } else {
            try (InputStream in = Files.newInputStream(log)) {
                scan.read(new LineReader(in, Segment.LONGEST_LINE));
            }
        }
    }

    private void all(LogFiles files) throws IOException {
        while (!stopped) {
            closed(files.closed());
            if (stopped || isOpenRead(files)) {
                return;
            }
            // A segment was closed in between: it comes first.
        }
    }

    private void closed(List<Path> segments) throws IOException {
        for (int i = 0; i < segments.size() && !stopped; i++) {
            Path segment = segments.get(i);
            boolean old = since != null
                    && i + 1 < segments.size()
                    && !LogFiles.started(segments.get(i + 1)).plus(ROUNDED).isAfter(since);
            if (LogFiles.segment(segment) > done) {
                if (!old) {
                    try (InputStream in = Files.newInputStream(segment)) {
                        read(new LineReader(in, Segment.LONGEST_LINE));
                    }
                }
                done = LogFiles.segment(segment);
            }
        }
    }

    /** The open segment as it was published last, unless there are closed ones before it that were not read. */
    private boolean isOpenRead(LogFiles files) throws IOException {
        try (InputStream in = Files.newInputStream(files.published())) {
            LineReader lines = new LineReader(in, Segment.LONGEST_LINE);
            String head = "";
            for (int i = 0; i < 3; i++) {
                head = text(lines.next());
            }
            Matcher segment = HEAD.matcher(head);
            if (segment.find()) {
                long number = Long.parseLong(segment.group(1));
                if (number <= done) {
                    return true;
                }
                if (files.closed().stream()
                        .mapToLong(LogFiles::segment)
                        .anyMatch(closed -> closed > done && closed < number)) {
                    return false;
                }
            }
            read(lines);
            return true;
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    private void read(LineReader lines) throws IOException {
        for (byte[] line = lines.next(); line != null && !stopped; line = lines.next()) {
            String text = text(line);
            if (text.startsWith("<event") || text.startsWith("<seal")) {
                stopped = !taker.test(text);
            }
        }
    }

    private static String text(byte @Nullable [] line) {
        return line == null ? "" : new String(line, StandardCharsets.UTF_8);
    }
}
