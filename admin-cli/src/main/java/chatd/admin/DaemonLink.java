package chatd.admin;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The way to the daemon: one command, what it says meanwhile, and its result. It listens on a Unix socket for each group
 * of people; the first that the kernel lets this user connect to is taken.
 */
public final class DaemonLink {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String ADMINISTRATORS = "admin.sock";
    private static final String HELPERS = "help.sock";
    private static final String AUDITORS = "audit.sock";

    private final Path place;

    /** @param place a socket, or the directory of the daemon's sockets */
    public DaemonLink(Path place) {
        this.place = place;
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

    /** As {@link #call}, of a command that says a list, a part a line. */
    public List<JsonNode> list(Map<String, Object> request, String key) {
        List<JsonNode> all = new ArrayList<>();
        call(request, part -> part.path(key).forEach(all::add));
        return all;
    }

    /** As {@link #call}, of a command that says nothing meanwhile. */
    public JsonNode call(Map<String, Object> request) {
        return call(request, line -> {});
    }

    /** Sends a command, whose answer is then read as fast as it is asked for. */
    Answer ask(Map<String, Object> request) {
        Map<String, Object> signed = new LinkedHashMap<>(request);
        String behind = System.getenv("SUDO_USER");
        if (behind != null) {
            // Counts where the kernel says that this is root.
            signed.put("claimed", behind);
        }
        byte[] line = (JSON.writeValueAsString(signed) + "\n").getBytes(StandardCharsets.UTF_8);
        SocketChannel channel = connect(String.valueOf(request.get("command")));
        try {
            ByteBuffer bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            // It may have been refused before all of it was read: the answer will say.
        } finally {
            Arrays.fill(line, (byte) 0);
        }
        return new Answer(channel);
    }

    private static Failure broke(IOException why) {
        return Failure.undecided(
                Exit.NO_DAEMON,
                "The connection to the daemon broke: " + why.getMessage()
                        + ".\nWhether it was done, look for yourself.");
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
                    throw Failure.undecided(
                            Exit.NO_DAEMON,
                            "The daemon ended before it answered. Whether it was done, its log will show.");
                }
                JsonNode node = JSON.readTree(line);
                if (!node.has("ok")) {
                    return node;
                }
                if (!node.path("ok").asBoolean()) {
                    throw refused(
                            node.path("code").asString(), node.path("text").asString());
                }
                result = node.path("result");
                return null;
            } catch (IOException e) {
                throw broke(e);
            }
        }

        private static Failure refused(String code, String text) {
            boolean decided = !code.equals("undecided") && !code.equals("internal");
            return decided ? new Failure(Exit.of(code), text) : Failure.undecided(Exit.of(code), text);
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

    private SocketChannel connect(String command) {
        Path socket = Files.isDirectory(place) ? choose(command) : place;
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException | IllegalArgumentException e) {
            if (Files.exists(socket) && !Files.isWritable(socket)) {
                throw notAllowed(List.of(socket));
            }
            throw noDaemon(socket);
        }
    }

    /** An auditor's socket first for what is of the log, a helper's for all else; an administrator's before either. */
    private Path choose(String command) {
        List<String> order = command.startsWith("log ")
                ? List.of(ADMINISTRATORS, AUDITORS, HELPERS)
                : List.of(ADMINISTRATORS, HELPERS, AUDITORS);
        List<Path> there =
                order.stream().map(place::resolve).filter(Files::exists).toList();
        if (there.isEmpty()) {
            throw noDaemon(place);
        }
        return there.stream().filter(Files::isWritable).findFirst().orElseThrow(() -> notAllowed(there));
    }

    private static Failure notAllowed(List<Path> sockets) {
        List<String> groups = sockets.stream().map(DaemonLink::group).distinct().toList();
        String who = groups.contains("") ? "root" : "root and the group " + String.join(", or ", groups);
        return new Failure(
                Exit.NOT_ALLOWED,
                "You may not: "
                        + sockets.stream().map(Path::toString).collect(Collectors.joining(", "))
                        + (sockets.size() == 1 ? " is for " : " are for ") + who
                        + ".\nTry sudo"
                        + (groups.contains("")
                                ? ""
                                : ", or ask to be added to the group; that counts from your next log in on")
                        + ".");
    }

    /** The group that a socket is for; empty for none. */
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

    private static Failure noDaemon(Path where) {
        return new Failure(
                Exit.NO_DAEMON,
                "No daemon answers at " + where
                        + ".\nStart it with `systemctl start chatd`, or from a checkout with"
                        + " `./chat demo`; or name its socket with --socket or CHAT_ADMIN_SOCKET.");
    }
}
