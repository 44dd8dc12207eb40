package chatd.certs;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;

/** Reads and writes certificates and keys as PEM: EC, RSA and Ed25519, in PKCS#8 or the older forms. */
public final class Pem {
    private static final Pattern BEGIN = Pattern.compile("-----BEGIN CERTIFICATE-----");
    private static final Pattern CERTIFICATE =
            Pattern.compile("-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----");

    private Pem() {}

    /** Thrown if a file does not contain what it should; the message says what is wrong, and what to do. */
    public static final class Unusable extends IOException {
        private static final long serialVersionUID = 1L;

        Unusable(Path file, String what) {
            super(file + ": " + what);
        }
    }

    /**
     * Reads all certificates in a file, in file order: a chain begins with the end entity's. Other contents, such as a
     * key, are skipped.
     *
     * @throws Unusable if there is none, or one is broken
     */
    public static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (BEGIN.matcher(text).results().count()
                != CERTIFICATE.matcher(text).results().count()) {
            throw new Unusable(file, "a certificate in it is truncated");
        }
        String blocks =
                CERTIFICATE.matcher(text).results().map(MatchResult::group).collect(Collectors.joining("\n", "", "\n"));
        try (var in = new ByteArrayInputStream(blocks.getBytes(StandardCharsets.ISO_8859_1))) {
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                chain.add((X509Certificate) certificate);
            }
        } catch (CertificateException e) {
            throw new Unusable(file, "no certificate in PEM form: " + e.getMessage());
        }
        if (chain.isEmpty()) {
            throw new Unusable(file, "no certificate in it (expected -----BEGIN CERTIFICATE-----)");
        }
        return List.copyOf(chain);
    }

    /**
     * Reads the private key in a file.
     *
     * @throws Unusable if there is none, or it is encrypted or broken; the message reveals nothing of the key
     */
    public static PrivateKey privateKey(Path file) throws IOException {
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.US_ASCII);
                PEMParser parser = new PEMParser(in)) {
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                if (object instanceof PrivateKeyInfo info) {
                    return key(info);
                }
                if (object instanceof PEMKeyPair pair) {
                    return key(pair.getPrivateKeyInfo());
                }
                if (object.getClass().getSimpleName().contains("Encrypted")) {
                    throw new Unusable(file, "the key is encrypted: decrypt it first (openssl pkey -in … -out …)");
                }
            }
        } catch (Unusable | FileSystemException e) {
            throw e;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // Bouncy Castle reports a broken key with exceptions of many kinds.
            throw new Unusable(file, "no private key that can be used");
        }
        throw new Unusable(file, "no private key in it (expected -----BEGIN PRIVATE KEY-----)");
    }

    /** Converts a key to the JDK's own type, whatever other providers are present. */
    private static PrivateKey key(PrivateKeyInfo info) throws IOException, GeneralSecurityException {
        ASN1ObjectIdentifier kind = info.getPrivateKeyAlgorithm().getAlgorithm();
        String algorithm;
        if (kind.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            algorithm = "EC";
        } else if (kind.equals(PKCSObjectIdentifiers.rsaEncryption)) {
            algorithm = "RSA";
        } else {
            algorithm = kind.getId();
        }
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
    }

    /** Writes a key to a new file that only its owner may read. */
    public static void writeSecret(Path file, PrivateKey key) throws IOException {
        try (var out = Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            out.write(ByteBuffer.wrap(of(key).getBytes(StandardCharsets.US_ASCII)));
        }
    }

    /** Encodes certificates and keys as PEM, one after another. */
    public static String of(Object... objects) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                writer.writeObject(object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
