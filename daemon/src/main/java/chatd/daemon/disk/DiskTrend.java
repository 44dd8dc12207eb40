package chatd.daemon.disk;

import chatd.text.Size;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/**
 * Estimates how fast a disk fills up, from hourly samples of its free space in the last two weeks.
 * Thread-safe.
 */
final class DiskTrend {
    /** A disk that would be full within this time needs attention; samples are kept for as long. */
    private static final Duration SOON = Duration.ofDays(14);

    /** Minimum time that the samples must span: a few hours of a day are not like the others. */
    private static final Duration MIN_SPAN = Duration.ofDays(1);

    private static final Duration INTERVAL = Duration.ofHours(1);

    private final String name;

    @GuardedBy("this")
    private final Deque<Sample> samples = new ArrayDeque<>();

    private record Sample(Instant time, long free) {}

    /** @param name the name of what is on the disk, as part of a sentence */
    DiskTrend(String name) {
        this.name = name;
    }

    /**
     * Records the free space; does nothing if it is unknown, or was recorded less than an hour ago.
     */
    synchronized void record(Instant now, OptionalLong free) {
        Sample last = samples.peekLast();
        if (last != null && now.isBefore(last.time())) {
            // The clock was ahead.
            samples.clear();
            last = null;
        }
        if (free.isEmpty() || (last != null && now.isBefore(last.time().plus(INTERVAL)))) {
            return;
        }
        samples.add(new Sample(now, free.getAsLong()));
        while (samples.getFirst().time().isBefore(now.minus(SOON))) {
            samples.remove();
        }
    }

    /**
     * Returns when the disk will be full if it keeps filling as it has, as a sentence; empty if
     * that is not soon, or unknown.
     */
    synchronized String trouble(Instant now, OptionalLong free) {
        Sample first = samples.peekFirst();
        if (first == null || free.isEmpty()) {
            return "";
        }
        Duration time = Duration.between(first.time(), now);
        long filled = first.free() - free.getAsLong();
        if (time.compareTo(MIN_SPAN) < 0 || filled <= 0) {
            return "";
        }
        double seconds = (double) free.getAsLong() / filled * time.toSeconds();
        return seconds > SOON.toSeconds()
                ? ""
                : "The disk of %s has %s free, and will be full on %s if it fills as it has since %s: %s a day."
                        .formatted(
                                name,
                                Size.of(free.getAsLong()),
                                day(now.plusSeconds((long) seconds)),
                                day(first.time()),
                                Size.of((long) ((double) filled
                                        / time.toSeconds()
                                        * Duration.ofDays(1).toSeconds())));
    }

    private static String day(Instant time) {
        return time.atOffset(ZoneOffset.UTC).toLocalDate().toString();
    }
}
