package chatd.daemon.login;

import chatd.daemon.config.Config;
import chatd.daemon.config.Network;
import chatd.daemon.limit.FairQueue;
import chatd.daemon.limit.Holder;
import chatd.daemon.limit.Shares;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.Caller;
import chatd.protocol.value.Code;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Argon2id on a small thread pool of its own, by default with one thread per processor. A bounded number of hashes may
 * wait; no network takes more than its {@linkplain Shares share} of these places, and networks are served in turn.
 * Methods block, and wipe the passwords they are given.
 */
public final class Hashing implements AutoCloseable {
    private static final Pattern PHC =
            Pattern.compile("\\$argon2id\\$v=\\d+\\$m=(\\d+),t=(\\d+),p=(\\d+)\\$[^$]+\\$[^$]+");

    private static final Logger LOG = LogManager.getLogger(Hashing.class);

    private final Argon2id argon2;
    private final ThreadPoolExecutor threads;
    private final Shares room;
    private final FairQueue<Waiting<?>> queue = new FairQueue<>();
    private final int kibibytes;
    private final int iterations;
    private final int parallelism;
    private final String dummyHash;

    public Hashing(Config.Hashing config) {
        this(config, Argon2id.available());
    }

    Hashing(Config.Hashing config, Argon2id argon2) {
        this.argon2 = argon2;
        int wanted = config.threads() == 0 ? Runtime.getRuntime().availableProcessors() : config.threads();
        int atOnce = limitToHeap(wanted, argon2.heap(config.memory()));
        this.threads = new ThreadPoolExecutor(
                atOnce,
                atOnce,
                1,
                TimeUnit.MINUTES,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("hashing-", 0).daemon().factory());
        threads.allowCoreThreadTimeOut(true);
        // Hashes being computed take places, too.
        this.room = new Shares(config.waiting() + (long) atOnce);
        this.kibibytes = (int) (config.memory() >> 10);
        this.iterations = config.iterations();
        this.parallelism = config.parallelism();
        this.dummyHash = Argon2id.dummy(iterations, kibibytes, parallelism, new SecureRandom());
    }

    /**
     * The requester of a hash; waiting requesters are served in turn.
     *
     * @param isExempt whether it may take all the places that are free
     */
    public record Requester(Holder who, boolean isExempt) {
        public static final Requester ADMINISTRATOR = new Requester(new Holder.OfAdministrator(), true);

        public static Requester of(Caller caller, Config config) {
            return new Requester(
                    new Holder.OfNetwork(Network.ofClient(caller.address())), config.isExempt(caller.address()));
        }

        List<Holder> holders() {
            return isExempt ? List.of() : List.of(who);
        }
    }

    private static final class Waiting<T> extends FutureTask<T> {
        private final Requester asker;

        Waiting(Callable<T> work, Requester asker) {
            super(work);
            this.asker = asker;
        }
    }

    /**
     * Returns how many hashes to compute at once, if each takes so many bytes of the heap: at most
     * a quarter of it.
     */
    private static int limitToHeap(int wanted, long each) {
        if (each == 0) {
            return wanted;
        }
        long fit = Math.max(1, Runtime.getRuntime().maxMemory() / 4 / each);
        LOG.warn(
                "CHATD-107 libargon2 can't be loaded: passwords are hashed by Bouncy Castle, {} at once",
                Math.min(wanted, fit));
        return (int) Math.min(wanted, fit);
    }

    /** Returns which implementation of Argon2id is used. */
    public String title() {
        return argon2.title();
    }

    /** Returns the maximum number of hashes computed at once. */
    public int atOnce() {
        return threads.getMaximumPoolSize();
    }

    /** Returns the number of waiting hashes. */
    public int waiting() {
        return queue.size();
    }

    /**
     * Returns a new hash in PHC form.
     *
     * @throws Refusal {@link Code#BUSY} if too many are waiting
     */
    public String hash(byte[] password, Requester asker) {
        return run(password, asker, () -> argon2.hash(iterations, kibibytes, parallelism, password));
    }

    /** Returns whether the password matches the hash, comparing in constant time. */
    boolean verify(String hash, byte[] password, Requester asker) {
        return run(password, asker, () -> argon2.verify(hash, password));
    }

    /** Takes as long as {@link #verify}, for a user who does not exist. */
    void verifyDummy(byte[] password, Requester asker) {
        verify(dummyHash, password, asker);
    }

    /** Returns whether a hash was made with weaker parameters than those configured now. */
    boolean isWeak(String hash) {
        Matcher matcher = PHC.matcher(hash);
        return !matcher.matches()
                || Integer.parseInt(matcher.group(1)) < kibibytes
                || Integer.parseInt(matcher.group(2)) < iterations
                || Integer.parseInt(matcher.group(3)) < parallelism;
    }

    private <T> T run(byte[] password, Requester asker, Callable<T> work) {
        Waiting<T> mine = new Waiting<>(work, asker);
        if (!room.take(1, asker.holders())) {
            Arrays.fill(password, (byte) 0);
            throw new Refusal(Code.BUSY, "Too many are logging in at once. Try again in a moment.");
        }
        try {
            queue.add(asker.who(), mine);
            // Runs whichever request is next in turn, not necessarily this one.
            threads.execute(() -> runNext());
            return mine.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("hashing failed", e.getCause());
        } catch (RejectedExecutionException | CancellationException e) {
            throw new Refusal(Code.BUSY, "The server is stopping.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(Code.BUSY, "The server is stopping.");
        } finally {
            Arrays.fill(password, (byte) 0);
        }
    }

    private void runNext() {
        Waiting<?> next = queue.next();
        if (next != null) {
            try {
                next.run();
            } finally {
                room.give(1, next.asker.holders());
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        for (Waiting<?> next = queue.next(); next != null; next = queue.next()) {
            next.cancel(false);
        }
    }
}
