package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A client of the daemon's admin sockets: sends a command, then reads its parts and its result. The daemon listens on a
 * Unix socket for each group of people; the first that the kernel lets this user connect to is used.
 */
public final class AdminLink {
    private static final JsonMapper JSON = new JsonMapper();
    /** Codes of refusals after which the command may have been executed nonetheless. */
    private static final Set<String> UNDECIDED = Set.of("undecided", "internal");

    private static final String ADMINISTRATORS = "admin.sock";
    private static final String HELPERS = "help.sock";
    private static final String MODERATORS = "moderate.sock";
    private static final String AUDITORS = "audit.sock";

    /** Commands that moderators may run and helpers may not. */
    private static final List<String> MODERATOR_COMMANDS =
            List.of("report ", "message ", "group ", "user mute", "user unmute", "user remove-picture");

    private final Path socketOrDirectory;

    /** @param socketOrDirectory a socket, or the directory of the daemon's sockets */
    public AdminLink(Path socketOrDirectory) {
        this.socketOrDirectory = socketOrDirectory;
    }

    /**
     * Sends a command and waits for its result. Blocks.
     *
     * @param onPart receives the parts as they arrive
     * @throws CallFailure if the daemon is not running, or refuses
     */
    public <Q, P, R> R call(AdminCall<Q, P, R> call, Q request, Consumer<P> onPart) {
        try (Answer<P, R> answer = ask(call, request)) {
            for (P next = answer.next(); next != null; next = answer.next()) {
                onPart.accept(next);
            }
            return answer.result();
        }
    }

    /** As {@link #call(AdminCall, Object, Consumer)}, for a command whose answer has no parts. */
    public <Q, P, R> R call(AdminCall<Q, P, R> call, Q request) {
        return call(call, request, part -> {});
    }

    /** As {@link #call(AdminCall, Object)}, for a command with an empty request. */
    public <P, R> R call(AdminCall<Nothing, P, R> call) {
        return call(call, Nothing.NOTHING);
    }

    /** Sends a command; the caller then reads the answer at its own pace. */
    public <Q, P, R> Answer<P, R> ask(AdminCall<Q, P, R> call, Q request) {
        ObjectNode message = JSON.createObjectNode().put("command", call.name());
        message.setAll(JSON.<ObjectNode>valueToTree(request));
        String sudoUser = System.getenv("SUDO_USER");
        if (sudoUser != null) {
            // The daemon uses it only if the kernel says that this process is root's.
            message.put("claimed", sudoUser);
        }
        byte[] line = (JSON.writeValueAsString(message) + "\n").getBytes(StandardCharsets.UTF_8);
        SocketChannel channel = connect(call.name());
        try {
            ByteBuffer bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            // The daemon may have refused the command before reading all of it: the answer will say.
        } finally {
            Arrays.fill(line, (byte) 0);
        }
        return new Answer<>(channel, call);
    }

    private static CallFailure connectionBroke(IOException why) {
        return new CallFailure(
                CallFailure.NO_DAEMON,
                "The connection to the daemon broke: " + why.getMessage()
                        + ".\nCheck whether the command was carried out.",
                true);
    }

    /** What is read part by part. Used by one thread; blocks. */
    public interface Parts<P> extends AutoCloseable {
        /** Returns the next part; null at the end. */
        @Nullable
        P next();

        @Override
        void close();
    }

    /** The daemon's answer: parts, then the result. Used by one thread; blocks. */
    public static final class Answer<P, R> implements Parts<P> {
        private final SocketChannel channel;
        private final AdminCall<?, P, R> call;
        private final BufferedReader in;
        private @Nullable R result;

        private Answer(SocketChannel channel, AdminCall<?, P, R> call) {
            this.channel = channel;
            this.call = call;
            this.in =
                    new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
        }

        /**
         * Returns the next part; null if only the result is left.
         *
         * @throws CallFailure if the daemon refuses, or goes away
         */
        @Override
        public @Nullable P next() {
            try {
                String line = in.readLine();
                if (line == null) {
                    throw new CallFailure(
                            CallFailure.NO_DAEMON,
                            "The daemon ended before it answered. Its log shows whether the command was carried out.",
                            true);
                }
                JsonNode node = JSON.readTree(line);
                if (!node.has("ok")) {
                    return JSON.treeToValue(node, call.part());
                }
                if (!node.path("ok").asBoolean()) {
                    AdminCall.Refused why = JSON.treeToValue(node, AdminCall.Refused.class);
                    throw new CallFailure(why.code(), why.text(), UNDECIDED.contains(why.code()));
                }
                result = JSON.treeToValue(node.path("result"), call.result());
                return null;
            } catch (JacksonException e) {
                throw new CallFailure(
                        "internal",
                        "The daemon's answer can't be read: is it a different version from this program?",
                        true);
            } catch (IOException e) {
                throw connectionBroke(e);
            }
        }

        /** Returns the result, once {@link #next} has returned null. */
        public R result() {
            return Objects.requireNonNull(result);
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw connectionBroke(e);
            }
        }
    }

    private SocketChannel connect(String command) {
        Path socket = Files.isDirectory(socketOrDirectory) ? choose(command) : socketOrDirectory;
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException | IllegalArgumentException e) {
            if (Files.exists(socket) && !Files.isWritable(socket)) {
                throw notAllowed(List.of(socket));
            }
            throw noDaemon(socket);
        }
    }

    /**
     * Chooses the first usable socket: the administrators', then the auditors' for commands about the log, the
     * moderators' for moderators' commands, or the helpers' for all others, then any other.
     */
    private Path choose(String command) {
        List<String> order = command.startsWith("log ")
                ? List.of(ADMINISTRATORS, AUDITORS, HELPERS, MODERATORS)
                : MODERATOR_COMMANDS.stream().anyMatch(command::startsWith)
                        ? List.of(ADMINISTRATORS, MODERATORS, AUDITORS, HELPERS)
                        : List.of(ADMINISTRATORS, HELPERS, MODERATORS, AUDITORS);
        List<Path> there = order.stream()
                .map(socketOrDirectory::resolve)
                .filter(Files::exists)
                .toList();
        if (there.isEmpty()) {
            throw noDaemon(socketOrDirectory);
        }
        return there.stream().filter(Files::isWritable).findFirst().orElseThrow(() -> notAllowed(there));
    }

    private static CallFailure notAllowed(List<Path> sockets) {
        List<String> groups = sockets.stream().map(AdminLink::group).distinct().toList();
        String who = groups.contains("") ? "root" : "root and the group " + String.join(", or ", groups);
        return new CallFailure(
                "not-allowed",
                "Permission denied: "
                        + sockets.stream().map(Path::toString).collect(Collectors.joining(", "))
                        + (sockets.size() == 1 ? " is for " : " are for ") + who
                        + ".\nTry sudo"
                        + (groups.contains("")
                                ? ""
                                : ", or ask to be added to the group; that takes effect at your next login")
                        + ".",
                false);
    }

    /** Returns the group that a socket is for; empty if none. */
    private static String group(Path socket) {
        try {
            PosixFileAttributes attributes = Files.readAttributes(socket, PosixFileAttributes.class);
            return attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
                    ? attributes.group().getName()
                    : "";
        } catch (IOException e) {
            return "";
        }
    }

    private static CallFailure noDaemon(Path where) {
        return new CallFailure(
                CallFailure.NO_DAEMON,
                "No daemon answers at " + where
                        + ".\nStart it with `systemctl start chatd`, or from a checkout with"
                        + " `./chat demo`; or name its socket with --socket or CHAT_ADMIN_SOCKET.",
                false);
    }
}
