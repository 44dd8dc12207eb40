package chatd.audit.seal;

import chatd.audit.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The public half of a sealing key: all that an auditor needs (page {@code audit-log.md}, "Proof"). Immutable.
 *
 * @param id the first 16 hexadecimal digits of the SHA-256 of the key's DER form
 * @param algorithm {@code Ed25519} or {@code ML-DSA-65}
 */
public record SealPublicKey(String id, String algorithm, PublicKey key) {
    static final String ED25519 = "Ed25519";
    static final String ML_DSA_65 = "ML-DSA-65";

    /** @throws IllegalArgumentException if the key is for another algorithm */
    public static SealPublicKey of(PublicKey key) {
        String algorithm = switch (key.getAlgorithm()) {
            case "EdDSA", ED25519 -> ED25519;
            case "ML-DSA", ML_DSA_65 -> ML_DSA_65;
            default -> throw new IllegalArgumentException("a key for " + key.getAlgorithm());
        };
        return new SealPublicKey(id(key.getEncoded()), algorithm, key);
    }

    /**
     * Parses a key's DER form (a SubjectPublicKeyInfo).
     *
     * @throws IllegalArgumentException if it is not one for these algorithms
     */
    public static SealPublicKey of(byte[] der) {
        for (String algorithm : new String[] {ED25519, ML_DSA_65}) {
            try {
                PublicKey key = KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
                if (Arrays.equals(key.getEncoded(), der)) {
                    return of(key);
                }
            } catch (GeneralSecurityException e) {
                // It may be a key for the other algorithm.
            }
        }
        throw new IllegalArgumentException("not a public key of Ed25519 or ML-DSA-65");
    }

    /**
     * Reads a key as {@link #pem} returns it and {@code chat-admin log key} prints it; text around it is ignored.
     *
     * @throws IOException if the file can't be read or has no such key; the message says so
     */
    public static SealPublicKey read(Path file) throws IOException {
        byte[] der = PemBlock.PUBLIC_KEY.read(file);
        try {
            return of(der);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Returns the key as PEM, including the final LF. */
    public String pem() {
        return PemBlock.PUBLIC_KEY.write(key.getEncoded());
    }

    /** Returns its DER form in base64url without padding, as the log announces it. */
    public String encoded() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getEncoded());
    }

    /** Returns whether a signature (base64url without padding) over a text was made with this key. */
    boolean verifies(String text, String signature) {
        try {
            Signature check = Signature.getInstance(algorithm);
            check.initVerify(key);
            check.update(text.getBytes(StandardCharsets.US_ASCII));
            return check.verify(Base64.getUrlDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    private static String id(byte[] der) {
        return HexFormat.of().formatHex(Sha256.digest().digest(der), 0, 8);
    }
}
