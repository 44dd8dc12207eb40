package chatd.client.net;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the daemon that carries one HTTP request about a file (page {@code chat-json-1.md}, "Files over
 * HTTP"): TLS with the same checks as every other connection. Used by one thread; {@link #abort} by any. Blocks.
 */
public final class FileLink implements Closeable {
    private static final String HTTP = "http/1.1";
    private static final int MAX_HEAD_BYTES = 16 << 10;

    /** Maximum size of an answer that is not a file. */
    private static final int MAX_TEXT_BYTES = 64 << 10;

    private final Address server;
    private final TlsConnection connection;
    private final InputStream in;
    private final OutputStream out;

    private FileLink(Address server, TlsConnection connection) throws IOException {
        this.server = server;
        this.connection = connection;
        this.in = connection.socket().getInputStream();
        this.out = connection.socket().getOutputStream();
    }

    static FileLink connect(Address server, Trust trust, @Nullable OwnCertificate own) throws UnknownServer {
        TlsConnection connection = TlsConnection.connect(server, trust, own, List.of(HTTP));
        try {
            return new FileLink(server, connection);
        } catch (IOException e) {
            connection.abort();
            throw new ClientFailure(ClientFailure.NO_SERVER, "The connection to " + server.server() + " broke off.");
        }
    }

    /**
     * An answer.
     *
     * @param headers by their names in lower case
     */
    public record Answer(int status, Map<String, String> headers) {
        /** Returns the length of the body in bytes. */
        public long length() {
            return Long.parseLong(headers.getOrDefault("content-length", "0"));
        }
    }

    /** Writes the body of a request. */
    public interface Body {
        void write(OutputStream out) throws IOException;
    }

    /** Sends a request without a body; the body of the answer, if there is one, is then {@linkplain #readBody read}. */
    public Answer ask(String method, String target, Map<String, String> headers) throws IOException {
        try {
            writeHead(method, target, headers);
            out.flush();
            return readAnswer();
        } catch (IOException e) {
            throw connection.lossException(e);
        }
    }

    /** Sends a request with a body, once the server has agreed to receive it. */
    public Answer post(String target, Map<String, String> headers, long length, Body body) throws IOException {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Content-Length", Long.toString(length));
        all.put("Expect", "100-continue");
        try {
            writeHead("POST", target, all);
            out.flush();
            Answer first = readAnswer();
            if (first.status() != 100) {
                return first;
            }
            body.write(out);
            out.flush();
            return readAnswer();
        } catch (IOException e) {
            throw connection.lossException(e);
        }
    }

    private void writeHead(String method, String target, Map<String, String> headers) throws IOException {
        StringBuilder head = new StringBuilder(method)
                .append(' ')
                .append(target)
                .append(" HTTP/1.1\r\nHost: ")
                .append(server.server())
                .append("\r\nConnection: close\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private Answer readAnswer() throws IOException {
        String[] lines = readHead().split("\r\n", -1);
        String[] status = lines[0].split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.") || !status[1].matches("[0-9]{3}")) {
            throw new IOException("not an HTTP response");
        }
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                headers.put(
                        lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                        lines[i].substring(colon + 1).strip());
            }
        }
        connection.recordHeard();
        return new Answer(Integer.parseInt(status[1]), headers);
    }

    private String readHead() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < 4) {
            int one = in.read();
            if (one < 0 || head.size() > MAX_HEAD_BYTES) {
                throw new EOFException("the answer ends in its head");
            }
            head.write(one);
            matched = one == (matched % 2 == 0 ? '\r' : '\n') ? matched + 1 : one == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    /** Receives a body, piece by piece. */
    public interface Receiver {
        void take(byte[] bytes, int count) throws IOException;
    }

    /**
     * Reads a body whose length was not known before ({@code Transfer-Encoding: chunked}, RFC 9112, section 7.1) to its
     * end.
     *
     * @throws IOException if the connection ends before
     */
    public void readChunks(Receiver receiver) throws IOException {
        byte[] piece = new byte[MAX_TEXT_BYTES];
        for (long size = readChunkSize(); size > 0; size = readChunkSize()) {
            for (long left = size; left > 0; ) {
                int count = readBody(piece, left);
                left -= count;
                receiver.take(piece, count);
            }
            readLine();
        }
    }

    private long readChunkSize() throws IOException {
        String size = readLine().replaceFirst("[ \\t;].*", "");
        if (!size.matches("[0-9a-fA-F]{1,15}")) {
            throw new IOException("the answer's body is not in chunks");
        }
        return Long.parseLong(size, 16);
    }

    private String readLine() throws IOException {
        try {
            StringBuilder line = new StringBuilder();
            for (int one = in.read(); one != '\n'; one = in.read()) {
                if (one < 0 || line.length() > MAX_HEAD_BYTES) {
                    throw new EOFException("the answer ends in its body");
                }
                line.append((char) one);
            }
            return line.toString().stripTrailing();
        } catch (IOException e) {
            throw connection.lossException(e);
        }
    }

    /** Reads the next bytes of the answer's body; returns how many. */
    public int readBody(byte[] into, long limit) throws IOException {
        try {
            int count = in.read(into, 0, (int) Math.min(into.length, limit));
            if (count < 0) {
                throw new EOFException("the answer ends in its body");
            }
            return count;
        } catch (IOException e) {
            throw connection.lossException(e);
        }
    }

    /** Reads a whole body as text, truncated at the maximum size. */
    public byte[] readText(Answer answer) throws IOException {
        return in.readNBytes((int) Math.min(MAX_TEXT_BYTES, answer.length()));
    }

    @Override
    public void close() {
        connection.close();
    }

    /** Closes the connection at once. Any thread. */
    public void abort() {
        connection.abort();
    }
}
