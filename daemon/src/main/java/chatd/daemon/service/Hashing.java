package chatd.daemon.service;

import chatd.daemon.config.Config;
import de.mkammerer.argon2.Argon2;
import de.mkammerer.argon2.Argon2Factory;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Argon2id, on few threads of its own: as many hashes at once as there are processors, and a bounded number waiting.
 * Methods block; they wipe what they are given.
 */
final class Hashing implements AutoCloseable {
    private static final Pattern PHC =
            Pattern.compile("\\$argon2id\\$v=\\d+\\$m=(\\d+),t=(\\d+),p=(\\d+)\\$[^$]+\\$[^$]+");

    private final Argon2 argon2 = Argon2Factory.create(Argon2Factory.Argon2Types.ARGON2id, 16, 32);
    private final ThreadPoolExecutor threads;
    private final int kibibytes;
    private final int iterations;
    private final int parallelism;
    private final String nobodys;

    Hashing(Config.Hashing config) {
        int atOnce = config.threads() == 0 ? Runtime.getRuntime().availableProcessors() : config.threads();
        this.threads = new ThreadPoolExecutor(
                atOnce,
                atOnce,
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(config.waiting()),
                Thread.ofPlatform().name("hashing-", 0).daemon().factory());
        threads.allowCoreThreadTimeOut(true);
        this.kibibytes = (int) (config.memory() >> 10);
        this.iterations = config.iterations();
        this.parallelism = config.parallelism();
        this.nobodys = hash("nobody".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    /** How many are computed at once. */
    int atOnce() {
        return threads.getMaximumPoolSize();
    }

    /** How many wait. */
    int waiting() {
        return threads.getQueue().size();
    }

    /**
     * A new hash in PHC form.
     *
     * @throws Refusal {@link Code#BUSY} where too many wait
     */
    String hash(byte[] password) {
        return run(password, () -> argon2.hash(iterations, kibibytes, parallelism, password));
    }

    /** Whether the password is that of the hash, in constant time. */
    boolean verify(String hash, byte[] password) {
        return run(password, () -> argon2.verify(hash, password));
    }

    /** Takes as long as {@link #verify}, for a user who does not exist. */
    void verifyNobodys(byte[] password) {
        verify(nobodys, password);
    }

    /** Whether a hash was made with less than is configured now. */
    boolean isWeak(String hash) {
        Matcher matcher = PHC.matcher(hash);
        return !matcher.matches()
                || Integer.parseInt(matcher.group(1)) < kibibytes
                || Integer.parseInt(matcher.group(2)) < iterations
                || Integer.parseInt(matcher.group(3)) < parallelism;
    }

    private <T> T run(byte[] password, Callable<T> work) {
        try {
            return threads.submit(work).get();
        } catch (RejectedExecutionException e) {
            throw new Refusal(Code.BUSY, "Too many are logging in at once. Try again in a moment.");
        } catch (ExecutionException e) {
            throw new IllegalStateException("hashing failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(Code.BUSY, "The server is stopping.");
        } finally {
            Arrays.fill(password, (byte) 0);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
