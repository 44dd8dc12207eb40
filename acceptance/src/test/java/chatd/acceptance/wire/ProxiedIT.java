package chatd.acceptance.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.TestTimeout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The daemon behind a proxy that passes on the client's address (PROXY protocol). */
class ProxiedIT {
    private static final String PROXY = "127.0.0.2";
    private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");

    private static Chatd chatd;

    @BeforeAll
    static void start() {
        chatd = LocalDaemon.start("CHATD_LISTEN_PROXIES", PROXY + "/32", "CHATD_LIMITS_CONNECTIONS_PER_ADDRESS", "3");
    }

    @AfterAll
    static void stop() {
        chatd.close();
    }

    private static Socket raw(String from) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
        socket.setSoTimeout(TestTimeout.MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), chatd.port()), 10_000);
        return socket;
    }

    private static byte[] header(int command, String client, int port) throws IOException {
        byte[] source = InetAddress.ofLiteral(client).getAddress();
        int family = source.length == 4 ? 0x11 : 0x21;
        int length = 2 * source.length + 4;
        return ByteBuffer.allocate(16 + length)
                .put(SIGNATURE)
                .put((byte) (0x20 | command))
                .put((byte) family)
                .putShort((short) length)
                .put(source)
                .put(source)
                .putShort((short) port)
                .putShort((short) 7443)
                .array();
    }

    private static Chat1Socket secure(Socket raw) throws IOException {
        var socket =
                (SSLSocket) chatd.tls().context().getSocketFactory().createSocket(raw, "localhost", chatd.port(), true);
        SSLParameters parameters = new SSLParameters();
        parameters.setApplicationProtocols(new String[] {"chat/1"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return new Chat1Socket(socket);
    }

    private static Chat1Socket connectBehindProxy(String client, int port) throws IOException {
        Socket raw = raw(PROXY);
        raw.getOutputStream().write(header(1, client, port));
        return secure(raw);
    }

    /** Waits until the daemon, too, has completed the handshake: before that, a connection gives way to a new one. */
    private static Chat1Socket established(Chat1Socket socket) {
        socket.send(Wire.logIn(Chatd.newName(), Chatd.PASSWORD));
        assertThat(socket.next().code()).isEqualTo(Wire.NO_SUCH_USER);
        return socket;
    }

    private static void expectClosed(Socket raw) throws IOException {
        try {
            assertThat(raw.getInputStream().read()).isEqualTo(-1);
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    private static String log() throws IOException {
        chatd.admin("", "log", "publish").exits(0);
        return Files.readString(chatd.auditLog().resolve("audit.xml"));
    }

    @Test
    void theClientHasTheAddressThatTheProxySays() throws IOException {
        try (Chat1Socket six = connectBehindProxy("2001:db8::7", 4242);
                Chat1Socket four = connectBehindProxy("192.0.2.9", 4243)) {
            six.send(Wire.register(Chatd.newName(), Chatd.PASSWORD));
            assertThat(six.next().code()).isEqualTo(Wire.LOGGED_IN);
            four.send(Wire.register(Chatd.newName(), Chatd.PASSWORD));
            assertThat(four.next().code()).isEqualTo(Wire.LOGGED_IN);
            assertThat(log()).contains("address=\"2001:db8::7\" port=\"4242\"", "address=\"192.0.2.9\" port=\"4243\"");
        }
    }

    @Test
    void theHeaderMayArriveByteByByte() throws IOException {
        Socket raw = raw(PROXY);
        raw.setTcpNoDelay(true);
        for (byte b : header(1, "2001:db8::8", 4244)) {
            raw.getOutputStream().write(b);
            raw.getOutputStream().flush();
        }
        try (Chat1Socket socket = secure(raw)) {
            socket.send(Wire.register(Chatd.newName(), Chatd.PASSWORD));
            assertThat(socket.next().code()).isEqualTo(Wire.LOGGED_IN);
        }
    }

    @Test
    void theProxyMayConnectOnItsOwnBehalf() throws IOException {
        Socket raw = raw(PROXY);
        raw.getOutputStream().write(header(0, "2001:db8::9", 1));
        try (Chat1Socket socket = secure(raw)) {
            socket.send(Wire.register(Chatd.newName(), Chatd.PASSWORD));
            assertThat(socket.next().code()).isEqualTo(Wire.LOGGED_IN);
            assertThat(log()).contains("address=\"" + PROXY + "\"").doesNotContain("2001:db8::9");
        }
    }

    /** As nginx and many load balancers send it. */
    @ParameterizedTest
    @CsvSource({
        "TCP4 192.0.2.44 192.0.2.2 5555, 192.0.2.44",
        "TCP6 2001:db8::44 ::1 5555, 2001:db8::44",
        "UNKNOWN, 127.0.0.2"
    })
    void version1OfTheHeaderIsAcceptedToo(String header, String client) throws IOException {
        Socket raw = raw(PROXY);
        raw.getOutputStream()
                .write(("PROXY " + header + (header.contains(" ") ? " 7443" : "") + "\r\n").getBytes(US_ASCII));
        try (Chat1Socket socket = secure(raw)) {
            String name = Chatd.newName();
            socket.send(Wire.register(name, Chatd.PASSWORD));
            assertThat(socket.next().code()).isEqualTo(Wire.LOGGED_IN);
            assertThat(log().lines().filter(line -> line.contains("name=\"" + name + "\"")))
                    .anyMatch(
                            line -> line.contains("type=\"register\"") && line.contains("address=\"" + client + "\""));
        }
    }

    /** A proxy that begins a TLS connection of its own may not know ALPN. */
    @Test
    void withoutAlpnAProxySpeaksHttpOrChat1AsItsFirstBytesSay() throws IOException {
        for (String begin : List.of("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "")) {
            Socket raw = raw(PROXY);
            raw.getOutputStream().write(header(1, "192.0.2.47", 4245));
            var socket = (SSLSocket)
                    chatd.tls().context().getSocketFactory().createSocket(raw, "localhost", chatd.port(), true);
            socket.startHandshake();
            if (begin.isEmpty()) {
                try (Chat1Socket chat = new Chat1Socket(socket)) {
                    chat.send(Wire.register(Chatd.newName(), Chatd.PASSWORD));
                    assertThat(chat.next().code()).isEqualTo(Wire.LOGGED_IN);
                }
            } else {
                socket.getOutputStream().write(begin.getBytes(US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
                        .startsWith("HTTP/1.1 200 ")
                        .contains("<title>");
                socket.close();
            }
        }
        // Others are told what they have to do.
        try (Socket raw = raw("127.0.0.3");
                var socket = (SSLSocket)
                        chatd.tls().context().getSocketFactory().createSocket(raw, "localhost", chatd.port(), true)) {
            socket.startHandshake();
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("has to offer http/1.1 by ALPN");
        }
    }

    @Test
    void connectionsOfTheProxyWithoutAHeaderAreRefused() throws IOException {
        try (Socket none = raw(PROXY);
                Socket tooLong = raw(PROXY);
                Socket broken = raw(PROXY)) {
            none.getOutputStream().write(HexFormat.of().parseHex("16030100fa010000f60303" + "00".repeat(244)));
            expectClosed(none);
            tooLong.getOutputStream()
                    .write(("PROXY TCP4 192.0.2.48 192.0.2.2 5555 7443" + " ".repeat(200) + "\r\n").getBytes(US_ASCII));
            expectClosed(tooLong);
            byte[] cut = header(1, "192.0.2.45", 1);
            cut[15] = 3;
            broken.getOutputStream().write(cut);
            expectClosed(broken);
        }
        chatd.admin("", "log", "rotate").exits(0);
        assertThat(log()).doesNotContain("192.0.2.48", "192.0.2.45");
        assertThat(chatd.read("chatd.log")).contains("a proxy by listen.proxies, was refused");
    }

    /** Otherwise anyone could claim another's address. */
    @Test
    void headersFromOtherAddressesAreRefused() throws IOException {
        try (Socket stranger = raw("127.0.0.3")) {
            stranger.getOutputStream().write(header(1, "192.0.2.46", 1));
            expectClosed(stranger);
        }
        assertThat(log()).doesNotContain("192.0.2.46");
        try (Chat1Socket direct = chatd.connectFrom("127.0.0.3")) {
            direct.send(Wire.register(Chatd.newName(), Chatd.PASSWORD));
            assertThat(direct.next().code()).isEqualTo(Wire.LOGGED_IN);
        }
    }

    @Test
    void limitsApplyToTheClientAndLoopbackIsNotExempt() throws IOException {
        List<Chat1Socket> open = new ArrayList<>();
        try {
            for (String client : List.of("2001:db8:1::1", "2001:db8:2::1")) {
                for (int i = 0; i < 3; i++) {
                    open.add(established(connectBehindProxy(client, 5000 + i)));
                }
                assertThatThrownBy(() -> connectBehindProxy(client, 6000)).isInstanceOf(IOException.class);
            }
            for (int i = 0; i < 3; i++) {
                open.add(established(chatd.connectFrom("127.0.0.9")));
            }
            assertThatThrownBy(() -> chatd.connectFrom("127.0.0.9")).isInstanceOf(UncheckedIOException.class);
        } finally {
            open.forEach(Chat1Socket::close);
        }
    }
}
