package chatd.daemon.dispatch;

import chatd.daemon.config.Config;
import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Limits the changes that an account makes in a minute ({@code rates.changes}). Remembers the accounts of the last
 * minute, about 200 bytes each. Any thread.
 */
final class ChangeRate {
    private static final Duration WITHIN = Duration.ofMinutes(1);

    private final Supplier<Config> config;

    /** A full bucket is as good as a new one. */
    private final Cache<Long, Bucket> buckets =
            Caffeine.newBuilder().expireAfterAccess(WITHIN).build();

    ChangeRate(Supplier<Config> config) {
        this.config = config;
    }

    /** @throws Refusal {@link Code#THROTTLED} if the account has made as many changes as it may */
    void count(long account) {
        long most = config.get().rates().changes();
        if (most != 0 && !buckets.get(account, same -> bucket(most)).tryConsume(1)) {
            throw new Refusal(
                    Code.THROTTLED,
                    "At most %d changes a minute are taken from one user. Try again in a moment.".formatted(most));
        }
    }

    private static Bucket bucket(long most) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(most).refillGreedy(most, WITHIN))
                .build();
    }
}
