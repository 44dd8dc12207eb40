package chatd.daemon.limit;

import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Pair;
import chatd.protocol.value.Code;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.BandwidthBuilder.BandwidthBuilderBuildStage;
import io.github.bucket4j.BandwidthBuilder.BandwidthBuilderRefillStage;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * A rate limit for each key, such as an account or a group: a burst, and then a steady rate; a
 * limit of 0 means unlimited. Remembers the keys of the last period, about 200 bytes each. Any
 * thread; does not block.
 *
 * @param <K> what it counts by; of a fixed size
 */
public final class KeyedRateLimit<K> {
    private static final Duration MIN_MEMORY = Duration.ofMinutes(1);

    /** Maximum number of pairs remembered: there can be far more of them than accounts. */
    private static final long PAIRS = 1 << 16;

    /** Refills nothing within a period, and everything with the next. */
    static final LongUnaryOperator UNTIL_THE_NEXT = most -> 0;

    private final LongSupplier most;
    private final LongUnaryOperator rate;
    private final Duration period;
    private final LongSupplier nanos;
    private final Cache<K, Counted> counted;

    /** A bucket of what may still be done, and the limit that it was made for. */
    private record Counted(long most, Bucket bucket) {}

    /**
     * @param most supplies the burst; a key that was idle for a period starts again with all of it,
     *     and so do all keys when it changes
     * @param rate returns the refill per period, given {@code most}; 0 to refill all of it once the
     *     period is over
     */
    public KeyedRateLimit(LongSupplier most, LongUnaryOperator rate, Duration period) {
        this(most, rate, period, Long.MAX_VALUE, System::nanoTime);
    }

    /**
     * Returns a limit on what each user does to each other one, or in each group, in each period
     * since the first time; the least used pairs are evicted.
     */
    public static KeyedRateLimit<Pair> ofPairs(LongSupplier most, Duration period) {
        return new KeyedRateLimit<>(most, UNTIL_THE_NEXT, period, PAIRS, System::nanoTime);
    }

    /** @param nanos returns the time in nanoseconds */
    KeyedRateLimit(LongSupplier most, LongUnaryOperator rate, Duration period, long keys, LongSupplier nanos) {
        this.most = most;
        this.rate = rate;
        this.period = period;
        this.nanos = nanos;
        this.counted = Caffeine.newBuilder()
                // A debt that outlasts a short period must not be forgotten with it.
                .expireAfterAccess(period.compareTo(MIN_MEMORY) < 0 ? MIN_MEMORY : period)
                .maximumSize(keys)
                .ticker(nanos::getAsLong)
                .build();
    }

    /** Counts one; returns false, counting nothing, if the limit is reached. */
    public boolean take(K key) {
        long limit = most.getAsLong();
        return limit == 0 || bucket(key, limit).tryConsume(1);
    }

    /**
     * Returns a counter for something that may be decided several times, as when its batch is
     * decided again.
     */
    public Once once() {
        return new Once();
    }

    /** Counts each key once, however often it is asked. Used by one thread at a time. */
    public final class Once {
        private Set<K> taken = Set.of();

        private Once() {}

        /**
         * Counts one, unless this key was counted already; returns false, counting nothing, if the
         * limit is reached.
         */
        public boolean take(K key) {
            if (taken.contains(key)) {
                return true;
            }
            if (!KeyedRateLimit.this.take(key)) {
                return false;
            }
            if (taken.isEmpty()) {
                taken = new HashSet<>();
            }
            taken.add(key);
            return true;
        }
    }

    /**
     * Counts an amount for a user.
     *
     * @param what what is counted, per what time and from whom:
     *     {@code "searches a minute are accepted from one user"}
     * @throws Refusal {@link Code#THROTTLED} if the limit is reached; nothing is counted then
     */
    public void charge(K key, long amount, String what) {
        long limit = most.getAsLong();
        if (limit != 0 && amount != 0 && !bucket(key, limit).tryConsume(amount)) {
            throw throttled(limit, what);
        }
    }

    /**
     * Checks whether an amount could be charged, without counting it.
     *
     * @throws Refusal as {@link #charge}
     */
    public void check(K key, long amount, String what) {
        long limit = most.getAsLong();
        if (limit != 0 && bucket(key, limit).getAvailableTokens() < amount) {
            throw throttled(limit, what);
        }
    }

    private static Refusal throttled(long limit, String what) {
        return new Refusal(Code.THROTTLED, "At most %d %s. Try again later.".formatted(limit, what));
    }

    /** Refunds a charge for something that was not done. */
    public void refund(K key, long amount) {
        Counted before = counted.getIfPresent(key);
        if (before != null && amount != 0) {
            before.bucket().addTokens(amount);
        }
    }

    /**
     * Counts an amount that was done already, however much that is.
     *
     * @return the nanoseconds for which no more of it should be done; 0 for none
     */
    public long chargeAlways(K key, long amount) {
        long limit = most.getAsLong();
        return limit == 0 || amount == 0 ? 0 : bucket(key, limit).consumeIgnoringRateLimits(amount);
    }

    private Bucket bucket(K key, long limit) {
        Counted present = counted.get(key, _ -> newCounted(limit));
        if (present.most() != limit) {
            present = counted.asMap()
                    .compute(key, (_, before) -> before != null && before.most() == limit ? before : newCounted(limit));
        }
        return present.bucket();
    }

    private Counted newCounted(long limit) {
        return new Counted(
                limit,
                Bucket.builder()
                        .addLimit(bandwidth -> refilled(bandwidth.capacity(limit), limit))
                        .withCustomTimePrecision(new Time())
                        .build());
    }

    private BandwidthBuilderBuildStage refilled(BandwidthBuilderRefillStage bandwidth, long limit) {
        long inPeriod = rate.applyAsLong(limit);
        return inPeriod == 0 ? bandwidth.refillIntervally(limit, period) : bandwidth.refillGreedy(inPeriod, period);
    }

    private final class Time implements TimeMeter {
        @Override
        public long currentTimeNanos() {
            return nanos.getAsLong();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
