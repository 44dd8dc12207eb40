package chatd.audit.read;

import chatd.audit.LogFiles;
import chatd.audit.form.Segment;
import chatd.audit.form.SegmentReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The messages and account changes in a log above given numbers, which a database older than the log lacks. Reads from
 * the first segment that may contain any, and keeps in memory only what is needed: the highest numbers, and the names.
 */
public final class LoggedSince {
    /** Matches the first event of a segment, which has the last numbers of the segments before it. */
    private static final Pattern BEGINNING =
            Pattern.compile("<event [^>]* type=\"rotation\" [^>]*message=\"(\\d{1,18})\" change=\"(\\d{1,18})\"");

    private static final Pattern NUMBERED = Pattern.compile(" (message|change|group|file|user|name|was)=\"([^\"]*)\"");

    private final long afterMessage;
    private final long afterChange;
    private long message;
    private long change;
    private long group;
    private long file;
    private long account;
    private final Map<String, Long> names = new LinkedHashMap<>();

    private LoggedSince(long afterMessage, long afterChange) {
        this.afterMessage = afterMessage;
        this.afterChange = afterChange;
        this.message = afterMessage;
        this.change = afterChange;
    }

    /**
     * Reads a log. Blocks.
     *
     * @param directory the log's directory, with its open segment published
     * @throws IOException if it can't be read
     */
    public static LoggedSince read(Path directory, long afterMessage, long afterChange) throws IOException {
        LoggedSince since = new LoggedSince(afterMessage, afterChange);
        LogScan.scan(directory, since.begin(new LogFiles(directory)), line -> {
            since.process(line);
            return true;
        });
        return since;
    }

    /** Returns when the first segment that may contain any of them began; null for the very first segment. */
    private @Nullable Instant begin(LogFiles files) throws IOException {
        if (hasNothingBefore(files.published())) {
            return Segment.Head.read(files.published()).started();
        }
        List<Path> closed = files.closed();
        for (Path file : closed.reversed()) {
            if (hasNothingBefore(file)) {
                return LogFiles.startTime(file);
            }
        }
        return null;
    }

    private boolean hasNothingBefore(Path segment) throws IOException {
        try (InputStream in = Files.newInputStream(segment)) {
            SegmentReader lines = new SegmentReader(in, Segment.LONGEST_LINE);
            Segment.Head.read(lines);
            byte[] line = lines.next();
            Matcher first = BEGINNING.matcher(line == null ? "" : new String(line, StandardCharsets.UTF_8));
            return first.lookingAt()
                    && Long.parseLong(first.group(1)) <= afterMessage
                    && Long.parseLong(first.group(2)) <= afterChange;
        }
    }

    private void process(String line) {
        // In start and rotation events, the numbers are those of earlier events.
        if (line.contains(" type=\"start\" ") || line.contains(" type=\"rotation\" ")) {
            return;
        }
        int end = line.indexOf('>');
        Matcher attribute = NUMBERED.matcher(line).region(0, end < 0 ? line.length() : end);
        long itsMessage = 0;
        long itsChange = 0;
        long itsGroup = 0;
        long itsFile = 0;
        long itsAccount = 0;
        String name = null;
        String was = null;
        while (attribute.find()) {
            String value = attribute.group(2);
            switch (attribute.group(1)) {
                case "message" -> itsMessage = Long.parseLong(value);
                case "change" -> itsChange = Long.parseLong(value);
                case "group" -> itsGroup = Long.parseLong(value.substring(1));
                case "file" -> itsFile = Long.parseLong(value);
                case "user" -> itsAccount = Long.parseLong(value.substring(1));
                case "name" -> name = value;
                default -> was = value;
            }
        }
        if (itsMessage > afterMessage) {
            message = Math.max(message, itsMessage);
            group = Math.max(group, itsGroup);
            file = Math.max(file, itsFile);
        }
        if (itsChange > afterChange) {
            change = Math.max(change, itsChange);
            account = Math.max(account, itsAccount);
            for (String used : new String[] {was, name}) {
                if (used != null) {
                    // Moved to the end, even if it was there before.
                    names.remove(used);
                    names.put(used, itsAccount);
                }
            }
        }
    }

    /** Returns the highest message number, or the given one if there is none above it. */
    public long message() {
        return message;
    }

    /** Returns the highest number of an account change, or the given one if there is none above it. */
    public long change() {
        return change;
    }

    /** Returns the highest group number among those changes of groups, or 0 if there is none. */
    public long group() {
        return group;
    }

    /** Returns the highest file number among those messages, or 0 if there is none. */
    public long file() {
        return file;
    }

    /** Returns the highest account number among the changed accounts, or 0 if there is none. */
    public long account() {
        return account;
    }

    /** Returns the names of the changed accounts with their numbers; each account's latest name comes last. */
    public Map<String, Long> names() {
        return names;
    }
}
