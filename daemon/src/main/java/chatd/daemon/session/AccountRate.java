package chatd.daemon.session;

import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * Limits how much each account does of something: so much at once, and then at a rate. Remembers the accounts of the last
 * period, about 200 bytes each. Any thread; does not block.
 */
public final class AccountRate {
    private static final Duration LEAST_MEMORY = Duration.ofMinutes(1);

    private final LongSupplier most;
    private final LongUnaryOperator rate;
    private final Duration period;
    private final LongSupplier nanos;
    private final Cache<Long, Account> accounts;

    /** What an account may still do, and the limit for which that was made. */
    private record Account(long most, Bucket bucket) {}

    /**
     * @param most supplies how much at once; an account that has done nothing for a period begins anew with it, and
     *     every account when it changes
     * @param rate returns how much in a period then, given {@code most}
     */
    public AccountRate(LongSupplier most, LongUnaryOperator rate, Duration period) {
        this(most, rate, period, System::nanoTime);
    }

    /** @param nanos returns the time in nanoseconds */
    AccountRate(LongSupplier most, LongUnaryOperator rate, Duration period, LongSupplier nanos) {
        this.most = most;
        this.rate = rate;
        this.period = period;
        this.nanos = nanos;
        this.accounts = Caffeine.newBuilder()
                // What is owed for longer than a short period must not be forgotten with it.
                .expireAfterAccess(period.compareTo(LEAST_MEMORY) < 0 ? LEAST_MEMORY : period)
                .ticker(nanos::getAsLong)
                .build();
    }

    /** Counts once more; returns false if the account has to wait, and nothing was counted. */
    public boolean take(long account) {
        return bucket(account, most.getAsLong()).tryConsume(1);
    }

    /**
     * Counts an amount; 0 as the limit means none.
     *
     * @param what is counted, and in which time: {@code "searches a minute"}
     * @throws Refusal {@link Code#THROTTLED} if the account has to wait, and nothing was counted
     */
    public void charge(long account, long amount, String what) {
        long limit = most.getAsLong();
        if (limit != 0 && !bucket(account, limit).tryConsume(amount)) {
            throw new Refusal(
                    Code.THROTTLED,
                    "At most %d %s are taken from one user. Try again in a moment.".formatted(limit, what));
        }
    }

    /** Takes back what was charged for something that was not done. */
    public void takeBack(long account, long amount) {
        Account before = accounts.getIfPresent(account);
        if (before != null) {
            before.bucket().addTokens(amount);
        }
    }

    /**
     * Counts an amount that was done already, however much that is; 0 as the limit means none.
     *
     * @return the nanoseconds for which the account should do no more of it; 0 for none
     */
    public long pause(long account, long amount) {
        long limit = most.getAsLong();
        return limit == 0 || amount == 0 ? 0 : bucket(account, limit).consumeIgnoringRateLimits(amount);
    }

    private Bucket bucket(long account, long limit) {
        Account present = accounts.get(account, same -> made(limit));
        if (present.most() != limit) {
            present = accounts.asMap()
                    .compute(
                            account, (same, before) -> before != null && before.most() == limit ? before : made(limit));
        }
        return present.bucket();
    }

    private Account made(long limit) {
        return new Account(
                limit,
                Bucket.builder()
                        .addLimit(bandwidth -> bandwidth.capacity(limit).refillGreedy(rate.applyAsLong(limit), period))
                        .withCustomTimePrecision(new Time())
                        .build());
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
