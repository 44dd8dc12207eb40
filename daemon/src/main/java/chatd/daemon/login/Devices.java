package chatd.daemon.login;

import chatd.audit.Sha256;
import chatd.daemon.model.account.Remembered;
import chatd.daemon.store.read.DeviceStore;
import chatd.protocol.value.Secret;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Devices that log in with a key in place of the password (page {@code chat-json-1.md}, "Remembered devices"). A key is
 * good for one login, whose answer has the next one; hashes of the last two are kept. Any thread; what asks the database
 * blocks.
 */
public final class Devices {
    private static final int CHAIN = 16;
    private static final int SECRET = 32;
    private static final int MOST = 32;
    private static final int LOCKS = 64;

    private final DeviceStore store;
    private final SecureRandom random;
    private final Supplier<Duration> lives;

    /** Each held by one login with a key at a time; some devices share one. */
    private final ReentrantLock[] locks =
            IntStream.range(0, LOCKS).mapToObj(place -> new ReentrantLock()).toArray(ReentrantLock[]::new);

    /** @param lives for how long a key is good; zero if no device is remembered */
    public Devices(DeviceStore store, SecureRandom random, Supplier<Duration> lives) {
        this.store = store;
        this.random = random;
        this.lives = lives;
    }

    /** A device with its next key, which its client alone is told. */
    public record Made(Secret key, Remembered device) {}

    /** The parts of what a client has sent as a key. */
    private record Presented(ByteBuffer chain, ByteBuffer hash) {}

    /**
     * The device that a key names.
     *
     * @param isGood whether the key is the last one, or the one before; otherwise it was used before, by whomever
     * @param hash of the key
     */
    record Found(Remembered device, boolean isGood, ByteBuffer hash) {}

    /** Returns a device that is remembered from now on; null if none is. */
    @Nullable
    Made first(long account, String device, String address, Instant now) {
        return lives.get().isZero() ? null : made(random(CHAIN), account, device, null, now, now, address);
    }

    /** Returns a device that has used a good key, with its next key. */
    Made next(Found used, String address, Instant now) {
        Remembered device = used.device();
        return made(device.chain(), device.account(), device.device(), used.hash(), device.since(), now, address);
    }

    /** Returns a device with its next key, none of the earlier ones being good any more; null if it is not remembered. */
    public @Nullable Made renewed(long account, String device, String address, Instant now) {
        return store.of(account).stream()
                .filter(one -> one.device().equals(device))
                .findFirst()
                .map(one -> made(one.chain(), account, device, null, one.since(), now, address))
                .orElse(null);
    }

    private Made made(
            ByteBuffer chain,
            long account,
            String device,
            @Nullable ByteBuffer earlier,
            Instant since,
            Instant now,
            String address) {
        ByteBuffer secret = random(SECRET);
        byte[] both = ByteBuffer.allocate(CHAIN + SECRET)
                .put(chain.duplicate())
                .put(secret.duplicate())
                .array();
        Secret key = Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(both));
        return new Made(key, new Remembered(account, device, chain, hash(secret), earlier, since, now, address));
    }

    private ByteBuffer random(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static ByteBuffer hash(ByteBuffer secret) {
        return ByteBuffer.wrap(Sha256.digest().digest(bytes(secret)));
    }

    /** Returns the lock to be held from {@link #find} until the next key is committed. */
    ReentrantLock lock(Secret key) {
        return locks[
                Math.floorMod(presented(key).map(its -> its.chain().hashCode()).orElse(0), LOCKS)];
    }

    /** Returns the device of a key; empty if there is none, or its key has expired. */
    Optional<Found> find(Secret key, Instant now) {
        return presented(key)
                .flatMap(its -> store.find(bytes(its.chain()))
                        .filter(device -> now.isBefore(device.used().plus(lives.get())))
                        .map(device -> new Found(device, isGood(its.hash(), device), its.hash())));
    }

    private static boolean isGood(ByteBuffer hash, Remembered device) {
        return isSame(hash, device.newest()) || (device.earlier() != null && isSame(hash, device.earlier()));
    }

    private static boolean isSame(ByteBuffer one, ByteBuffer other) {
        return MessageDigest.isEqual(bytes(one), bytes(other));
    }

    private static byte[] bytes(ByteBuffer of) {
        byte[] bytes = new byte[of.remaining()];
        of.duplicate().get(bytes);
        return bytes;
    }

    private static Optional<Presented> presented(Secret key) {
        try {
            byte[] both = Base64.getUrlDecoder().decode(key.bytes());
            return both.length != CHAIN + SECRET
                    ? Optional.empty()
                    : Optional.of(new Presented(
                            ByteBuffer.wrap(Arrays.copyOf(both, CHAIN)),
                            hash(ByteBuffer.wrap(Arrays.copyOfRange(both, CHAIN, CHAIN + SECRET)))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Returns an account's devices, the one used last first. */
    List<Remembered> of(long account) {
        return store.of(account);
    }

    /** Returns what names a device on the list of sessions. */
    static String id(Remembered device) {
        return "d" + HexFormat.of().formatHex(bytes(device.chain()), 0, 6);
    }

    void forget(long account, String device) {
        store.forget(account, List.of(device));
    }

    void forgetOthers(long account, String device) {
        store.forgetOthers(account, device);
    }

    /** Forgets the devices used longest ago of an account that has more than {@value #MOST}. */
    void trim(long account) {
        List<Remembered> all = store.of(account);
        if (all.size() > MOST) {
            store.forget(
                    account,
                    all.subList(MOST, all.size()).stream()
                            .map(Remembered::device)
                            .toList());
        }
    }
}
