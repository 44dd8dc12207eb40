package chatd.daemon.model.entry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Some messages were kept for as long as they are to be kept, and are deleted, with all that was done about them. Has a number
 * of its own, from the sequence of the messages.
 *
 * @param messages how many are deleted by this
 * @param ranges their numbers, ascending
 * @param deleted the numbers of the messages; empty if this was read from the database
 */
public record Expiry(long number, Instant time, int messages, List<Range> ranges, List<Long> deleted) implements Entry {
    public Expiry {
        ranges = List.copyOf(ranges);
        deleted = List.copyOf(deleted);
    }

    /** The numbers {@code from} to {@code to}, both included. */
    public record Range(long from, long to) {
        public boolean contains(long number) {
            return from <= number && number <= to;
        }
    }

    /** Returns ranges as a text, such as {@code 1-60 63}. */
    public static String text(List<Range> ranges) {
        return ranges.stream()
                .map(range -> range.from() == range.to() ? "" + range.from() : range.from() + "-" + range.to())
                .collect(Collectors.joining(" "));
    }

    /** Returns the ranges that {@link #text} has written. */
    public static List<Range> ranges(String text) {
        List<Range> ranges = new ArrayList<>();
        for (String range : text.split(" ", -1)) {
            int dash = range.indexOf('-');
            long from = Long.parseLong(range, 0, dash < 0 ? range.length() : dash, 10);
            ranges.add(new Range(from, dash < 0 ? from : Long.parseLong(range, dash + 1, range.length(), 10)));
        }
        return ranges;
    }

    @Override
    public Receipt receipt() {
        return new Receipt(number, time);
    }

    @Override
    public long position() {
        return number;
    }

    @Override
    public long bytes() {
        return 200L + 40L * ranges.size() + 100L * deleted.size();
    }
}
