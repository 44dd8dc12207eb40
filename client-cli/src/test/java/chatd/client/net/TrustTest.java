package chatd.client.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import chatd.certs.Authority;
import chatd.certs.Fingerprint;
import chatd.certs.Pem;
import chatd.protocol.chat1.Chat1;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests which servers the client trusts, over real sockets. */
class TrustTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private final Instant now = Instant.now();

    @TempDir
    private Path directory;

    private final Authority authority = Authority.create("test", RANDOM, now);

    /** A TLS server on a free port that does handshakes and nothing else. */
    private static final class Server implements AutoCloseable {
        final Authority.Identity identity;
        private final SSLServerSocket socket;

        Server(Authority.Identity identity, Authority authority) throws Exception {
            this.identity = identity;
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry("server", identity.keys().getPrivate(), new char[0], new Certificate[] {
                identity.certificate(), authority.certificate()
            });
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(keys, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, RANDOM);
            socket = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0);
            Thread.ofPlatform().daemon().start(this::serve);
        }

        private void serve() {
            while (!socket.isClosed()) {
                try (SSLSocket client = (SSLSocket) socket.accept()) {
                    client.setHandshakeApplicationProtocolSelector((one, offered) -> offered.getFirst());
                    client.startHandshake();
                    client.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // The client refused the certificate, or the test is over.
                }
            }
        }

        Address address(String host) {
            return new Address(Optional.empty(), host, socket.getLocalPort());
        }

        Fingerprint fingerprint() {
            return Fingerprint.of(identity.certificate().getPublicKey());
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private Server server(Authority.KeyKind kind) throws Exception {
        return new Server(authority.server(List.of("localhost"), kind), authority);
    }

    private Path ca(Authority from) throws IOException {
        return Files.writeString(directory.resolve("ca.pem"), Pem.of(from.certificate()));
    }

    private KnownHosts known() {
        return new KnownHosts(directory.resolve("state").resolve("known-hosts"));
    }

    private void connect(Address address, @Nullable Path ca, Optional<Fingerprint> named) throws UnknownServer {
        new Link.Connector(address, new Trust(ca, named, known()), null, List.of(new Chat1()))
                .connect()
                .close();
    }

    private void connect(Address address, @Nullable Path ca) throws UnknownServer {
        connect(address, ca, Optional.empty());
    }

    @ParameterizedTest
    @EnumSource(Authority.KeyKind.class)
    void aServerThatAnAuthorityVouchesForIsTrusted(Authority.KeyKind kind) throws Exception {
        try (Server server = server(kind)) {
            connect(server.address("localhost"), ca(authority));
        }
    }

    @Test
    void anUnknownServerIsLeftToTheUserAndThenRemembered() throws Exception {
        Path other = ca(Authority.create("another", RANDOM, now));
        try (Server server = server(Authority.KeyKind.EC)) {
            Address address = server.address("localhost");
            UnknownServer unknown = catchThrowableOfType(UnknownServer.class, () -> connect(address, other));
            assertThat(unknown.fingerprint()).isEqualTo(server.fingerprint());
            known().remember(address, unknown.fingerprint());
            connect(address, other);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(known().file())))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aKeyOtherThanTheRememberedOneIsRefused() throws Exception {
        Path other = ca(Authority.create("another", RANDOM, now));
        try (Server server = server(Authority.KeyKind.EC)) {
            Address address = server.address("localhost");
            known().remember(address, new Fingerprint("ab".repeat(32)));
            assertThatThrownBy(() -> connect(address, other))
                    .isInstanceOf(ClientFailure.class)
                    .hasMessageContaining("differs from the one you accepted")
                    .hasMessageContaining(server.fingerprint().toString());
        }
    }

    @Test
    void aServerOnceVouchedForIsNeverOfferedForRemembering() throws Exception {
        try (Server server = server(Authority.KeyKind.EC)) {
            Address address = server.address("localhost");
            connect(address, ca(authority));
            Path other = ca(Authority.create("another", RANDOM, now));
            assertThatThrownBy(() -> connect(address, other))
                    .isInstanceOf(ClientFailure.class)
                    .hasMessageContaining("one once did");
        }
    }

    @Test
    void onlyTheNamedKeyIsTrusted() throws Exception {
        try (Server server = server(Authority.KeyKind.EC)) {
            Address address = server.address("localhost");
            Path nobody = ca(Authority.create("another", RANDOM, now));
            connect(address, nobody, Fingerprint.parse("SHA256: " + server.fingerprint()));
            assertThatThrownBy(() -> connect(address, ca(authority), Optional.of(new Fingerprint("00".repeat(32)))))
                    .isInstanceOf(ClientFailure.class)
                    .hasMessageContaining("not the one named");
        }
    }

    @Test
    void anExpiredCertificateIsRefusedEvenIfTheKeyIsTrusted() throws Exception {
        Authority old = Authority.create("old", RANDOM, now.minus(Duration.ofDays(4_000)));
        try (Server server = new Server(old.server(List.of("localhost"), Authority.KeyKind.EC), old)) {
            Address address = server.address("localhost");
            known().remember(address, server.fingerprint());
            for (Path ca : List.of(ca(old), ca(authority))) {
                assertThatThrownBy(() -> connect(address, ca))
                        .isInstanceOf(ClientFailure.class)
                        .hasMessageContaining("expired");
            }
            assertThatThrownBy(() -> connect(address, ca(old), Optional.of(server.fingerprint())))
                    .isInstanceOf(ClientFailure.class)
                    .hasMessageContaining("expired");
        }
    }

    @Test
    void aCertificateThatIsNotValidYetIsRefused() throws Exception {
        Authority future = Authority.create("future", RANDOM, now.plus(Duration.ofDays(30)));
        try (Server server = new Server(future.server(List.of("localhost"), Authority.KeyKind.EC), future)) {
            assertThatThrownBy(() -> connect(server.address("localhost"), ca(future)))
                    .isInstanceOf(ClientFailure.class)
                    .hasMessageContaining("clock");
        }
    }

    @Test
    void aCertificateForAnotherNameIsRefusedWithoutAsking() throws Exception {
        Authority nobody = Authority.create("another", RANDOM, now);
        try (Server server =
                new Server(authority.server(List.of("chat.example.org", "::1"), Authority.KeyKind.EC), authority)) {
            for (Path ca : List.of(ca(authority), ca(nobody))) {
                assertThatThrownBy(() -> connect(server.address("localhost"), ca))
                        .isInstanceOf(ClientFailure.class)
                        .hasMessageContaining("not for localhost, but for chat.example.org, ::1");
            }
        }
    }

    @Test
    void aClientCertificateIsRefused() throws Exception {
        try (Server server = new Server(authority.client("localhost", Authority.KeyKind.EC), authority)) {
            assertThatThrownBy(() -> connect(server.address("localhost"), ca(authority)))
                    .isInstanceOf(ClientFailure.class)
                    .hasMessageContaining("not a server certificate");
        }
    }

    @Test
    void anUnreachableServerIsReported() {
        assertThatThrownBy(() -> connect(new Address(Optional.empty(), "localhost", 1), null))
                .isInstanceOf(ClientFailure.class)
                .hasMessageContaining("Nobody answers at localhost port 1");
        assertThatThrownBy(() -> connect(new Address(Optional.empty(), "no-such-host.invalid", 1), null))
                .isInstanceOf(ClientFailure.class)
                .hasMessageContaining("no host called no-such-host.invalid");
    }

    @Test
    void aServerThatHangsUpOrSpeaksNoTlsIsReported() throws Exception {
        byte[] nothing = {};
        assertThat(messageAbout(nothing, false)).endsWith(" broke off.");
        assertThat(messageAbout(nothing, true)).endsWith(" broke off.");
        assertThat(messageAbout("SSH-2.0-OpenSSH_10.0\r\n".getBytes(StandardCharsets.US_ASCII), false))
                .startsWith("No TLS connection to localhost:");
    }

    /** Returns the message about a server that sends this answer and hangs up. */
    private String messageAbout(byte[] answer, boolean reset) throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            Thread.startVirtualThread(() -> {
                try (Socket socket = server.accept()) {
                    socket.getInputStream().read();
                    socket.getOutputStream().write(answer);
                    socket.setSoLinger(reset, 0);
                    if (!reset) {
                        socket.getInputStream()
                                .skipNBytes(socket.getInputStream().available());
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            return catchThrowableOfType(
                            ClientFailure.class,
                            () -> connect(new Address(Optional.empty(), "localhost", server.getLocalPort()), null))
                    .text();
        }
    }

    @Test
    void aFingerprintIsReadAsPeopleWriteIt() {
        Fingerprint one = new Fingerprint("0123456789abcdef".repeat(4));
        assertThat(one.toString()).hasLineCount(2).startsWith("0123 4567 89ab cdef 0123");
        for (String form : List.of(
                one.hex(),
                one.toString(),
                "SHA256:" + one.hex().toUpperCase(java.util.Locale.ROOT),
                one.toString().replace(' ', ':'))) {
            assertThat(Fingerprint.parse(form)).contains(one);
        }
        assertThat(Fingerprint.parse(one.hex().substring(1))).isEmpty();
        assertThat(Fingerprint.parse("")).isEmpty();
    }
}
