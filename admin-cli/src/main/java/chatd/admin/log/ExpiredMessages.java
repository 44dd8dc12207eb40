package chatd.admin.log;

import chatd.audit.read.LogScan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The numbers of messages that, according to the log, were deleted after their time. Used by one thread. */
final class ExpiredMessages {
    private static final Pattern EXPIRY = Pattern.compile(
            "<event seq=\"\\d+\" time=\"[^\"]+\" type=\"expiry\" outcome=\"ok\" message=\"(\\d{1,18})\"[^>]*>(.*)");
    private static final Pattern RANGE = Pattern.compile("<expired from=\"(\\d{1,18})\" to=\"(\\d{1,18})\"/>");
    private static final String RESTORE = " type=\"restore\" ";

    /** Ranges, by where they begin; none touches another. */
    private final TreeMap<Long, Long> gone = new TreeMap<>();

    /** Those of them that the messages to compare can't have. */
    private final TreeMap<Long, Long> notStored = new TreeMap<>();

    /** The numbers {@code from} to {@code to}, both included. */
    record Range(long from, long to) {}

    private final long upTo;

    /** @param upTo the number up to which there are messages to compare */
    ExpiredMessages(long upTo) {
        this.upTo = upTo;
    }

    /** Reads a whole log, or as much as there is of it. */
    void read(Path log) throws IOException {
        LogScan.scan(log, null, line -> {
            add(line);
            return true;
        });
    }

    /** Adds what a line says; returns the ranges in it, if it is about messages that were deleted after their time. */
    List<Range> add(String line) {
        Matcher expiry = EXPIRY.matcher(line);
        List<Range> ranges = new ArrayList<>();
        if (!expiry.matches()) {
            if (line.contains(RESTORE)) {
                // The older database may have them.
                notStored.clear();
            }
            return ranges;
        }
        for (Matcher found = RANGE.matcher(expiry.group(2)); found.find(); ) {
            Range range = new Range(Long.parseLong(found.group(1)), Long.parseLong(found.group(2)));
            ranges.add(range);
            add(gone, range);
            if (Long.parseLong(expiry.group(1)) <= upTo) {
                add(notStored, range);
            }
        }
        return ranges;
    }

    /** Joins a range with those that it touches. */
    private static void add(NavigableMap<Long, Long> ranges, Range added) {
        long from = added.from();
        long to = added.to();
        Map.@Nullable Entry<Long, Long> before = ranges.floorEntry(to == Long.MAX_VALUE ? to : to + 1);
        while (before != null && before.getValue() >= from - 1) {
            from = Math.min(from, before.getKey());
            to = Math.max(to, before.getValue());
            ranges.remove(before.getKey());
            before = ranges.floorEntry(to + 1);
        }
        ranges.put(from, to);
    }

    /** Returns whether a message was deleted. */
    boolean isGone(long message) {
        return has(gone, message);
    }

    /** Returns whether a message was deleted before the messages to compare were read. */
    boolean isNotStored(long message) {
        return has(notStored, message);
    }

    private static boolean has(NavigableMap<Long, Long> ranges, long message) {
        Map.@Nullable Entry<Long, Long> before = ranges.floorEntry(message);
        return before != null && before.getValue() >= message;
    }
}
