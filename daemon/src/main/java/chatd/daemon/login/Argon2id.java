package chatd.daemon.login;

import de.mkammerer.argon2.Argon2;
import de.mkammerer.argon2.Argon2Factory;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * The Argon2id function. Its two implementations read and make the same strings, in PHC form: a C library, and Bouncy
 * Castle where that can't be loaded (on musl, for example). Thread-safe.
 */
sealed interface Argon2id {
    int SALT_BYTES = 16;
    int HASH_BYTES = 32;

    /** Returns a new hash in PHC form. */
    String hash(int iterations, int kibibytes, int parallelism, byte[] password);

    /** Returns whether the password matches the hash, comparing in constant time; false if it is no Argon2id hash. */
    boolean verify(String hash, byte[] password);

    /** Returns its name, for people. */
    String title();

    /** Returns how many bytes of the heap a hash takes, of the bytes of memory that it is configured to take. */
    long heap(long memory);

    /**
     * Returns a hash in PHC form that no password has, as far as anyone can know: to verify one with it takes as long as with
     * a user's. Nothing is computed for it.
     */
    static String ofNobody(int iterations, int kibibytes, int parallelism, SecureRandom random) {
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

    /** Returns the C library's if it can be loaded. */
    static Argon2id available() {
        try {
            return new InC();
        } catch (LinkageError e) {
            return new InJava(new SecureRandom());
        }
    }

    /** By libargon2. */
    final class InC implements Argon2id {
        private final Argon2 library = Argon2Factory.create(Argon2Factory.Argon2Types.ARGON2id, SALT_BYTES, HASH_BYTES);

        /** @throws LinkageError if the library can't be loaded */
        InC() {
            // It is loaded at its first use.
            library.hash(1, 8, 1, new byte[] {0});
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
            return library.hash(iterations, kibibytes, parallelism, password);
        }

        @Override
        public boolean verify(String hash, byte[] password) {
            return library.verify(hash, password);
        }
    }

    /** By Bouncy Castle. */
    final class InJava implements Argon2id {
        private static final Pattern PHC =
                Pattern.compile("\\$argon2id\\$v=19\\$m=(\\d{1,9}),t=(\\d{1,9}),p=(\\d{1,9})\\$([^$]+)\\$([^$]+)");

        private final SecureRandom random;

        InJava(SecureRandom random) {
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
