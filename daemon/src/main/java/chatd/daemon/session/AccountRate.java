package chatd.daemon.session;

import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * Limits how often each account does something: so many times at once, and then at a rate. Remembers the accounts of the
 * last period, about 200 bytes each. Any thread.
 */
public final class AccountRate {
    private final LongSupplier most;
    private final LongUnaryOperator rate;
    private final Duration period;
    private final Cache<Long, Bucket> buckets;

    /**
     * @param most supplies how often at once; an account that has done nothing for a period begins anew with it
     * @param rate returns how often in a period then, given {@code most}
     */
    public AccountRate(LongSupplier most, LongUnaryOperator rate, Duration period) {
        this.most = most;
        this.rate = rate;
        this.period = period;
        this.buckets = Caffeine.newBuilder().expireAfterAccess(period).build();
    }

    /** Counts once more; returns false if the account has to wait, and nothing was counted. */
    public boolean take(long account) {
        return buckets.get(account, same -> bucket(most.getAsLong())).tryConsume(1);
    }

    /**
     * Counts once more, where the period is a minute and 0 means no limit.
     *
     * @param what is counted, in the plural
     * @throws Refusal {@link Code#THROTTLED} if the account has to wait
     */
    public void charge(long account, String what) {
        long limit = most.getAsLong();
        if (limit != 0 && !take(account)) {
            throw new Refusal(
                    Code.THROTTLED,
                    "At most %d %s a minute are taken from one user. Try again in a moment.".formatted(limit, what));
        }
    }

    private Bucket bucket(long capacity) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(capacity).refillGreedy(rate.applyAsLong(capacity), period))
                .build();
    }
}
