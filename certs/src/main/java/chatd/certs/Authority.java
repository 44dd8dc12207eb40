package chatd.certs;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A development certificate authority: for trials and tests only, not for anything that others must trust. */
public final class Authority {
    /** The kinds of key that a certificate can have. */
    public enum KeyKind {
        EC,
        RSA,
        ED25519;

        KeyPair generate(SecureRandom random) throws GeneralSecurityException {
            KeyPairGenerator generator = switch (this) {
                case EC -> {
                    KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
                    ec.initialize(new ECGenParameterSpec("secp256r1"), random);
                    yield ec;
                }
                case RSA -> {
                    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
                    rsa.initialize(3072, random);
                    yield rsa;
                }
                case ED25519 -> KeyPairGenerator.getInstance("Ed25519");
            };
            return generator.generateKeyPair();
        }

        static String signature(PrivateKey key) {
            return switch (key.getAlgorithm()) {
                case "RSA" -> "SHA256withRSA";
                case "EC" -> "SHA256withECDSA";
                default -> "Ed25519";
            };
        }
    }

    private static final Duration LIFE = Duration.ofDays(825);
    private static final Duration SKEW = Duration.ofHours(1);

    private final KeyPair keys;
    private final X509Certificate certificate;
    private final SecureRandom random;
    private final Instant now;

    private Authority(KeyPair keys, X509Certificate certificate, SecureRandom random, Instant now) {
        this.keys = keys;
        this.certificate = certificate;
        this.random = random;
        this.now = now;
    }

    /** Creates a new authority; its key exists only in memory. */
    public static Authority create(String name, SecureRandom random, Instant now) {
        try {
            KeyPair keys = KeyKind.EC.generate(random);
            X500Name subject = subject(name);
            X509v3CertificateBuilder builder = builder(subject, subject, keys.getPublic(), random, now);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return new Authority(keys, sign(builder, keys), random, now);
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("the authority can't be made", e);
        }
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** A certificate with its key. */
    public record Identity(X509Certificate certificate, KeyPair keys) {}

    /**
     * Issues a server certificate with a new key.
     *
     * @param names host names and addresses; the first is also the subject
     */
    public Identity server(List<String> names, KeyKind kind) {
        return issue(names, kind, KeyPurposeId.id_kp_serverAuth);
    }

    /** Issues a certificate, with a new key, for a client that presents one. */
    public Identity client(String name, KeyKind kind) {
        return issue(List.of(name), kind, KeyPurposeId.id_kp_clientAuth);
    }

    private Identity issue(List<String> names, KeyKind kind, KeyPurposeId purpose) {
        try {
            KeyPair pair = kind.generate(random);
            X500Name issuer =
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
            X509v3CertificateBuilder builder =
                    builder(subject(names.getFirst()), issuer, pair.getPublic(), random, now);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
            builder.addExtension(Extension.subjectAlternativeName, false, generalNames(names));
            return new Identity(sign(builder, keys), pair);
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("the certificate can't be made", e);
        }
    }

    /**
     * Converts the names to the form used in certificates.
     *
     * @throws IllegalArgumentException if one is neither a host name nor an address
     */
    static GeneralNames generalNames(List<String> names) {
        return new GeneralNames(names.stream().map(Authority::generalName).toArray(GeneralName[]::new));
    }

    private static GeneralName generalName(String name) {
        if (name.contains(":") || name.matches("[0-9.]+")) {
            try {
                return new GeneralName(
                        GeneralName.iPAddress, InetAddress.ofLiteral(name).getHostAddress());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("not an address: " + name, e);
            }
        }
        if (!name.matches("(\\*\\.)?[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*")) {
            throw new IllegalArgumentException("neither a host name nor an address: " + name);
        }
        return new GeneralName(GeneralName.dNSName, name);
    }

    private static X500Name subject(String name) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, "chatd development")
                .addRDN(BCStyle.CN, name)
                .build();
    }

    private static X509v3CertificateBuilder builder(
            X500Name subject, X500Name issuer, PublicKey key, SecureRandom random, Instant now) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(120, random).setBit(120),
                Date.from(now.minus(SKEW)),
                Date.from(now.plus(LIFE)),
                subject,
                key);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, KeyPair signer)
            throws OperatorCreationException, GeneralSecurityException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(KeyKind.signature(signer.getPrivate()))
                        .build(signer.getPrivate())));
    }

    /** The files that {@link #writeDevelopmentFiles} creates. */
    public static final List<String> DEVELOPMENT_FILES = List.of("ca.pem", "server.pem", "server.key");

    /** The names and addresses by which only this machine itself can be reached. */
    public static final List<String> THIS_MACHINE = List.of("localhost", "::1", "127.0.0.1");

    /**
     * Creates {@code ca.pem}, {@code server.pem} (the chain) and {@code server.key} (0600) in a directory.
     *
     * @param names the host names and addresses for which the certificate is valid
     */
    public static void writeDevelopmentFiles(Path directory, List<String> names, SecureRandom random, Instant now)
            throws IOException {
        Authority authority = create("chatd development authority", random, now);
        Identity server = authority.server(names, KeyKind.EC);
        for (String old : DEVELOPMENT_FILES) {
            // Even if it is a link, so that its target is not written to.
            Files.deleteIfExists(directory.resolve(old));
        }
        Pem.writeSecret(directory.resolve("server.key"), server.keys().getPrivate());
        Files.writeString(directory.resolve("server.pem"), Pem.of(server.certificate(), authority.certificate()));
        Files.writeString(directory.resolve("ca.pem"), Pem.of(authority.certificate()));
    }
}
