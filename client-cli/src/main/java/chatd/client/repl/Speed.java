package chatd.client.repl;

import chatd.text.Size;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The speed of a file transfer, averaged since the first update. Thread-safe. */
final class Speed {
    private static final Duration UPDATE_INTERVAL = Duration.ofSeconds(1);

    private final Clock clock;

    @GuardedBy("this")
    private @Nullable Instant began;

    @GuardedBy("this")
    private Instant shown = Instant.MIN;

    @GuardedBy("this")
    private long first;

    @GuardedBy("this")
    private long last;

    Speed(Clock clock) {
        this.clock = clock;
    }

    /** Records how many bytes are transferred so far; returns whether it is time to show that again: once a second. */
    synchronized boolean update(long bytes) {
        Instant now = clock.instant();
        if (began == null) {
            began = now;
            first = bytes;
        }
        last = bytes;
        if (now.isBefore(shown.plus(UPDATE_INTERVAL))) {
            return false;
        }
        shown = now;
        return true;
    }

    /** Returns the speed as people read it, such as {@code 31 MiB/s}. */
    @Override
    public synchronized String toString() {
        Instant from = began;
        long millis = from == null
                ? 1
                : Math.max(1, Duration.between(from, clock.instant()).toMillis());
        return Size.of((last - first) * 1_000 / millis) + "/s";
    }
}
