package chatd.daemon.net.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;

/**
 * Implementations of TLS ({@code tls.provider}, ADR 2): BoringSSL, through a native library, with
 * which a handshake and an idle connection cost a third; and Bouncy Castle, which runs on any Java.
 */
public enum TlsProvider {
    BORINGSSL("BoringSSL") {
        @Override
        SslContextBuilder configure(SslContextBuilder builder) {
            return builder.sslProvider(SslProvider.OPENSSL_REFCNT)
                    .option(OpenSslContextOption.GROUPS, new String[] {"X25519MLKEM768", "X25519", "P-256", "P-384"});
        }

        @Override
        SingleKeyManager manager(PrivateKey key, X509Certificate[] chain) {
            return new SingleKeyManager(key, chain);
        }

        @Override
        KeyManagerFactory keys(KeyManagerFactory keys) {
            // Converts the key for OpenSSL once, not per connection.
            return new OpenSslCachingX509KeyManagerFactory(keys);
        }

        @Override
        void configure(SSLEngine engine) {}
    },

    BOUNCYCASTLE("Bouncy Castle") {
        @Override
        SslContextBuilder configure(SslContextBuilder builder) throws IOException {
            // Added in last place, for certificates with RSA-PSS and Ed25519.
            Security.addProvider(Algorithms.BC);
            try {
                return builder.sslProvider(SslProvider.JDK)
                        .sslContextProvider(new BouncyCastleJsseProvider(false, new JcaTlsCryptoProvider()))
                        .secureRandom(new SecureRandom())
                        .sessionCacheSize(MAX_SESSIONS);
            } catch (RuntimeException e) {
                throw new IOException("tls.provider: Bouncy Castle's TLS can't be used: " + e.getMessage(), e);
            }
        }

        @Override
        SingleKeyManager manager(PrivateKey key, X509Certificate[] chain) throws IOException {
            try {
                // Java calls every Ed25519 key EdDSA, by which name Bouncy Castle's TLS does not find it.
                boolean isEdwards = chain[0].getPublicKey().getAlgorithm().equals("EdDSA");
                return isEdwards
                        ? new SingleKeyManager(
                                KeyFactory.getInstance("Ed25519", Algorithms.BC)
                                        .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded())),
                                converted(chain))
                        : new SingleKeyManager(key, chain);
            } catch (GeneralSecurityException e) {
                throw new IOException("tls.key: Bouncy Castle can't use it: " + e.getMessage(), e);
            }
        }

        @Override
        KeyManagerFactory keys(KeyManagerFactory keys) {
            return keys;
        }

        @Override
        void configure(SSLEngine engine) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setNamedGroups(new String[] {"X25519MLKEM768", "x25519", "secp256r1", "secp384r1"});
            engine.setSSLParameters(parameters);
        }
    };

    /** Bouncy Castle's algorithms; loaded only if its TLS is used, since that takes a while. */
    private static final class Algorithms {
        private static final Provider BC = new BouncyCastleProvider();
    }

    /** Maximum Bouncy Castle sessions that TLS 1.2 may resume: a few kilobytes of heap each. */
    private static final int MAX_SESSIONS = 2_000;

    private final String title;

    TlsProvider(String title) {
        this.title = title;
    }

    /**
     * Returns the provider that an option selects.
     *
     * @param option {@code auto} for BoringSSL where its library can be loaded, and Bouncy Castle elsewhere; or one of
     *     {@code boringssl}, {@code bouncycastle}
     * @throws IOException if BoringSSL is demanded and its library can't be loaded
     */
    public static TlsProvider of(String option) throws IOException {
        if (option.equals("bouncycastle")) {
            return BOUNCYCASTLE;
        }
        if (OpenSsl.isAvailable()) {
            return BORINGSSL;
        }
        if (option.equals("boringssl")) {
            throw new IOException(
                    "tls.provider: BoringSSL's library can't be loaded here: " + OpenSsl.unavailabilityCause()
                            + ". Use \"auto\" or \"bouncycastle\"",
                    OpenSsl.unavailabilityCause());
        }
        return BOUNCYCASTLE;
    }

    /** Returns its name, for people. */
    public String title() {
        return title;
    }

    abstract SslContextBuilder configure(SslContextBuilder builder) throws IOException;

    /** Returns a key manager for the one key and its chain, in the form that the provider understands. */
    abstract SingleKeyManager manager(PrivateKey key, X509Certificate[] chain) throws IOException;

    private static X509Certificate[] converted(X509Certificate[] chain) throws GeneralSecurityException {
        CertificateFactory certificates = CertificateFactory.getInstance("X.509", Algorithms.BC);
        X509Certificate[] converted = new X509Certificate[chain.length];
        for (int i = 0; i < chain.length; i++) {
            converted[i] =
                    (X509Certificate) certificates.generateCertificate(new ByteArrayInputStream(chain[i].getEncoded()));
        }
        return converted;
    }

    abstract KeyManagerFactory keys(KeyManagerFactory keys);

    /** Configures what can't be set for all connections of a context at once. */
    abstract void configure(SSLEngine engine);
}
