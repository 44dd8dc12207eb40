package chatd.audit.seal;

import chatd.audit.LogFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Optional;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.jspecify.annotations.Nullable;

/**
 * The key pair that seals the log, kept in a PEM file that only its owner may read. Anyone who has the file can write a
 * log as the daemon does. Immutable and thread-safe.
 */
public final class SealKey {
    private static final String ED25519 = "Ed25519";

    private final PrivateKey secret;
    private final SealPublicKey publicKey;

    /** The key in Bouncy Castle's form, which signs in a twentieth of Java's time; null for other algorithms. */
    private final @Nullable Ed25519PrivateKeyParameters bouncyCastleKey;

    private SealKey(PrivateKey secret, SealPublicKey half) {
        this.secret = secret;
        this.publicKey = half;
        this.bouncyCastleKey = half.algorithm().equals(ED25519) ? bouncyCastleKey(secret) : null;
    }

    private static Ed25519PrivateKeyParameters bouncyCastleKey(PrivateKey secret) {
        try {
            return (Ed25519PrivateKeyParameters) PrivateKeyFactory.createKey(secret.getEncoded());
        } catch (IOException e) {
            throw new IllegalStateException("a key that Java has made or read can't be read again", e);
        }
    }

    /**
     * Generates a key, not yet stored in any file.
     *
     * @param algorithm {@code Ed25519} or {@code ML-DSA-65}
     */
    public static SealKey generate(String algorithm) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
            return new SealKey(pair.getPrivate(), SealPublicKey.of(pair.getPublic()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks " + algorithm, e);
        }
    }

    /**
     * Reads the key from a file, or generates one and creates the file if it does not exist.
     *
     * @param algorithm the algorithm of a generated key; an existing key stays as it is
     * @throws IOException if that fails; the message reveals nothing of the key
     */
    public static SealKey open(Path file, String algorithm) throws IOException {
        if (Files.exists(file)) {
            return read(file);
        }
        SealKey made = generate(algorithm);
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            made.store(file);
        } catch (FileSystemException e) {
            throw new IOException("the key that seals the log can't be made in " + file + ": " + e, e);
        }
        return made;
    }

    /**
     * Reads a key.
     *
     * @throws IOException if there is none in the file
     */
    public static SealKey read(Path file) throws IOException {
        SealPublicKey half = SealPublicKey.read(file);
        byte[] der = PemBlock.PRIVATE_KEY.read(file);
        SealKey key;
        try {
            key = new SealKey(
                    KeyFactory.getInstance(half.algorithm()).generatePrivate(new PKCS8EncodedKeySpec(der)), half);
        } catch (GeneralSecurityException e) {
            // The cause is omitted because it might quote what was read.
            throw new IOException(file + ": its private key is not for " + half.algorithm());
        }
        if (!half.verifies("test", key.sign("test"))) {
            throw new IOException(file + ": its private and public keys do not match");
        }
        return key;
    }

    /** Returns the file of the previous key, which exists until the log has switched to the current one. */
    private static Path previousFile(Path file) {
        return file.resolveSibling(file.getFileName() + ".before");
    }

    /** Returns the key that {@link #replace} set aside, if the log has not switched to its successor yet. */
    public static Optional<SealKey> previous(Path file) throws IOException {
        Path previous = previousFile(file);
        return Files.exists(previous) ? Optional.of(read(previous)) : Optional.empty();
    }

    /** Replaces the key in the file with this one; the old key is kept beside it until {@link #deletePrevious}. */
    public void replace(Path file) throws IOException {
        if (!Files.exists(previousFile(file))) {
            Files.createLink(previousFile(file), file);
            forceNames(file);
        }
        store(file);
    }

    /** Deletes the previous key, no longer needed once the log has switched to the key in the file. */
    public static void deletePrevious(Path file) throws IOException {
        Files.deleteIfExists(previousFile(file));
    }

    public void store(Path file) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        String pem = PemBlock.PRIVATE_KEY.write(secret.getEncoded()) + publicKey.pem();
        try (FileChannel out = FileChannel.open(
                fresh,
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            LogFiles.write(out, pem.getBytes(StandardCharsets.US_ASCII));
            out.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        forceNames(file);
    }

    private static void forceNames(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            new LogFiles(directory).syncDirectory();
        }
    }

    /** Returns whether this key has the given id. */
    public boolean hasId(@Nullable String id) {
        return publicKey.id().equals(id);
    }

    /** Returns the public half. */
    public SealPublicKey publicKey() {
        return publicKey;
    }

    /** Returns the signature over a text, base64url without padding. */
    public String sign(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(signed(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private byte[] signed(byte[] text) {
        if (bouncyCastleKey != null) {
            Ed25519Signer signer = new Ed25519Signer();
            signer.init(true, bouncyCastleKey);
            signer.update(text, 0, text.length);
            return signer.generateSignature();
        }
        try {
            Signature signature = Signature.getInstance(publicKey.algorithm());
            signature.initSign(secret);
            signature.update(text);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key that could sign does not any more", e);
        }
    }
}
