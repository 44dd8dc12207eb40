package chatd.daemon.disk;

import chatd.text.Size;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/** How fast a disk fills up, from what was free on it in the last two weeks, hour by hour. Thread-safe. */
final class DiskTrend {
    /** The time within which a disk that would be full needs attention; as long are samples kept. */
    private static final Duration SOON = Duration.ofDays(14);

    /** The time from which on samples tell anything: a few hours of a day are not like the others. */
    private static final Duration LEAST = Duration.ofDays(1);

    private static final Duration BETWEEN = Duration.ofHours(1);

    private final String name;

    @GuardedBy("this")
    private final Deque<Sample> samples = new ArrayDeque<>();

    private record Sample(Instant time, long free) {}

    /** @param name of what is on the disk, as part of a sentence */
    DiskTrend(String name) {
        this.name = name;
    }

    /** Notes what is free now; nothing if that is unknown, or was noted less than an hour ago. */
    synchronized void note(Instant now, OptionalLong free) {
        Sample last = samples.peekLast();
        if (last != null && now.isBefore(last.time())) {
            // The clock was ahead.
            samples.clear();
            last = null;
        }
        if (free.isEmpty() || (last != null && now.isBefore(last.time().plus(BETWEEN)))) {
            return;
        }
        samples.add(new Sample(now, free.getAsLong()));
        while (samples.getFirst().time().isBefore(now.minus(SOON))) {
            samples.remove();
        }
    }

    /** Returns when the disk is full if it goes on as it has, as a sentence; empty if that is not soon, or unknown. */
    synchronized String trouble(Instant now, OptionalLong free) {
        Sample first = samples.peekFirst();
        if (first == null || free.isEmpty()) {
            return "";
        }
        Duration time = Duration.between(first.time(), now);
        long filled = first.free() - free.getAsLong();
        if (time.compareTo(LEAST) < 0 || filled <= 0) {
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
