package chatd.admin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The daemon's Unix socket: one command, what it says meanwhile, and its result. */
public final class DaemonLink {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path socket;

    public DaemonLink(Path socket) {
        this.socket = socket;
    }

    /**
     * Sends a command and waits for its result.
     *
     * @param meanwhile takes what comes before the result
     * @throws Failure where the daemon is not there, or refuses
     */
    public JsonNode call(Map<String, Object> request, Consumer<JsonNode> meanwhile) {
        try (SocketChannel channel = connect()) {
            byte[] line = (JSON.writeValueAsString(request) + "\n").getBytes(StandardCharsets.UTF_8);
            ByteBuffer bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            java.util.Arrays.fill(line, (byte) 0);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
            for (String answer = in.readLine(); answer != null; answer = in.readLine()) {
                JsonNode node = JSON.readTree(answer);
                if (!node.has("ok")) {
                    meanwhile.accept(node);
                } else if (node.path("ok").asBoolean()) {
                    return node.path("result");
                } else {
                    throw new Failure(
                            Exit.of(node.path("code").asString()),
                            node.path("text").asString());
                }
            }
            throw new Failure(Exit.NO_DAEMON, "The daemon ended before it answered.");
        } catch (IOException e) {
            throw new Failure(Exit.NO_DAEMON, "The connection to the daemon broke: " + e.getMessage());
        }
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException e) {
            channel.close();
            if (Files.exists(socket) && !Files.isWritable(socket)) {
                throw new Failure(
                        Exit.NOT_ALLOWED,
                        "You may not: " + socket + " is for root and its group. Try sudo, or ask to be added to it.");
            }
            throw new Failure(
                    Exit.NO_DAEMON,
                    "No daemon answers at " + socket
                            + ".\nStart it with `systemctl start chatd`, or from a checkout with"
                            + " `./chat demo`; or name its socket with --socket or CHAT_ADMIN_SOCKET.");
        }
    }
}
