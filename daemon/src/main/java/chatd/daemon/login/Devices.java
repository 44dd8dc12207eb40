package chatd.daemon.login;

import chatd.audit.Sha256;
import chatd.daemon.model.account.RememberedDevice;
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
 * Devices that log in with a key in place of the password (page {@code chat-json-1.md}, "Remembered
 * devices"). A key is valid for one login, whose answer has the next key; hashes of the last two
 * are kept. Any thread; methods that query the database block.
 */
public final class Devices {
    private static final int CHAIN_BYTES = 16;
    private static final int SECRET_BYTES = 32;
    private static final int MAX_DEVICES = 32;
    private static final int LOCKS = 64;

    private final DeviceStore store;
    private final SecureRandom random;
    private final Supplier<Duration> lifetime;

    /**
     * Striped locks: each is held by one login with a key at a time, and some devices share one.
     */
    private final ReentrantLock[] locks =
            IntStream.range(0, LOCKS).mapToObj(place -> new ReentrantLock()).toArray(ReentrantLock[]::new);

    /** @param lifetime how long an unused key is valid; zero if no device is remembered */
    public Devices(DeviceStore store, SecureRandom random, Supplier<Duration> lifetime) {
        this.store = store;
        this.random = random;
        this.lifetime = lifetime;
    }

    /** A device with its next key, which only its client is told. */
    public record IssuedKey(Secret key, RememberedDevice device) {}

    /** The parts of what a client has sent as a key. */
    private record Presented(ByteBuffer chain, ByteBuffer hash) {}

    /**
     * The device that a key names.
     *
     * @param isValid whether the key is the last one, or the one before; otherwise it has been used
     *     already, by whomever
     * @param hash of the key
     */
    record Found(RememberedDevice device, boolean isValid, ByteBuffer hash) {}

    /** Returns a newly remembered device with its first key; null if devices are not remembered. */
    @Nullable
    IssuedKey remember(long account, String device, String address, Instant now) {
        return lifetime.get().isZero()
                ? null
                : withNewKey(random(CHAIN_BYTES), account, device, null, now, now, address);
    }

    /** Returns a device that has used a valid key, with its next key. */
    IssuedKey rotateKey(Found used, String address, Instant now) {
        RememberedDevice device = used.device();
        return withNewKey(device.chain(), device.account(), device.device(), used.hash(), device.since(), now, address);
    }

    /**
     * Returns a device with a new key, which invalidates all earlier ones; null if it is not
     * remembered.
     */
    public @Nullable IssuedKey replaceKey(long account, String device, String address, Instant now) {
        return store.of(account).stream()
                .filter(one -> one.device().equals(device))
                .findFirst()
                .map(one -> withNewKey(one.chain(), account, device, null, one.since(), now, address))
                .orElse(null);
    }

    private IssuedKey withNewKey(
            ByteBuffer chain,
            long account,
            String device,
            @Nullable ByteBuffer earlier,
            Instant since,
            Instant now,
            String address) {
        ByteBuffer secret = random(SECRET_BYTES);
        byte[] chainAndSecret = ByteBuffer.allocate(CHAIN_BYTES + SECRET_BYTES)
                .put(chain.duplicate())
                .put(secret.duplicate())
                .array();
        Secret key = Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(chainAndSecret));
        return new IssuedKey(
                key, new RememberedDevice(account, device, chain, hash(secret), earlier, since, now, address));
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
                Math.floorMod(
                        presented(key)
                                .map(presented -> presented.chain().hashCode())
                                .orElse(0),
                        LOCKS)];
    }

    /** Returns the device of a key; empty if there is none, or its key has expired. */
    Optional<Found> find(Secret key, Instant now) {
        return presented(key)
                .flatMap(presented -> store.find(bytes(presented.chain()))
                        .filter(device -> now.isBefore(device.used().plus(lifetime.get())))
                        .map(device -> new Found(device, isGood(presented.hash(), device), presented.hash())));
    }

    private static boolean isGood(ByteBuffer hash, RememberedDevice device) {
        return isSame(hash, device.newest()) || (device.earlier() != null && isSame(hash, device.earlier()));
    }

    private static boolean isSame(ByteBuffer one, ByteBuffer other) {
        return MessageDigest.isEqual(bytes(one), bytes(other));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static Optional<Presented> presented(Secret key) {
        try {
            byte[] chainAndSecret = Base64.getUrlDecoder().decode(key.bytes());
            return chainAndSecret.length != CHAIN_BYTES + SECRET_BYTES
                    ? Optional.empty()
                    : Optional.of(new Presented(
                            ByteBuffer.wrap(Arrays.copyOf(chainAndSecret, CHAIN_BYTES)),
                            hash(ByteBuffer.wrap(
                                    Arrays.copyOfRange(chainAndSecret, CHAIN_BYTES, CHAIN_BYTES + SECRET_BYTES)))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Returns an account's devices, most recently used first. */
    List<RememberedDevice> of(long account) {
        return store.of(account);
    }

    /** Returns a device's id in the list of sessions. */
    static String id(RememberedDevice device) {
        return "d" + HexFormat.of().formatHex(bytes(device.chain()), 0, 6);
    }

    void forget(long account, String device) {
        store.forget(account, List.of(device));
    }

    void forgetOthers(long account, String device) {
        store.forgetOthers(account, device);
    }

    /** Forgets the least recently used devices of an account that has more than {@value #MAX_DEVICES}. */
    void trim(long account) {
        List<RememberedDevice> all = store.of(account);
        if (all.size() > MAX_DEVICES) {
            store.forget(
                    account,
                    all.subList(MAX_DEVICES, all.size()).stream()
                            .map(RememberedDevice::device)
                            .toList());
        }
    }
}
