package chatd.doctor.machine;

import chatd.audit.LogFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/**
 * How much something takes, and how much of that came within the last 30 days.
 *
 * @param recent bytes
 * @param days over which they came: fewer than 30 if it is not that old
 */
public record Growth(long bytes, long recent, double days) {
    private static final Duration WINDOW = Duration.ofDays(30);

    /** Returns the bytes that are added in a day; 0 if it is too young to tell. */
    public double perDay() {
        return days < 1 ? 0 : recent / days;
    }

    private static double days(Instant from, Instant to) {
        return Duration.between(from, to).toSeconds()
                / (double) Duration.ofDays(1).toSeconds();
    }

    /** Reads that of a log, by its segments. */
    public static Growth ofLog(Path directory, Instant now) throws IOException {
        LogFiles files = new LogFiles(directory);
        long all = Files.exists(files.part()) ? Files.size(files.part()) * 2 : 0;
        long recent = all;
        Instant since = now.minus(WINDOW);
        Instant first = now;
        for (Path segment : files.closed()) {
            long size = Files.size(segment);
            Instant began = LogFiles.startTime(segment);
            all += size;
            if (began.isAfter(since)) {
                recent += size;
                first = began.isBefore(first) ? began : first;
            } else {
                first = since;
            }
        }
        return new Growth(all, recent, days(first, now));
    }

    /** Reads that of the database: its size, of which messages of 30 days have their share. */
    public static Growth ofDatabase(Query database, Instant now) throws IOException {
        long bytes = database.number("select sum(data_length + index_length) from information_schema.tables where"
                        + " table_schema = database()")
                .orElse(0L);
        Optional<Long> first = database.number("select min(number) from message");
        Optional<Long> last = database.number("select max(number) from message");
        if (first.isEmpty() || last.isEmpty()) {
            return new Growth(bytes, 0, 0);
        }
        Instant since = now.minus(WINDOW);
        // The time grows with the number, and has no index.
        long low = first.get();
        long high = last.get() + 1;
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (timeFrom(database, middle).map(time -> time.isBefore(since)).orElse(false)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        long recent = last.get() + 1 - low;
        long all = last.get() + 1 - first.get();
        Instant oldest = timeFrom(database, low).orElse(now);
        return new Growth(
                bytes,
                (long) ((double) bytes * recent / all),
                low == first.get() ? days(oldest, now) : WINDOW.toDays());
    }

    /** Returns the time of the first message with this number or a higher one. */
    private static Optional<Instant> timeFrom(Query database, long number) throws IOException {
        List<String> times = database.strings(
                "select date_format(time, '%Y-%m-%dT%H:%i:%s') from message where number >= ? order by number limit 1",
                number);
        return times.stream()
                .map(time -> LocalDateTime.parse(time).toInstant(ZoneOffset.UTC))
                .findFirst();
    }
}
