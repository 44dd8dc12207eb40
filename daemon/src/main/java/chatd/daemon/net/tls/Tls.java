package chatd.daemon.net.tls;

import chatd.certs.ChainFacts;
import chatd.certs.Pem;
import chatd.daemon.config.Config;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.ManagerFactoryParameters;

/**
 * The server's TLS context: versions 1.3 and 1.2, only authenticated ciphers with forward secrecy, and the hybrid
 * post-quantum key exchange where the peer supports it. Immutable; any thread.
 */
public final class Tls {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final List<String> SUITES = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private final TlsProvider provider;
    private final SslContext context;
    private final List<X509Certificate> chain;
    private final ChainFacts facts;
    private final List<String> dialects;
    private final TlsFiles files;

    /**
     * Loads the certificate and key. Blocks.
     *
     * @param dialects their ALPN names, in the daemon's order of preference
     * @throws IOException if they can't be read, or do not match
     */
    public Tls(Config.Tls config, List<String> dialects) throws IOException {
        // Recorded before the files are read, so that a change made meanwhile is detected.
        files = TlsFiles.of(config);
        chain = read("tls.certificate", config.certificate(), Pem::certificates);
        facts = ChainFacts.of(chain);
        PrivateKey key = read("tls.key", config.key(), Pem::privateKey);
        checkPair(config, chain.getFirst().getPublicKey(), key);
        provider = TlsProvider.of(config.provider());
        KeyManagerFactory keys = provider.keys(factory(provider.manager(key, chain.toArray(X509Certificate[]::new))));
        SslContextBuilder builder = provider.configure(SslContextBuilder.forServer(keys))
                .protocols(PROTOCOLS)
                .ciphers(SUITES)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        dialects));
        if (config.clientCa().isPresent()) {
            builder.clientAuth(ClientAuth.REQUIRE)
                    .trustManager(read("tls.client-ca", config.clientCa().get(), Pem::certificates)
                            .toArray(X509Certificate[]::new));
        } else {
            // Clients are not asked for a certificate. Without this, all public authorities that
            // Java trusts would be loaded.
            builder.trustManager(new X509Certificate[0]);
        }
        context = builder.build();
        this.dialects = dialects;
    }

    private interface PemReader<T> {
        T read(Path file) throws IOException;
    }

    private static <T> T read(String option, Path file, PemReader<T> reader) throws IOException {
        try {
            return reader.read(file);
        } catch (NoSuchFileException e) {
            throw new IOException(option + ": there is no file " + file, e);
        } catch (AccessDeniedException e) {
            throw new IOException(
                    option + ": " + file + " can't be read by " + System.getProperty("user.name")
                            + ", the daemon's user",
                    e);
        }
    }

    private static KeyManagerFactory factory(SingleKeyManager key) {
        return new SimpleKeyManagerFactory("one key") {
            @Override
            protected void engineInit(KeyStore store, char[] password) {}

            @Override
            protected void engineInit(ManagerFactoryParameters parameters) {}

            @Override
            protected KeyManager[] engineGetKeyManagers() {
                return new KeyManager[] {key};
            }
        };
    }

    /** Verifies that key and certificate match, by signing with one and verifying with the other. */
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
            // Different key types: reported below.
        }
        throw new IOException(
                "the key in " + config.key() + " is not that of the certificate in " + config.certificate());
    }

    /** Returns a new TLS handler for one connection. */
    public SslHandler handler(ByteBufAllocator buffers) {
        SslHandler handler = context.newHandler(buffers);
        provider.configure(handler.engine());
        return handler;
    }

    /** Returns which implementation of TLS is used. */
    public TlsProvider provider() {
        return provider;
    }

    /** Returns the dialects' ALPN names, in the daemon's order of preference. */
    public List<String> dialects() {
        return dialects;
    }

    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** Returns what people want to know about the certificate and its chain. */
    public ChainFacts facts() {
        return facts;
    }

    public String subject() {
        return certificate().getSubjectX500Principal().getName();
    }

    Instant begin() {
        return certificate().getNotBefore().toInstant();
    }

    public Instant end() {
        return certificate().getNotAfter().toInstant();
    }

    /** Returns the state of the files just before they were read. */
    TlsFiles files() {
        return files;
    }

    /** Frees a native context; existing connections continue. */
    void release() {
        ReferenceCountUtil.release(context);
    }

    /** Returns the SHA-256 fingerprint of the certificate, in hexadecimal. */
    public String fingerprint() {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(certificate().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the certificate can't be encoded", e);
        }
    }
}
