package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.TestTimeout;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The transport: TLS versions, cipher suites, and what ALPN selects. */
@ParameterizedClass
@ValueSource(strings = {"boringssl", "bouncycastle"})
class TlsIT {

    private static final int ALERT = 21;
    private static final int HANDSHAKE = 22;
    private static final int HANDSHAKE_FAILURE = 40;
    private static final int PROTOCOL_VERSION = 70;

    @SuppressWarnings("NullAway.Init") // start() sets it
    private static Chatd chatd;

    /** The implementation of TLS: the option {@code tls.provider}. */
    @Parameter
    @SuppressWarnings("unused") // in the names of the tests
    private String provider = "";

    @BeforeParameterizedClassInvocation
    static void start(String provider) {
        chatd = LocalDaemon.start("CHATD_TLS_PROVIDER", provider);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        chatd.close();
    }

    private void expectChat1(SSLSocket socket) {
        try (var chat = new Chat1Socket(socket)) {
            chat.logIn(chatd.person());
            chat.fence();
        }
    }

    @Test
    void withoutAlpnItIsChat1() {
        SSLSocket socket = chatd.tls().connect(chatd.host(), chatd.port());
        assertThat(socket.getApplicationProtocol()).isEmpty();
        expectChat1(socket);
    }

    @Test
    void chat1IsSelectedAmongUnknownProtocols() {
        SSLSocket socket = chatd.tls().connect(chatd.host(), chatd.port(), "h2", "chat/1", "chat/99");
        assertThat(socket.getApplicationProtocol()).isEqualTo("chat/1");
        expectChat1(socket);
    }

    @Test
    void unknownAlpnFailsTheHandshake() {
        assertThatThrownBy(() -> chatd.tls().connect(chatd.host(), chatd.port(), "chat/99"))
                .cause()
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("no_application_protocol");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void supports(String version) {
        var parameters = new SSLParameters();
        parameters.setProtocols(new String[] {version});
        SSLSocket socket = chatd.tls().connect(chatd.host(), chatd.port(), parameters, "chat/1");
        assertThat(socket.getSession().getProtocol()).isEqualTo(version);
        expectChat1(socket);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "::1"})
    void certificateIsValidFor(String host) {
        expectChat1(chatd.tls().connect(host, chatd.port(), "chat/1"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "TLS 1.2 with ECDHE and GCM,  0303, C02B, C02F",
        "TLS 1.1 with ECDHE and CBC,  0302, C009, C013",
        "TLS 1.0 with ECDHE and CBC,  0301, C009, C013",
        "TLS 1.2 with CBC and SHA-1,  0303, C009, C013",
        "TLS 1.2 with CBC and SHA-2,  0303, C023, C027",
        "TLS 1.2 without forward secrecy, 0303, 009C, 009D"
    })
    void onlyAeadWithForwardSecrecyFromTls12On(String what, String version, String ecdsa, String rsa)
            throws IOException {
        byte[] answer = answerTo(hello(hex(version), hex(ecdsa), hex(rsa)));
        if (what.contains("GCM")) {
            assertThat(answer[0]).as("a ServerHello").isEqualTo((byte) HANDSHAKE);
        } else {
            assertThat(answer[0]).as("an alert").isEqualTo((byte) ALERT);
            assertThat(answer[5]).as("fatal").isEqualTo((byte) 2);
            assertThat(answer[6]).isIn((byte) HANDSHAKE_FAILURE, (byte) PROTOCOL_VERSION);
        }
    }

    @Test
    void plainTextIsNeverAnswered() throws IOException {
        try (Socket socket = new Socket(chatd.host(), chatd.port())) {
            socket.setSoTimeout(TestTimeout.MILLIS);
            socket.getOutputStream().write(Wire.logIn("alice", "x"));
            byte[] answer = socket.getInputStream().readAllBytes();
            assertThat(answer.length == 0 || answer[0] == ALERT)
                    .as("nothing, or a TLS alert: %s", Arrays.toString(answer))
                    .isTrue();
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    private static short hex(String digits) {
        return (short) Integer.parseInt(digits, 16);
    }

    /** Returns the first record of the daemon's answer, header included. */
    private byte[] answerTo(byte[] hello) throws IOException {
        try (Socket socket = new Socket(chatd.host(), chatd.port())) {
            socket.setSoTimeout(TestTimeout.MILLIS);
            socket.getOutputStream().write(hello);
            var in = new DataInputStream(socket.getInputStream());
            byte[] header = in.readNBytes(5);
            return Wire.join(header, in.readNBytes(ByteBuffer.wrap(header).getShort(3)));
        }
    }

    /** Makes a ClientHello of a version before 1.3, since the JDK would refuse to send some of these. */
    private static byte[] hello(short version, short... suites) {
        var extensions = ByteBuffer.allocate(64)
                .putShort((short) 10) // supported_groups: secp256r1, x25519
                .putShort((short) 6)
                .putShort((short) 4)
                .putShort((short) 23)
                .putShort((short) 29)
                .putShort((short) 11) // ec_point_formats: uncompressed
                .putShort((short) 2)
                .putShort((short) 0x0100)
                .putShort((short) 13) // signature_algorithms: ECDSA, RSA-PSS and RSA with SHA-256, Ed25519
                .putShort((short) 10)
                .putShort((short) 8)
                .putShort((short) 0x0403)
                .putShort((short) 0x0804)
                .putShort((short) 0x0401)
                .putShort((short) 0x0807)
                .flip();
        var body = ByteBuffer.allocate(256)
                .putShort(version)
                .put(new byte[32])
                .put((byte) 0)
                .putShort((short) (2 * suites.length));
        for (short suite : suites) {
            body.putShort(suite);
        }
        body.put((byte) 1)
                .put((byte) 0)
                .putShort((short) extensions.remaining())
                .put(extensions);
        body.flip();
        return ByteBuffer.allocate(9 + body.remaining())
                .put((byte) HANDSHAKE)
                .putShort((short) 0x0301)
                .putShort((short) (4 + body.remaining()))
                .putInt((1 << 24) | body.remaining())
                .put(body)
                .array();
    }
}
