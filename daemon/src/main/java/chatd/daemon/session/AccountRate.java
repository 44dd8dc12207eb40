package chatd.daemon.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * Limits how often each account does something: so many times at once, and then at a rate. Remembers the accounts of the
 * last minute, about 200 bytes each. Any thread.
 */
public final class AccountRate {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final LongSupplier most;
    private final LongUnaryOperator perMinute;
    private final Cache<Long, Bucket> buckets =
            Caffeine.newBuilder().expireAfterAccess(MINUTE).build();

    /**
     * @param most supplies how often at once; an account that has done nothing for a minute begins anew with it
     * @param perMinute returns how often a minute then, given {@code most}
     */
    public AccountRate(LongSupplier most, LongUnaryOperator perMinute) {
        this.most = most;
        this.perMinute = perMinute;
    }

    /** Counts once more; returns false if the account has to wait, and nothing was counted. */
    public boolean take(long account) {
        return buckets.get(account, same -> bucket(most.getAsLong())).tryConsume(1);
    }

    private Bucket bucket(long capacity) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(capacity).refillGreedy(perMinute.applyAsLong(capacity), MINUTE))
                .build();
    }
}
