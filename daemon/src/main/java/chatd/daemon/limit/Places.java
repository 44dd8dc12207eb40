package chatd.daemon.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * A few places for work that accounts ask for: each account has one at most, whatever others do, and further work of it
 * waits in order. What is remembered of an account lasts as long as something of it waits or is done. Any thread; blocks.
 */
public final class Places {
    private final Semaphore all;

    private final Cache<Long, Semaphore> ofAccount =
            Caffeine.newBuilder().weakValues().build();

    /** @param most how many accounts work at once */
    public Places(int most) {
        all = new Semaphore(most, true);
    }

    /** Does something for an account; waits until its turn has come. */
    public <T> T take(long account, Supplier<T> work) throws InterruptedException {
        Semaphore its = ofAccount.get(account, _ -> new Semaphore(1, true));
        its.acquire();
        try {
            all.acquire();
            try {
                return work.get();
            } finally {
                all.release();
            }
        } finally {
            its.release();
        }
    }
}
