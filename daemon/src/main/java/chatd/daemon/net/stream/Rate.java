package chatd.daemon.net.stream;

import chatd.daemon.config.Config;
import chatd.daemon.limit.KeyedRateLimit;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The rate limits of one session, and of all sessions of its account; above them the connection pauses reading. One
 * thread.
 */
public final class Rate {
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** Minimum bytes that a message counts for its account: a short one costs no less to process. */
    private static final long MIN_BYTES = 8 << 10;

    private final @Nullable Bucket messages;
    private final @Nullable Bucket bytes;
    private final KeyedRateLimit<Long> ofAccounts;

    /** @param ofAccounts as {@link #ofAccounts} returns it */
    public Rate(Config.Rates rates, KeyedRateLimit<Long> ofAccounts) {
        this.messages = bucket(rates.messages());
        this.bytes = bucket(rates.bytes());
        this.ofAccounts = ofAccounts;
    }

    private static @Nullable Bucket bucket(long perSecond) {
        return perSecond == 0
                ? null
                : Bucket.builder()
                        .addLimit(limit -> limit.capacity(perSecond).refillGreedy(perSecond, SECOND))
                        .build();
    }

    /** Returns the limit of each account, given the bytes a second: two seconds' worth at once. */
    public static KeyedRateLimit<Long> ofAccounts(LongSupplier perSecond) {
        return new KeyedRateLimit<>(() -> 2 * perSecond.getAsLong(), limit -> limit, SECOND.multipliedBy(2));
    }

    /**
     * Counts messages and their uncompressed bytes.
     *
     * @param number of messages; 0 for part of a file, which is only passed on
     * @param account whose they are; 0 before login
     * @return the nanoseconds to pause, 0 for none
     */
    long count(int number, int size, long account) {
        long pause = messages == null || number == 0 ? 0 : messages.consumeIgnoringRateLimits(number);
        if (bytes != null && size > 0) {
            pause = Math.max(pause, bytes.consumeIgnoringRateLimits(size));
        }
        return number == 0 || account == 0
                ? pause
                : Math.max(pause, ofAccounts.chargeAlways(account, Math.max(size, MIN_BYTES * number)));
    }
}
