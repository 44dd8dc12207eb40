package chatd.acceptance.kit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Deflater;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** How JSON messages are carried to the daemon and back. */
public enum JsonCarrier {
    LINES("chat-json/1"),
    WEB_SOCKET("chat-json"),
    COMPRESSED_WEB_SOCKET("chat-json");

    /** The name of the dialect in the log. */
    public final String dialect;

    JsonCarrier(String dialect) {
        this.dialect = dialect;
    }

    /** A connection that carries messages. */
    interface Messages {
        /**
         * Sends each line as a message, and the rest after the last line end as the beginning of
         * another.
         */
        void send(String lines) throws IOException;

        /** Returns the next message; null at a clean end. */
        byte @Nullable [] next() throws IOException;
    }

    public JsonSocket connect(Chatd to) {
        SSLSocket socket = to.tls().connect(to.host(), to.port(), this == LINES ? "chat-json/1" : "http/1.1");
        return wrap(socket);
    }

    /** Carries messages on a connection whose TLS handshake is complete. */
    public JsonSocket wrap(SSLSocket socket) {
        try {
            return new JsonSocket(
                    socket,
                    this == LINES
                            ? new Lines(socket)
                            : new Texts(WebSocketClient.open(socket, this == COMPRESSED_WEB_SOCKET)));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private record Lines(SSLSocket socket, InputStream in) implements Messages {
        Lines(SSLSocket socket) throws IOException {
            this(socket, new java.io.BufferedInputStream(socket.getInputStream()));
        }

        @Override
        public void send(String lines) throws IOException {
            socket.getOutputStream().write(Wire.utf8(lines));
            socket.getOutputStream().flush();
        }

        @Override
        public byte @Nullable [] next() throws IOException {
            var line = new ByteArrayOutputStream();
            for (int one = in.read(); one != '\n'; one = in.read()) {
                if (one < 0 && line.size() == 0) {
                    return null;
                }
                if (one < 0) {
                    throw new EOFException("in the middle of a message");
                }
                line.write(one);
            }
            return line.toByteArray();
        }
    }

    /** WebSocket text messages; the beginning of one is sent as a fragment. */
    private static final class Texts implements Messages {
        private final WebSocketClient socket;
        private boolean isMessageOpen;
        private @Nullable Deflater deflater;

        Texts(WebSocketClient socket) {
            this.socket = socket;
        }

        @Override
        public void send(String lines) throws IOException {
            String rest = lines;
            for (int end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
                fragment(Wire.utf8(rest.substring(0, end)), true);
                rest = rest.substring(end + 1);
            }
            if (!rest.isEmpty()) {
                fragment(Wire.utf8(rest), false);
            }
        }

        private void fragment(byte[] text, boolean last) throws IOException {
            int first = isMessageOpen ? WebSocketClient.CONTINUATION : WebSocketClient.TEXT;
            byte[] payload = text;
            if (socket.isCompressed()) {
                if (!isMessageOpen) {
                    deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
                    first |= WebSocketClient.COMPRESSED;
                }
                payload = deflated(text, last);
            }
            socket.send(first | (last ? WebSocketClient.FINAL : 0), payload);
            isMessageOpen = !last;
        }

        private byte[] deflated(byte[] text, boolean last) {
            Deflater current = java.util.Objects.requireNonNull(deflater);
            current.setInput(text);
            byte[] out = new byte[text.length + 1_000];
            int length = current.deflate(out, 0, out.length, last ? Deflater.SYNC_FLUSH : Deflater.NO_FLUSH);
            if (last) {
                current.end();
                // The last four bytes of each compressed message are left out (RFC 7692).
                length -= 4;
            }
            return java.util.Arrays.copyOf(out, length);
        }

        @Override
        public byte @Nullable [] next() throws IOException {
            return socket.nextText();
        }
    }
}
