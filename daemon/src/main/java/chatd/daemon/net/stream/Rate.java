package chatd.daemon.net.stream;

import chatd.daemon.config.Config;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Rate limit of one session; above it the connection pauses reading. One thread. */
public final class Rate {
    private final @Nullable Bucket messages;
    private final @Nullable Bucket bytes;

    public Rate(Config.Rates rates) {
        this.messages = bucket(rates.messages());
        this.bytes = bucket(rates.bytes());
    }

    private static @Nullable Bucket bucket(long perSecond) {
        return perSecond == 0
                ? null
                : Bucket.builder()
                        .addLimit(limit -> limit.capacity(perSecond).refillGreedy(perSecond, Duration.ofSeconds(1)))
                        .build();
    }

    /** Counts messages and their bytes; returns the nanoseconds to pause, 0 for none. */
    long count(int number, int size) {
        long pause = messages == null || number == 0 ? 0 : messages.consumeIgnoringRateLimits(number);
        return Math.max(pause, bytes == null || size == 0 ? 0 : bytes.consumeIgnoringRateLimits(size));
    }
}
