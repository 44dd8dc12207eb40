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
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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
        try (Answer answer = ask(request)) {
            for (JsonNode next = answer.next(); next != null; next = answer.next()) {
                meanwhile.accept(next);
            }
            return answer.result();
        }
    }

    /** Sends a command, whose answer is then read as fast as it is asked for. */
    Answer ask(Map<String, Object> request) {
        try {
            SocketChannel channel = connect();
            byte[] line = (JSON.writeValueAsString(request) + "\n").getBytes(StandardCharsets.UTF_8);
            ByteBuffer bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            java.util.Arrays.fill(line, (byte) 0);
            return new Answer(channel);
        } catch (IOException e) {
            throw broke(e);
        }
    }

    private static Failure broke(IOException why) {
        return new Failure(Exit.NO_DAEMON, "The connection to the daemon broke: " + why.getMessage());
    }

    /** What the daemon answers: lines, then the result. One thread; blocks. */
    static final class Answer implements AutoCloseable {
        private final SocketChannel channel;
        private final BufferedReader in;
        private @Nullable JsonNode result;

        private Answer(SocketChannel channel) {
            this.channel = channel;
            this.in =
                    new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
        }

        /**
         * The next line; null where there is no more but the result.
         *
         * @throws Failure where the daemon refuses, or goes away
         */
        @Nullable
        JsonNode next() {
            try {
                String line = in.readLine();
                if (line == null) {
                    throw new Failure(Exit.NO_DAEMON, "The daemon ended before it answered.");
                }
                JsonNode node = JSON.readTree(line);
                if (!node.has("ok")) {
                    return node;
                }
                if (!node.path("ok").asBoolean()) {
                    throw new Failure(
                            Exit.of(node.path("code").asString()),
                            node.path("text").asString());
                }
                result = node.path("result");
                return null;
            } catch (IOException e) {
                throw broke(e);
            }
        }

        /** The result, once there is no {@link #next}. */
        JsonNode result() {
            return Objects.requireNonNull(result);
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw broke(e);
            }
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
