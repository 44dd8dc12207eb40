package chatd.acceptance.kit;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import javax.net.ssl.SSLSocket;

/** One HTTP connection, written and read by hand. */
public final class HttpClient implements AutoCloseable {
    private final SSLSocket socket;
    private final DataInputStream in;

    public HttpClient(SSLSocket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    public static HttpClient connect(Chatd to) throws IOException {
        return new HttpClient(to.tls().connect(to.host(), to.port(), "http/1.1"));
    }

    /**
     * A response.
     *
     * @param head its first line and headers, each with its line end
     */
    public record Response(String head, byte[] body) {
        public int status() {
            return Integer.parseInt(head.split(" ", 3)[1]);
        }

        /** Returns the value of a header; empty if there is none. */
        public String header(String name) {
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ':'))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    /** Reads the first line and the headers, without the empty line that ends them. */
    public static String readHead(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("in a head: " + head);
            }
            head.append((char) next);
        }
        return head.substring(0, head.length() - 2);
    }

    public SSLSocket socket() {
        return socket;
    }

    public void send(String text) throws IOException {
        socket.getOutputStream().write(Wire.utf8(text));
    }

    /** Sends a request with further headers, each with its line end, and returns the response. */
    public Response ask(String method, String path, String headers) throws IOException {
        send("%s %s HTTP/1.1\r\nHost: localhost:%d\r\n%s\r\n".formatted(method, path, socket.getPort(), headers));
        return readResponse(method.equals("HEAD"));
    }

    public Response get(String path) throws IOException {
        return ask("GET", path, "");
    }

    /**
     * Reads a response.
     *
     * @param headOnly whether no body follows, whatever {@code Content-Length} says
     */
    public Response readResponse(boolean headOnly) throws IOException {
        var head = new Response(readHead(in), new byte[0]);
        String length = head.header("content-length");
        byte[] body = new byte[headOnly || length.isEmpty() ? 0 : Integer.parseInt(length)];
        in.readFully(body);
        return new Response(head.head(), body);
    }

    /** Returns whether the daemon has closed the connection, with nothing more to read. */
    public boolean isAtEnd() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
