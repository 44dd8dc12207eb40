package chatd.daemon.login;

import chatd.daemon.config.Network;
import chatd.daemon.model.Refusal;
import chatd.daemon.store.ContentStore;
import chatd.protocol.value.Code;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Slows down who guesses passwords (rule 14 of {@code chat-1.md}). An attempt counts as wrong from its start, so that
 * many at once are no way around. Any thread; waiting blocks.
 */
public final class Throttle {
    private static final Duration MEMORY = Duration.ofMinutes(15);
    private static final int LONGEST_SECONDS = 8;

    /** Attempts that may wait for one turn; so nobody waits longer than half a minute or so. */
    private static final int WAITING = 4;

    private static final int ACCOUNT_AND_ADDRESS = 3;
    private static final int ACCOUNT = 10;
    private static final int ADDRESS = 100;

    private static final int REGISTRATIONS = 100;

    /** Whose password is guessed. Always of one size, whatever was typed. */
    public record Target(long high, long low) {
        public static Target account(long number) {
            return new Target(0, number);
        }

        /** A name that no account has, by its digest. */
        static Target nobody(String name) {
            ByteBuffer digest = ByteBuffer.wrap(ContentStore.digest().digest(name.getBytes(StandardCharsets.UTF_8)));
            // Unlike any account's.
            return new Target(digest.getLong() | 1, digest.getLong());
        }
    }

    private record Pair(Target target, Network network) {}

    private final Predicate<InetAddress> exempt;
    private final Counts<Pair> pairs;
    private final Counts<Target> targets;
    private final Counts<Network> addresses;
    private final Counts<Network> registrations;
    private final Cache<Object, ReentrantLock> turns;

    public Throttle(Predicate<InetAddress> exempt, Ticker ticker) {
        this.exempt = exempt;
        this.pairs = new Counts<>(ticker);
        this.targets = new Counts<>(ticker);
        this.addresses = new Counts<>(ticker);
        this.registrations = new Counts<>(ticker);
        this.turns = Caffeine.newBuilder().weakValues().build();
    }

    /**
     * Counts by key, each forgotten a quarter of an hour after its first, or when it is zero again. Strangers make them:
     * so their keys are of one size, and past a number the least used are forgotten first.
     */
    private static final class Counts<K> {
        private static final long BYTES = 16 << 20;

        /** What one takes, with its key and its places in the cache: measured, and rounded up. */
        private static final long ENTRY_BYTES = 256;

        private final Cache<K, Integer> counts;

        Counts(Ticker ticker) {
            this.counts = Caffeine.newBuilder()
                    .expireAfter(Expiry.<K, Integer>creating((key, count) -> MEMORY))
                    .maximumSize(BYTES / ENTRY_BYTES)
                    .ticker(ticker)
                    .build();
        }

        int add(K key) {
            return counts.asMap().merge(key, 1, Integer::sum);
        }

        void takeBack(K key) {
            counts.asMap().computeIfPresent(key, (same, count) -> count > 1 ? count - 1 : null);
        }

        int of(K key) {
            Integer count = counts.getIfPresent(key);
            return count == null ? 0 : count;
        }

        void forget(K key) {
            counts.invalidate(key);
        }

        void forgetAll(Predicate<K> which) {
            counts.asMap().keySet().removeIf(which);
        }

        long size() {
            counts.cleanUp();
            return counts.estimatedSize();
        }
    }

    /** How many counts are kept, of all kinds together. */
    long size() {
        return pairs.size() + targets.size() + addresses.size() + registrations.size();
    }

    /**
     * One attempt.
     *
     * @param knownNetwork whether the account has logged in from there before: then others can't slow it down
     */
    Attempt attempt(Target target, InetAddress address, boolean knownNetwork) {
        Network network = Network.ofClient(address);
        Pair pair = new Pair(target, network);
        int over = pairs.add(pair) - ACCOUNT_AND_ADDRESS;
        int targetOver = targets.add(target) - ACCOUNT;
        int addressOver = addresses.add(network) - ADDRESS;
        if (!knownNetwork) {
            over = Math.max(over, targetOver);
        }
        if (!exempt.test(address)) {
            over = Math.max(over, addressOver);
        }
        return new Attempt(pair, delay(over), knownNetwork ? pair : target);
    }

    /**
     * One account more from there.
     *
     * @throws Refusal {@link Code#THROTTLED} where there were too many in a quarter of an hour
     */
    public void registration(InetAddress address) {
        if (registrations.add(Network.ofClient(address)) > REGISTRATIONS && !exempt.test(address)) {
            throw new Refusal(Code.THROTTLED, "Too many accounts were made from your address. Try again later.");
        }
    }

    /** Attempts for an account that were wrong, or are not judged yet. */
    public int counted(Target target) {
        return targets.of(target);
    }

    /** Forgets the attempts for an account; whether there were any. */
    public boolean forget(Target target) {
        boolean there = counted(target) > 0;
        targets.forget(target);
        pairs.forgetAll(pair -> pair.target().equals(target));
        return there;
    }

    private static Duration delay(int over) {
        return over < 1 ? Duration.ZERO : Duration.ofSeconds(Math.min(LONGEST_SECONDS, 1L << Math.min(over - 1, 8)));
    }

    /** An attempt under way. */
    final class Attempt {
        private final Pair pair;
        private final Duration delay;
        private final Object turn;

        private Attempt(Pair pair, Duration delay, Object turn) {
            this.pair = pair;
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
            takeBack();
            pairs.forget(pair);
        }

        /** The attempt was not judged: it does not count. */
        void takeBack() {
            pairs.takeBack(pair);
            targets.takeBack(pair.target());
            addresses.takeBack(pair.network());
        }
    }
}
