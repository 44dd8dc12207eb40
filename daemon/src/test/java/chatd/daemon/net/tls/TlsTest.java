package chatd.daemon.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.certs.Authority;
import chatd.certs.Pem;
import chatd.daemon.config.Config;
import chatd.fixtures.TestTimeout;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Security;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
@ParameterizedClass
@EnumSource(TlsProvider.class)
class TlsTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @Parameter
    private TlsProvider provider = TlsProvider.BORINGSSL;

    @TempDir
    private Path directory;

    private final Authority authority = Authority.create("test authority", RANDOM, Instant.now());

    /** Registers Bouncy Castle, which the client needs for RSA and Ed25519. */
    @BeforeAll
    static void provide() {
        Security.addProvider(new BouncyCastleProvider());
    }

    @BeforeEach
    void write() throws IOException {
        identity(Authority.KeyKind.EC);
    }

    private void identity(Authority.KeyKind kind) throws IOException {
        Authority.Identity server = authority.server(List.of("localhost"), kind);
        Files.writeString(directory.resolve("server.pem"), Pem.of(server.certificate(), authority.certificate()));
        Files.writeString(directory.resolve("server.key"), Pem.of(server.keys().getPrivate()));
        Files.writeString(directory.resolve("ca.pem"), Pem.of(authority.certificate()));
    }

    private Tls tls(boolean clientCertificates) throws IOException {
        return new Tls(
                new Config.Tls(
                        directory.resolve("server.pem"),
                        directory.resolve("server.key"),
                        Optional.empty(),
                        clientCertificates ? Optional.of(directory.resolve("ca.pem")) : Optional.empty(),
                        false,
                        provider.name().toLowerCase(Locale.ROOT)),
                List.of("chat/1"));
    }

    private SSLEngine client(String protocol, Authority.@Nullable Identity identity, String... groups)
            throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", authority.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        KeyManager[] keys = null;
        if (identity != null) {
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            own.setKeyEntry("me", identity.keys().getPrivate(), new char[0], new java.security.cert.Certificate[] {
                identity.certificate()
            });
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX", new BouncyCastleJsseProvider());
            factory.init(own, new char[0]);
            keys = factory.getKeyManagers();
        }
        SSLContext context =
                SSLContext.getInstance("TLS", new BouncyCastleJsseProvider(false, new JcaTlsCryptoProvider()));
        context.init(keys, trust.getTrustManagers(), RANDOM);
        SSLEngine client = context.createSSLEngine("localhost", 7443);
        client.setUseClientMode(true);
        SSLParameters parameters = client.getSSLParameters();
        parameters.setProtocols(new String[] {protocol});
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setApplicationProtocols(new String[] {"chat/1"});
        if (groups.length > 0) {
            parameters.setNamedGroups(groups);
        }
        client.setSSLParameters(parameters);
        return client;
    }

    /** Runs a handshake between two engines; returns the bytes sent by the server, in hexadecimal. */
    private static String handshake(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(1 << 16);
        ByteBuffer toClient = ByteBuffer.allocate(1 << 16);
        StringBuilder first = new StringBuilder();
        client.beginHandshake();
        server.beginHandshake();
        for (int i = 0; i < 100 && !(done(client) && done(server)); i++) {
            step(client, toClient, toServer);
            int before = toClient.position();
            step(server, toServer, toClient);
            first.append(HexFormat.of().formatHex(toClient.array(), before, toClient.position()));
        }
        assertThat(done(client) && done(server))
                .as(
                        "the handshake was completed: %s %s, %s %s",
                        client.getHandshakeStatus(),
                        client.getSession().getCipherSuite(),
                        server.getHandshakeStatus(),
                        server.getSession().getCipherSuite())
                .isTrue();
        return first.toString();
    }

    private static boolean done(SSLEngine engine) {
        SSLEngineResult.HandshakeStatus status = engine.getHandshakeStatus();
        return (status == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING
                        || status == SSLEngineResult.HandshakeStatus.FINISHED)
                && !engine.getSession().getCipherSuite().contains("NULL");
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        ByteBuffer plain = ByteBuffer.allocate(1 << 16);
        for (int i = 0; i < 20; i++) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                }
                case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
                default -> {
                    in.flip();
                    boolean empty = !in.hasRemaining();
                    // Even without new input: OpenSSL may have buffered more than it has processed.
                    engine.unwrap(in, plain);
                    in.compact();
                    if (empty && engine.getHandshakeStatus() != SSLEngineResult.HandshakeStatus.NEED_WRAP) {
                        return;
                    }
                }
            }
        }
    }

    @Test
    void theProviderIsTheOneThatWasAskedFor() throws IOException {
        assertThat(tls(false).provider()).isEqualTo(provider);
        assertThat(TlsProvider.of("auto")).isEqualTo(TlsProvider.BORINGSSL);
    }

    @ParameterizedTest
    @EnumSource(Authority.KeyKind.class)
    void everyKindOfKeyServesBothVersions(Authority.KeyKind kind) throws Exception {
        identity(kind);
        for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
            SSLEngine client = client(protocol, null);
            handshake(
                    client, tls(false).handler(UnpooledByteBufAllocator.DEFAULT).engine());
            assertThat(client.getSession().getProtocol()).isEqualTo(protocol);
            assertThat(client.getApplicationProtocol()).isEqualTo("chat/1");
            assertThat(client.getSession().getCipherSuite()).matches(".*(_GCM_|CHACHA20_POLY1305).*");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "genpkey -algorithm ed25519",
                "ecparam -genkey -name prime256v1",
                "genrsa -traditional 2048",
                "ecparam -genkey -noout -name prime256v1",
                "genpkey -algorithm RSA"
            })
    void keysOfOpensslAreRead(String how) throws Exception {
        Path key = directory.resolve("k.pem");
        List<String> command = new java.util.ArrayList<>(List.of("openssl"));
        command.addAll(List.of(how.split(" ", -1)));
        Process openssl = new ProcessBuilder(command)
                .redirectOutput(key.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(openssl.waitFor(TestTimeout.LONG)).isTrue();
        assertThat(Pem.privateKey(key)).isNotNull();
    }

    @Test
    void theHybridKeyExchangeIsUsedIfThePeerSupportsIt() throws Exception {
        // key_share (0x0033) with the group X25519MLKEM768 (0x11ec), in the server's first flight
        String hybrid = ".*0033....11ec.*";
        SSLEngine both = client("TLSv1.3", null, "X25519MLKEM768", "x25519", "secp256r1");
        assertThat(handshake(
                        both,
                        tls(false).handler(UnpooledByteBufAllocator.DEFAULT).engine()))
                .matches(hybrid);
        SSLEngine only = client("TLSv1.3", null, "X25519MLKEM768", "secp256r1");
        assertThat(handshake(
                        only,
                        tls(false).handler(UnpooledByteBufAllocator.DEFAULT).engine()))
                .matches(hybrid);
        SSLEngine classic = client("TLSv1.3", null, "x25519", "secp256r1");
        assertThat(handshake(
                        classic,
                        tls(false).handler(UnpooledByteBufAllocator.DEFAULT).engine()))
                .doesNotMatch(hybrid);
    }

    @Test
    void aClientCertificateIsRequiredIfAnAuthorityIsConfigured() throws Exception {
        handshake(
                client("TLSv1.3", authority.client("alice", Authority.KeyKind.EC)),
                tls(true).handler(UnpooledByteBufAllocator.DEFAULT).engine());
        assertThatThrownBy(() -> handshake(
                        client("TLSv1.2", null),
                        tls(true).handler(UnpooledByteBufAllocator.DEFAULT).engine()))
                .isInstanceOf(SSLException.class);
        Authority other = Authority.create("another", RANDOM, Instant.now());
        assertThatThrownBy(() -> handshake(
                        client("TLSv1.2", other.client("mallory", Authority.KeyKind.EC)),
                        tls(true).handler(UnpooledByteBufAllocator.DEFAULT).engine()))
                .isInstanceOf(SSLException.class);
    }

    @Test
    void aKeyThatDoesNotMatchTheCertificateIsReported() throws IOException {
        Files.writeString(
                directory.resolve("server.key"),
                Pem.of(authority
                        .server(List.of("localhost"), Authority.KeyKind.RSA)
                        .keys()
                        .getPrivate()));
        assertThatThrownBy(() -> tls(false)).hasMessageContaining("is not that of the certificate");
    }

    @Test
    void aFileWithoutAKeyOrCertificateIsReported() throws IOException {
        Files.writeString(directory.resolve("server.key"), "nothing");
        assertThatThrownBy(() -> tls(false)).hasMessageContaining("server.key").hasMessageContaining("no private key");
        Files.writeString(directory.resolve("server.pem"), "nothing");
        assertThatThrownBy(() -> tls(false)).hasMessageContaining("server.pem").hasMessageContaining("no certificate");
    }

    @Test
    void anEncryptedKeyIsReported() throws Exception {
        Path key = directory.resolve("server.key");
        Process openssl = new ProcessBuilder(
                        "openssl",
                        "genpkey",
                        "-algorithm",
                        "ed25519",
                        "-aes256",
                        "-pass",
                        "pass:x",
                        "-out",
                        key.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(openssl.waitFor(TestTimeout.LONG)).isTrue();
        assertThatThrownBy(() -> tls(false)).hasMessageContaining("the key is encrypted");
    }
}
