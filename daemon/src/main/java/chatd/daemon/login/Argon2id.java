package chatd.daemon.login;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.NoSuchElementException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * The Argon2id function. Its two implementations read and make the same strings, in PHC form: the system's libargon2, and
 * Bouncy Castle where there is none. Thread-safe.
 */
public sealed interface Argon2id {
    int SALT_BYTES = 16;
    int HASH_BYTES = 32;

    /** Returns a new hash in PHC form. */
    String hash(int iterations, int kibibytes, int parallelism, byte[] password);

    /** Returns whether the password matches the hash, comparing in constant time; false if it is no Argon2id hash. */
    boolean verify(String hash, byte[] password);

    /** Returns its name, for people. */
    String title();

    /**
     * Returns how many bytes of Java's heap a hash takes, given the memory that it is configured to
     * take.
     */
    long heap(long memory);

    /**
     * Returns a random hash in PHC form that matches no known password: verifying against it takes
     * as long as against a user's. No hash is computed.
     */
    static String dummy(int iterations, int kibibytes, int parallelism, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        byte[] hash = new byte[HASH_BYTES];
        random.nextBytes(hash);
        return phc(iterations, kibibytes, parallelism, salt, hash);
    }

    private static String phc(int iterations, int kibibytes, int parallelism, byte[] salt, byte[] hash) {
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=" + kibibytes + ",t=" + iterations + ",p=" + parallelism + "$"
                + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
    }

    /** Returns the C library's implementation if it can be loaded, otherwise Bouncy Castle's. */
    static Argon2id available() {
        SecureRandom random = new SecureRandom();
        try {
            return new LibArgon2(random);
        } catch (IllegalArgumentException | NoSuchElementException e) {
            return new BouncyCastle(random);
        }
    }

    /** Implementation by libargon2, which takes its memory outside the heap. */
    final class LibArgon2 implements Argon2id {
        private static final int OK = 0;
        private static final int OUT_OF_MEMORY = -22;
        private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
        private static final ValueLayout.OfLong SIZE = ValueLayout.JAVA_LONG;

        private final SecureRandom random;
        private final MethodHandle hash;
        private final MethodHandle verify;

        /**
         * @throws IllegalArgumentException if the library can't be loaded
         * @throws NoSuchElementException if it lacks a function
         */
        @SuppressWarnings("restricted") // the program's manifest allows it
        LibArgon2(SecureRandom random) {
            this.random = random;
            SymbolLookup library = SymbolLookup.libraryLookup("libargon2.so.1", Arena.global());
            MemoryLayout bytes = ValueLayout.ADDRESS;
            hash = function(
                    library, "argon2id_hash_encoded", INT, INT, INT, bytes, SIZE, bytes, SIZE, SIZE, bytes, SIZE);
            verify = function(library, "argon2id_verify", bytes, bytes, SIZE);
        }

        /** Returns a handle to a function that returns an error code; 0 if there was no error. */
        @SuppressWarnings("restricted") // the program's manifest allows it
        private static MethodHandle function(SymbolLookup library, String name, MemoryLayout... taken) {
            return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(INT, taken));
        }

        @Override
        public String title() {
            return "libargon2";
        }

        @Override
        public long heap(long memory) {
            return 0;
        }

        @Override
        public String hash(int iterations, int kibibytes, int parallelism, byte[] password) {
            byte[] salt = new byte[SALT_BYTES];
            random.nextBytes(salt);
            long length = phc(iterations, kibibytes, parallelism, salt, new byte[HASH_BYTES])
                    .length();
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment encoded = arena.allocate(length + 1);
                MemorySegment secret = arena.allocateFrom(ValueLayout.JAVA_BYTE, password);
                try {
                    int error = (int) hash.invokeExact(
                            iterations,
                            kibibytes,
                            parallelism,
                            secret,
                            (long) password.length,
                            arena.allocateFrom(ValueLayout.JAVA_BYTE, salt),
                            (long) SALT_BYTES,
                            (long) HASH_BYTES,
                            encoded,
                            encoded.byteSize());
                    if (error != OK) {
                        throw failure(error);
                    }
                    return encoded.getString(0);
                } finally {
                    secret.fill((byte) 0);
                }
            } catch (Throwable e) {
                throw unchecked(e);
            }
        }

        @Override
        public boolean verify(String hash, byte[] password) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment secret = arena.allocateFrom(ValueLayout.JAVA_BYTE, password);
                try {
                    int error = (int) verify.invokeExact(arena.allocateFrom(hash), secret, (long) password.length);
                    if (error == OUT_OF_MEMORY) {
                        throw failure(error);
                    }
                    return error == OK;
                } finally {
                    secret.fill((byte) 0);
                }
            } catch (Throwable e) {
                throw unchecked(e);
            }
        }

        private static IllegalStateException failure(int error) {
            return new IllegalStateException(
                    error == OUT_OF_MEMORY ? "no memory for a password's hash" : "libargon2 failed with " + error);
        }

        private static RuntimeException unchecked(Throwable e) {
            return switch (e) {
                case RuntimeException unchecked -> unchecked;
                case Error error -> throw error;
                default -> new IllegalStateException(e);
            };
        }
    }

    /** Implementation by Bouncy Castle. */
    final class BouncyCastle implements Argon2id {
        private static final Pattern PHC =
                Pattern.compile("\\$argon2id\\$v=19\\$m=(\\d{1,9}),t=(\\d{1,9}),p=(\\d{1,9})\\$([^$]+)\\$([^$]+)");

        private final SecureRandom random;

        BouncyCastle(SecureRandom random) {
            this.random = random;
        }

        @Override
        public String title() {
            return "Bouncy Castle";
        }

        @Override
        public long heap(long memory) {
            return memory;
        }

        @Override
        public String hash(int iterations, int kibibytes, int parallelism, byte[] password) {
            byte[] salt = new byte[SALT_BYTES];
            random.nextBytes(salt);
            byte[] hash = compute(iterations, kibibytes, parallelism, salt, HASH_BYTES, password);
            return phc(iterations, kibibytes, parallelism, salt, hash);
        }

        @Override
        public boolean verify(String hash, byte[] password) {
            Matcher phc = PHC.matcher(hash);
            if (!phc.matches()) {
                return false;
            }
            byte[] salt;
            byte[] stored;
            try {
                salt = Base64.getDecoder().decode(phc.group(4));
                stored = Base64.getDecoder().decode(phc.group(5));
            } catch (IllegalArgumentException e) {
                return false;
            }
            byte[] computed = compute(
                    Integer.parseInt(phc.group(2)),
                    Integer.parseInt(phc.group(1)),
                    Integer.parseInt(phc.group(3)),
                    salt,
                    stored.length,
                    password);
            return MessageDigest.isEqual(stored, computed);
        }

        private static byte[] compute(
                int iterations, int kibibytes, int parallelism, byte[] salt, int bytes, byte[] password) {
            Argon2BytesGenerator generator = new Argon2BytesGenerator();
            generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                    .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                    .withIterations(iterations)
                    .withMemoryAsKB(kibibytes)
                    .withParallelism(parallelism)
                    .withSalt(salt)
                    .build());
            byte[] hash = new byte[bytes];
            generator.generateBytes(password, hash);
            return hash;
        }
    }
}
