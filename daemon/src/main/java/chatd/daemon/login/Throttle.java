package chatd.daemon.login;

import chatd.daemon.config.Network;
import chatd.daemon.limit.FairSemaphore;
import chatd.daemon.model.Refusal;
import chatd.daemon.store.read.ContentStore;
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
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Throttles password guessing (rule 14 of {@code chat-1.md}). An attempt counts as wrong from its start, so that
 * concurrent attempts can't evade the limit. Thread-safe; waiting blocks.
 */
public final class Throttle {
    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final int LONGEST_SECONDS = 8;

    /** Maximum number of attempts that wait for one account, so that nobody waits longer than about half a minute. */
    private static final int MAX_WAITING = 4;

    /**
     * The same for a network from which the account has logged in before. The delay is half as
     * long, and more may wait, so that its user gets through while others of that network guess;
     * 900 guesses an hour are possible from there.
     */
    private static final int LONGEST_SECONDS_KNOWN = 4;

    private static final int MAX_WAITING_KNOWN = 12;

    private static final int ACCOUNT_AND_ADDRESS = 3;
    private static final int ACCOUNT = 10;
    private static final int ADDRESS = 100;

    private static final int REGISTRATIONS = 100;

    /** The target of a guess. Of fixed size, whatever was typed. */
    public record Target(long high, long low) {
        public static Target account(long number) {
            return new Target(0, number);
        }

        /** Returns the target for a name that no account has, derived from its digest. */
        static Target nobody(String name) {
            ByteBuffer digest = ByteBuffer.wrap(ContentStore.digest().digest(name.getBytes(StandardCharsets.UTF_8)));
            // The set bit makes it differ from every account's.
            return new Target(digest.getLong() | 1, digest.getLong());
        }
    }

    private record Pair(Target target, Network network) {}

    private final Predicate<InetAddress> exempt;
    private final Counts<Pair> pairs;
    private final Counts<Target> targets;
    private final Counts<Network> addresses;
    private final Counts<Network> registrations;
    private final Cache<Object, FairSemaphore> turns;

    public Throttle(Predicate<InetAddress> exempt, Ticker ticker) {
        this.exempt = exempt;
        this.pairs = new Counts<>(ticker);
        this.targets = new Counts<>(ticker);
        this.addresses = new Counts<>(ticker);
        this.registrations = new Counts<>(ticker);
        this.turns = Caffeine.newBuilder().weakValues().build();
    }

    /**
     * Counters by key; each expires 15 minutes after its first count, or when it is back at zero. Strangers can create
     * them, so their keys have a fixed size, and beyond a maximum number the least used are evicted first.
     */
    private static final class Counts<K> {
        private static final long BYTES = 16 << 20;

        /** Memory of one counter, with its key and its cache entries: measured, and rounded up. */
        private static final long ENTRY_BYTES = 256;

        private final Cache<K, Integer> counts;

        Counts(Ticker ticker) {
            this.counts = Caffeine.newBuilder()
                    .expireAfter(Expiry.<K, Integer>creating((key, count) -> WINDOW))
                    .maximumSize(BYTES / ENTRY_BYTES)
                    .ticker(ticker)
                    .build();
        }

        int add(K key) {
            return counts.asMap().merge(key, 1, Integer::sum);
        }

        void takeBack(K key) {
            counts.asMap().computeIfPresent(key, (_, count) -> count > 1 ? count - 1 : null);
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

    /** Returns the number of counters, of all kinds together. */
    long size() {
        return pairs.size() + targets.size() + addresses.size() + registrations.size();
    }

    /**
     * Counts an attempt and returns it.
     *
     * @param knownNetwork whether the account has logged in from this network before: attempts from
     *     other networks then can't slow it down
     * @param tries how many passwords were tried over the same connection before
     */
    Attempt attempt(Target target, InetAddress address, boolean knownNetwork, int tries) {
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
        return new Attempt(
                pair,
                address,
                delay(over, knownNetwork ? LONGEST_SECONDS_KNOWN : LONGEST_SECONDS),
                knownNetwork,
                tries);
    }

    /**
     * Counts a registration from this address.
     *
     * @throws Refusal {@link Code#THROTTLED} if there were too many within 15 minutes
     */
    public void countRegistration(InetAddress address) {
        if (registrations.add(Network.ofClient(address)) > REGISTRATIONS && !exempt.test(address)) {
            throw new Refusal(Code.THROTTLED, "Too many accounts were made from your address. Try again later.");
        }
    }

    /** Returns the number of attempts for an account that were wrong or are not verified yet. */
    public int counted(Target target) {
        return targets.of(target);
    }

    /** Clears the attempts for an account; returns whether there were any. */
    public boolean forget(Target target) {
        boolean hadAny = counted(target) > 0;
        targets.forget(target);
        pairs.forgetAll(pair -> pair.target().equals(target));
        return hadAny;
    }

    private static Duration delay(int over, int longest) {
        return over < 1 ? Duration.ZERO : Duration.ofSeconds(Math.min(longest, 1L << Math.min(over - 1, 8)));
    }

    /** An attempt in progress. */
    final class Attempt {
        private final Pair pair;
        private final InetAddress address;
        private final Duration delay;
        private final boolean isKnown;
        private final int tries;

        private Attempt(Pair pair, InetAddress address, Duration delay, boolean isKnown, int tries) {
            this.pair = pair;
            this.address = address;
            this.delay = delay;
            this.isKnown = isKnown;
            this.tries = tries;
        }

        /** Returns the delay of the answer; zero for most attempts. */
        Duration delay() {
            return delay;
        }

        /**
         * Waits for the delay. Attempts for the same account wait one after another, those from a
         * network known to the account in a queue of their own. In a queue, addresses take turns,
         * and connections that have not guessed yet come first, so that whoever has the right
         * password gets through while others guess.
         *
         * @param gone returns whether nobody waits for the answer any more
         * @throws Refusal {@link Code#THROTTLED} if too many attempts are waiting already, or
         *     {@link Code#CLOSED} if nobody waits for the answer any more
         */
        void await(BooleanSupplier gone) throws InterruptedException {
            if (delay.isZero()) {
                return;
            }
            FairSemaphore mine = turns.get(isKnown ? pair : pair.target(), key -> new FairSemaphore(1));
            if (!mine.acquire(address, tries, isKnown ? MAX_WAITING_KNOWN : MAX_WAITING)) {
                throw new Refusal(Code.THROTTLED, "Too many attempts for this account. Try again in a minute.");
            }
            try {
                long end = System.nanoTime() + delay.toNanos();
                while (System.nanoTime() < end) {
                    if (gone.getAsBoolean()) {
                        throw new Refusal(Code.CLOSED, "The connection is gone.");
                    }
                    TimeUnit.MILLISECONDS.sleep(100);
                }
            } finally {
                mine.release();
            }
        }

        /**
         * Records that the password was right: withdraws the attempt, and clears the account's attempts from this
         * network.
         */
        void recordSuccess() {
            takeBack();
            pairs.forget(pair);
        }

        /** Withdraws the attempt, which then does not count: its password was not verified. */
        void takeBack() {
            pairs.takeBack(pair);
            targets.takeBack(pair.target());
            addresses.takeBack(pair.network());
        }
    }
}
