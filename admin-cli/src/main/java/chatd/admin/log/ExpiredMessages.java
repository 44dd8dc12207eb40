package chatd.admin.log;

import chatd.admin.api.LogCalls;
import chatd.audit.read.LogScan;
import java.io.IOException;
import java.nio.file.Path;
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

    private final long upTo;

    /** The number of the last expiry that was read. */
    private long newest;

    /** @param upTo the number up to which there are messages to compare */
    ExpiredMessages(long upTo) {
        this.upTo = upTo;
    }

    /** Reads a whole log, or as much as there is of it. */
    void read(Path log) throws IOException {
        LogScan.scan(log, null, line -> {
            Matcher expiry = EXPIRY.matcher(line);
            if (expiry.matches()) {
                newest = Long.parseLong(expiry.group(1));
                for (LogCalls.Numbers range : ranges(expiry.group(2))) {
                    add(gone, range);
                    if (newest <= upTo) {
                        add(notStored, range);
                    }
                }
            } else if (line.contains(RESTORE)) {
                // The older database may have them.
                notStored.clear();
            }
            return true;
        });
    }

    /** Returns what a line says was deleted, if it was logged after the log was read. */
    List<LogCalls.Numbers> newIn(String line) {
        Matcher expiry = EXPIRY.matcher(line);
        return expiry.matches() && Long.parseLong(expiry.group(1)) > newest ? ranges(expiry.group(2)) : List.of();
    }

    /** Adds what was deleted since the log was read. */
    void add(LogCalls.Numbers range) {
        add(gone, range);
    }

    /** Returns the ranges that the child elements of an event give. */
    static List<LogCalls.Numbers> ranges(String children) {
        return RANGE.matcher(children)
                .results()
                .map(found -> new LogCalls.Numbers(Long.parseLong(found.group(1)), Long.parseLong(found.group(2))))
                .toList();
    }

    /** Joins a range with those that it touches. */
    private static void add(NavigableMap<Long, Long> ranges, LogCalls.Numbers added) {
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
