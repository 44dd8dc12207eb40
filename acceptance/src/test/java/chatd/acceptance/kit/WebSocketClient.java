package chatd.acceptance.kit;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.fixtures.TestTimeout;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A WebSocket, written and read by hand from RFC 6455, so that it can break each of its rules. */
public final class WebSocketClient implements AutoCloseable {
    public static final int CONTINUATION = 0;
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;
    public static final int COMPRESSED = 0x40;
    public static final int FINAL = 0x80;

    private static final int MASKED = 0x80;
    /** The example of RFC 6455, section 1.3. */
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    private final SSLSocket socket;
    private final DataInputStream in;
    private final boolean compressed;
    private int closeCode;
    private byte[] mask = {0x12, 0x34, 0x56, (byte) 0x9a};

    private WebSocketClient(SSLSocket socket, DataInputStream in, boolean compressed) {
        this.socket = socket;
        this.in = in;
        this.compressed = compressed;
    }

    public static WebSocketClient open(SSLSocket socket, boolean compressed) throws IOException {
        String request = request(socket) + (compressed ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
        socket.getOutputStream().write(Wire.utf8(request + "\r\n"));
        var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        String response = HttpClient.readHead(in);
        assertThat(response)
                .startsWith("HTTP/1.1 101 ")
                .containsIgnoringCase("sec-websocket-accept: " + ACCEPT)
                .containsIgnoringCase("sec-websocket-protocol: chat-json\r\n");
        assertThat(response.toLowerCase(java.util.Locale.ROOT).contains("permessage-deflate"))
                .isEqualTo(compressed);
        return new WebSocketClient(socket, in, compressed);
    }

    /** Returns a request for a WebSocket, without the empty line at its end. */
    public static String request(SSLSocket socket) {
        return "GET /ws HTTP/1.1\r\nHost: localhost:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        .formatted(socket.getPort())
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY
                + "\r\nSec-WebSocket-Protocol: chat-json\r\n";
    }

    boolean isCompressed() {
        return compressed;
    }

    /** Sends frames with this mask from now on. */
    public void setMask(int with) {
        mask = ByteBuffer.allocate(4).putInt(with).array();
    }

    /** Sends a frame; {@code first} is its first byte. */
    public WebSocketClient send(int first, byte[] payload) throws IOException {
        byte[] frame = frame(first, payload);
        socket.getOutputStream().write(frame);
        return this;
    }

    public WebSocketClient send(int first, String payload) throws IOException {
        return send(first, Wire.utf8(payload));
    }

    /** Sends bytes as they are. */
    public WebSocketClient raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Returns a masked frame. */
    public byte[] frame(int first, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) first);
        if (payload.length < 126) {
            frame.put((byte) (MASKED | payload.length));
        } else if (payload.length <= 0xffff) {
            frame.put((byte) (MASKED | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (MASKED | 127)).putLong(payload.length);
        }
        frame.put(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ mask[i & 3]));
        }
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }

    /** A frame from the daemon. */
    public record Received(int kind, boolean isCompressed, byte[] payload) {}

    /** Returns the next frame; null at the end of the stream. */
    public @Nullable Received next() throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        int second = in.readUnsignedByte();
        assertThat(second & MASKED).as("a daemon's frames are not masked").isZero();
        assertThat(first & FINAL).as("nor in pieces").isNotZero();
        long length = second == 127 ? in.readLong() : second == 126 ? in.readUnsignedShort() : second;
        byte[] payload = new byte[(int) length];
        in.readFully(payload);
        return new Received(first & 0xf, (first & COMPRESSED) != 0, payload);
    }

    /**
     * Returns the next text message, answering pings; null if a Close frame and the end come first. Fails if only pings come
     * for longer than anything takes: each of them begins the timeout of the socket anew.
     */
    public byte @Nullable [] nextText() throws IOException {
        long begin = System.nanoTime();
        for (Received frame = next(); frame != null; frame = next()) {
            if (frame.kind() == PING && System.nanoTime() - begin > TestTimeout.LONG.toNanos()) {
                throw new SocketTimeoutException("nothing but pings for " + TestTimeout.LONG);
            }
            switch (frame.kind()) {
                case TEXT -> {
                    return frame.isCompressed() ? inflated(frame.payload()) : frame.payload();
                }
                case PING -> send(FINAL | PONG, frame.payload());
                case CLOSE -> closeCode = ByteBuffer.wrap(frame.payload()).getShort();
                default -> throw new AssertionError("a frame of the kind " + frame.kind());
            }
        }
        if (closeCode == 0) {
            throw new EOFException("no Close frame");
        }
        return null;
    }

    /** Reads to the end, and returns the code of the Close frame. */
    public int closeCode() throws IOException {
        while (nextText() != null) {
            // An earlier message.
        }
        return closeCode;
    }

    private static byte[] inflated(byte[] payload) {
        var inflater = new Inflater(true);
        try {
            var out = new ByteArrayOutputStream();
            byte[] some = new byte[1 << 16];
            for (byte[] part : new byte[][] {payload, {0, 0, -1, -1}}) {
                inflater.setInput(part);
                for (int count = inflater.inflate(some); count > 0; count = inflater.inflate(some)) {
                    out.write(some, 0, count);
                }
            }
            assertThat(out.size()).isGreaterThanOrEqualTo(1 << 10);
            return out.toByteArray();
        } catch (DataFormatException e) {
            throw new AssertionError(new String(payload, StandardCharsets.ISO_8859_1), e);
        } finally {
            inflater.end();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
