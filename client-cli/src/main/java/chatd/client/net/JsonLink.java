package chatd.client.net;

import chatd.protocol.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A {@code chat-json/1} connection to the daemon: an object a line, both ways. One thread. */
public final class JsonLink implements Closeable {
    /** Of one line: a page of the history, and a million who are online. */
    private static final int LONGEST = 40 << 20;

    private final JsonMapper mapper = JsonMapper.shared();
    private final Secured secured;
    private final InputStream in;

    private JsonLink(Secured secured) throws IOException {
        this.secured = secured;
        this.in = new BufferedInputStream(secured.socket().getInputStream(), 1 << 16);
    }

    /**
     * Connects, and checks who answers.
     *
     * @param own shown where the server asks for one; null for none
     * @throws UnknownServer where a person may decide
     * @throws Failure where nobody answers, the certificate is not to be believed, or it does not speak JSON
     */
    public static JsonLink connect(Address server, Trust trust, @Nullable OwnCertificate own)
            throws UnknownServer, IOException {
        Secured secured = Secured.connect(server, trust, own, Json.ALPN);
        try {
            return new JsonLink(secured);
        } catch (IOException e) {
            secured.abort();
            throw e;
        }
    }

    /** An empty message of a type. */
    public ObjectNode message(int type) {
        return mapper.createObjectNode().put("type", type);
    }

    public void send(ObjectNode message) throws IOException {
        try {
            byte[] bytes = mapper.writeValueAsBytes(message);
            byte[] line = java.util.Arrays.copyOf(bytes, bytes.length + 1);
            line[bytes.length] = '\n';
            secured.socket().getOutputStream().write(line);
        } catch (IOException e) {
            throw secured.lost(e);
        }
    }

    /**
     * The next message.
     *
     * @return null where the server closed in good order, or nothing comes for so long
     * @throws IOException with a sentence, where the connection is lost, or what comes is no JSON
     */
    public @Nullable JsonNode next(Duration patience) throws IOException {
        return secured.patiently(patience, this::read);
    }

    private @Nullable JsonNode read() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            for (int one = octet(); one != '\n'; one = octet()) {
                if (one < 0) {
                    return null;
                }
                if (line.size() >= LONGEST) {
                    throw new IOException("The server sends a line of over " + LONGEST + " bytes.");
                }
                secured.hear();
                line.write(one);
            }
            return mapper.readTree(line.toByteArray());
        } catch (JacksonException e) {
            throw new IOException("The server does not speak " + Json.ALPN + ".", e);
        }
    }

    private int octet() throws IOException {
        try {
            return in.read();
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            throw secured.lost(e);
        }
    }

    @Override
    public void close() {
        secured.close();
    }
}
