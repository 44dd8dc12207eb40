package chatd.daemon.service;

import chatd.daemon.config.Network;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Slows down who guesses passwords (rule 14 of {@code chat-1.md}). An attempt counts as wrong from its start, so that
 * many at once are no way around. Any thread; waiting blocks.
 */
final class Throttle {
    private static final Duration MEMORY = Duration.ofMinutes(15);
    private static final int LONGEST_SECONDS = 8;

    /** Attempts that may wait for one turn; so nobody waits longer than half a minute or so. */
    private static final int WAITING = 4;

    private static final int ACCOUNT_AND_ADDRESS = 3;
    private static final int ACCOUNT = 10;
    private static final int ADDRESS = 100;

    private static final int REGISTRATIONS = 100;

    private record Pair(String account, Network network) {}

    private final Predicate<InetAddress> exempt;
    private final Cache<Pair, AtomicInteger> pairs;
    private final Cache<String, AtomicInteger> accounts;
    private final Cache<Network, AtomicInteger> addresses;
    private final Cache<Network, AtomicInteger> registrations;
    private final Cache<Object, ReentrantLock> turns;

    Throttle(Predicate<InetAddress> exempt, Ticker ticker) {
        this.exempt = exempt;
        this.pairs = counters(ticker).build();
        this.accounts = counters(ticker).build();
        this.addresses = counters(ticker).build();
        this.registrations = counters(ticker).build();
        this.turns = Caffeine.newBuilder().weakValues().build();
    }

    /** Of strangers' making, so bounded: the oldest counts are forgotten first. */
    private static Caffeine<Object, Object> counters(Ticker ticker) {
        return Caffeine.newBuilder()
                .expireAfterWrite(MEMORY)
                .maximumSize(200_000)
                .ticker(ticker);
    }

    /**
     * One attempt.
     *
     * @param knownNetwork whether the account has logged in from there before: then others can't slow it down
     */
    Attempt attempt(String account, InetAddress address, boolean knownNetwork) {
        Network network = Network.ofClient(address);
        AtomicInteger pair = pairs.get(new Pair(account, network), key -> new AtomicInteger());
        AtomicInteger byAccount = accounts.get(account, key -> new AtomicInteger());
        AtomicInteger byAddress = addresses.get(network, key -> new AtomicInteger());
        boolean isExempt = exempt.test(address);
        int over = pair.incrementAndGet() - ACCOUNT_AND_ADDRESS;
        int accountOver = byAccount.incrementAndGet() - ACCOUNT;
        int addressOver = byAddress.incrementAndGet() - ADDRESS;
        if (!knownNetwork) {
            over = Math.max(over, accountOver);
        }
        if (!isExempt) {
            over = Math.max(over, addressOver);
        }
        Object turn = knownNetwork ? new Pair(account, network) : account;
        return new Attempt(pair, byAccount, byAddress, delay(over), turn);
    }

    /**
     * One account more from there.
     *
     * @throws Refusal {@link Code#THROTTLED} where there were too many in a quarter of an hour
     */
    void registration(InetAddress address) {
        Network network = Network.ofClient(address);
        if (registrations.get(network, key -> new AtomicInteger()).incrementAndGet() > REGISTRATIONS
                && !exempt.test(address)) {
            throw new Refusal(Code.THROTTLED, "Too many accounts were made from your address. Try again later.");
        }
    }

    /** Attempts for an account that were wrong, or are not judged yet. */
    int counted(String account) {
        AtomicInteger count = accounts.getIfPresent(account);
        return count == null ? 0 : Math.max(0, count.get());
    }

    /** Forgets the attempts for an account; whether there were any. */
    boolean forget(String account) {
        boolean there = counted(account) > 0;
        accounts.invalidate(account);
        pairs.asMap().keySet().removeIf(pair -> pair.account().equals(account));
        return there;
    }

    private static Duration delay(int over) {
        return over < 1 ? Duration.ZERO : Duration.ofSeconds(Math.min(LONGEST_SECONDS, 1L << Math.min(over - 1, 8)));
    }

    /** An attempt under way. */
    final class Attempt {
        private final AtomicInteger pair;
        private final AtomicInteger byAccount;
        private final AtomicInteger byAddress;
        private final Duration delay;
        private final Object turn;

        private Attempt(
                AtomicInteger pair, AtomicInteger byAccount, AtomicInteger byAddress, Duration delay, Object turn) {
            this.pair = pair;
            this.byAccount = byAccount;
            this.byAddress = byAddress;
            this.delay = delay;
            this.turn = turn;
        }

        /** How much later the answer comes; zero for most. */
        Duration delay() {
            return delay;
        }

        /**
         * Waits, one attempt after the other for the account.
         *
         * @param gone whether nobody waits for the answer any more
         * @throws Refusal {@link Code#THROTTLED} where too many wait already
         */
        void await(BooleanSupplier gone) throws InterruptedException {
            if (delay.isZero()) {
                return;
            }
            ReentrantLock mine = turns.get(turn, key -> new ReentrantLock(true));
            if (mine.getQueueLength() >= WAITING) {
                throw new Refusal(Code.THROTTLED, "Too many attempts for this account. Try again in a minute.");
            }
            mine.lockInterruptibly();
            try {
                long end = System.nanoTime() + delay.toNanos();
                while (System.nanoTime() < end) {
                    if (gone.getAsBoolean()) {
                        throw new Refusal(Code.CLOSED, "The connection is gone.");
                    }
                    TimeUnit.MILLISECONDS.sleep(100);
                }
            } finally {
                mine.unlock();
            }
        }

        /** The password was right: the attempt does not count, and the account's from there are forgotten. */
        void right() {
            pair.set(0);
            byAccount.decrementAndGet();
            byAddress.decrementAndGet();
        }

        /** The attempt was not judged: it does not count. */
        void takeBack() {
            pair.decrementAndGet();
            byAccount.decrementAndGet();
            byAddress.decrementAndGet();
        }
    }
}
