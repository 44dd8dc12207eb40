package chatd.daemon.net.tls;

import chatd.protocol.Dialect;
import chatd.protocol.chat1.Chat1;
import chatd.protocol.json.Carrier;
import chatd.protocol.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All dialects, by ALPN protocol name. Immutable; any thread. */
public final class Dialects {
    /** The ALPN protocol name of clients that begin with HTTP, and then ask for a WebSocket. */
    public static final String HTTP = "http/1.1";

    /** ALPN protocol names, the preferred one first. */
    public static final List<String> NAMES = List.of(Carrier.LINES.protocol(), Chat1.ALPN, HTTP);

    private final Dialect lines;
    private final Dialect webSocket;
    private final Dialect compressed;
    private final Dialect chat1;
    private final int maxJson;

    /** @param maxJson the maximum size of a JSON message from a client, in bytes */
    public Dialects(int maxJson, Chat1 chat1) {
        lines = new Json(Carrier.LINES, maxJson);
        webSocket = new Json(Carrier.WEB_SOCKET, maxJson);
        compressed = new Json(Carrier.COMPRESSED_WEB_SOCKET, maxJson);
        this.chat1 = chat1;
        this.maxJson = maxJson;
    }

    /** Returns the maximum size of a JSON message from a client, in bytes. */
    public int maxJson() {
        return maxJson;
    }

    /**
     * Returns the dialect that ALPN selected; for {@link #HTTP}, the one that WebSockets carry.
     *
     * @param name the selected protocol name; null or empty if the client offered none, which means {@code chat/1}
     * @throws IllegalArgumentException if there is no such dialect
     */
    public Dialect named(@Nullable String name) {
        if (name == null || name.isEmpty() || name.equals(chat1.name())) {
            return chat1;
        }
        if (name.equals(lines.name())) {
            return lines;
        }
        if (name.equals(HTTP)) {
            return webSocket;
        }
        throw new IllegalArgumentException("no dialect is called " + name);
    }

    /** Returns the dialect that WebSockets carry. */
    public Dialect webSocket(boolean isCompressed) {
        return isCompressed ? compressed : webSocket;
    }
}
