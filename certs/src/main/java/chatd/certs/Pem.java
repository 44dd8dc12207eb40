package chatd.certs;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;

/** Reads and writes certificates and keys as PEM: EC, RSA and Ed25519, in PKCS#8 or the older forms. */
public final class Pem {
    private Pem() {}

    /** The file does not hold what it should; the message says what, and what to do. */
    public static final class Unusable extends IOException {
        private static final long serialVersionUID = 1L;

        Unusable(Path file, String what) {
            super(file + ": " + what);
        }
    }

    /**
     * All certificates of a file, in its order: a chain begins with the end entity's.
     *
     * @throws Unusable where there is none, or one is broken
     */
    public static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        try (var in = Files.newInputStream(file)) {
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
     * The private key of a file.
     *
     * @throws Unusable where there is none, or it is encrypted; the message has nothing of the key
     */
    public static PrivateKey privateKey(Path file) throws IOException {
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.US_ASCII);
                PEMParser parser = new PEMParser(in)) {
            JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                if (object instanceof PrivateKeyInfo info) {
                    return converter.getPrivateKey(info);
                }
                if (object instanceof PEMKeyPair pair) {
                    return converter.getPrivateKey(pair.getPrivateKeyInfo());
                }
                if (object.getClass().getSimpleName().contains("Encrypted")) {
                    throw new Unusable(file, "the key is encrypted: decrypt it first (openssl pkey -in … -out …)");
                }
            }
        } catch (PEMException e) {
            throw new Unusable(file, "no private key that can be used");
        }
        throw new Unusable(file, "no private key in it (expected -----BEGIN PRIVATE KEY-----)");
    }

    /** Certificates and keys, one after another, as PEM. */
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
