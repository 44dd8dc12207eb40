package chatd.daemon.net;

import chatd.certs.Pem;
import chatd.daemon.config.Config;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.jspecify.annotations.Nullable;

/**
 * TLS as it is spoken here: 1.3 and 1.2, ciphers with authentication and forward secrecy alone, the hybrid
 * post-quantum key exchange where the peer has it. Immutable; any thread.
 */
public final class Tls {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final String[] GROUPS = {"X25519MLKEM768", "x25519", "secp256r1", "secp384r1"};
    private static final String[] SUITES = {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    };

    private final SSLContext context;
    private final X509Certificate certificate;
    private final boolean clientCertificates;
    private final List<String> dialects;

    /**
     * Reads certificate and key.
     *
     * @param dialects by their names in ALPN, in the daemon's order
     * @throws IOException where they can't be read, or do not belong together
     */
    public Tls(Config.Tls config, SecureRandom random, List<String> dialects) throws IOException {
        List<X509Certificate> chain = Pem.certificates(config.certificate());
        PrivateKey key = Pem.privateKey(config.key());
        checkPair(config, chain.getFirst().getPublicKey(), key);
        this.certificate = chain.getFirst();
        this.clientCertificates = config.clientCa().isPresent();
        this.dialects = dialects;
        try {
            // Last of all: ciphers stay the JDK's, which are faster; signatures by RSA-PSS and Ed25519 are found only
            // under Bouncy Castle's names for them.
            Security.addProvider(new BouncyCastleProvider());
            BouncyCastleJsseProvider provider = new BouncyCastleJsseProvider(false, new JcaTlsCryptoProvider());
            context = SSLContext.getInstance("TLS", provider);
            context.init(
                    keyManagers(provider, chain, key),
                    config.clientCa().isPresent()
                            ? trustManagers(provider, config.clientCa().get())
                            : null,
                    random);
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS can't be set up: " + e.getMessage(), e);
        }
    }

    private static KeyManager[] keyManagers(
            BouncyCastleJsseProvider provider, List<X509Certificate> chain, PrivateKey key)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        char[] none = new char[0];
        if (key.getAlgorithm().equals("EdDSA")) {
            // BCJSSE looks for keys of the kind "Ed25519"; the JDK's own are of the kind "EdDSA".
            Provider bc = new BouncyCastleProvider();
            store = KeyStore.getInstance("PKCS12", bc);
            store.load(null, null);
            store.setKeyEntry("server", bcKey(bc, key), none, bcChain(bc, chain));
        } else {
            store.setKeyEntry("server", key, none, chain.toArray(X509Certificate[]::new));
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX", provider);
        factory.init(store, none);
        return factory.getKeyManagers();
    }

    private static PrivateKey bcKey(Provider bc, PrivateKey key) throws GeneralSecurityException {
        return KeyFactory.getInstance("Ed25519", bc).generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
    }

    private static X509Certificate[] bcChain(Provider bc, List<X509Certificate> chain) throws GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509", bc);
        X509Certificate[] same = new X509Certificate[chain.size()];
        for (int i = 0; i < same.length; i++) {
            same[i] = (X509Certificate) factory.generateCertificate(
                    new ByteArrayInputStream(chain.get(i).getEncoded()));
        }
        return same;
    }

    private static TrustManager[] trustManagers(BouncyCastleJsseProvider provider, Path file)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int n = 0;
        for (X509Certificate authority : Pem.certificates(file)) {
            store.setCertificateEntry("authority" + n++, authority);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX", provider);
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** Signs something with the key and checks it with the certificate's. */
    private static void checkPair(Config.Tls config, PublicKey mine, PrivateKey key) throws IOException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "Ed25519", "EdDSA" -> "Ed25519";
            default ->
                throw new IOException(config.key() + ": a key of the kind " + key.getAlgorithm()
                        + " can't be used; use EC, RSA or Ed25519");
        };
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update((byte) 1);
            byte[] signature = signer.sign();
            signer.initVerify(mine);
            signer.update((byte) 1);
            if (signer.verify(signature)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            // Not even of the same kind: answered below.
        }
        throw new IOException(
                "the key in " + config.key() + " is not that of the certificate in " + config.certificate());
    }

    /** An engine for one connection. */
    SSLEngine engine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setCipherSuites(SUITES);
        parameters.setNamedGroups(GROUPS);
        parameters.setUseCipherSuitesOrder(true);
        parameters.setNeedClientAuth(clientCertificates);
        engine.setSSLParameters(parameters);
        engine.setHandshakeApplicationProtocolSelector((handshake, offered) -> select(offered));
        return engine;
    }

    /** The daemon's first that the peer has too; none offered is none; null refuses the handshake. */
    private @Nullable String select(List<String> offered) {
        if (offered.isEmpty()) {
            return "";
        }
        return dialects.stream().filter(offered::contains).findFirst().orElse(null);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** SHA-256 of the certificate, hexadecimal. */
    public String fingerprint() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the certificate can't be encoded", e);
        }
    }
}
