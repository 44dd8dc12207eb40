package chatd.daemon.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Limits how many accounts have work done at once; each account has one piece of work done at a
 * time, and its further work waits in order. An account is remembered only while its work is
 * waiting or running. Any thread; blocks.
 */
public final class AccountSlots {
    private final Semaphore all;

    private final Cache<Long, Semaphore> ofAccount =
            Caffeine.newBuilder().weakValues().build();

    /** @param limit how many accounts work at once */
    public AccountSlots(int limit) {
        all = new Semaphore(limit, true);
    }

    /** Does something for an account; waits until its turn has come. */
    public <T> T run(long account, Supplier<T> work) throws InterruptedException {
        Semaphore own = ofAccount.get(account, _ -> new Semaphore(1, true));
        own.acquire();
        try {
            all.acquire();
            try {
                return work.get();
            } finally {
                all.release();
            }
        } finally {
            own.release();
        }
    }
}
