package chatd.daemon.admin;

import chatd.audit.AuditEvent;
import chatd.audit.AuditLog;
import chatd.audit.Outcome;
import chatd.daemon.service.AuditTrail;
import chatd.daemon.service.Code;
import chatd.daemon.service.Journal;
import chatd.daemon.service.Refusal;
import chatd.daemon.service.Services;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.DatabaseAway;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The administrators' Unix socket: one JSON object a line in each direction, one command a connection. Who may connect
 * is the socket's file mode, as the kernel enforces it; who did is what the kernel says. Every command is logged, the
 * refused ones too.
 */
public final class AdminSocket implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(AdminSocket.class);
    private static final int AT_ONCE = 32;
    private static final int LONGEST_REQUEST = 1 << 20;
    private static final int REQUEST_SECONDS = 10;

    private final Map<String, AdminCommand> commands = new TreeMap<>();
    private final JsonMapper json = new JsonMapper();
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final AuditTrail audit;
    private final Path path;
    private final ServerSocketChannel server;

    /** @throws IOException where the socket can't be made; the message says which */
    public AdminSocket(
            Path path,
            String version,
            List<InetSocketAddress> listening,
            X509Certificate certificate,
            Services services,
            Sessions sessions,
            Journal journal,
            AuditLog log,
            AuditTrail audit,
            SecureRandom random)
            throws IOException {
        this.path = path;
        this.audit = audit;
        for (AdminCommand command : List.of(
                new UserCommands.WithPassword("user add", random, services.accounts()::add),
                new UserCommands.WithPassword("user reset", random, services.accounts()::reset),
                new UserCommands.All(services.directory(), sessions),
                new LogCommands.Tail(log),
                new LogCommands.Publish(log),
                new LogCommands.Rotate(log),
                new LogCommands.Key(log),
                new LogCommands.Anchor(log),
                new LogCommands.Messages(log, services),
                new CertShow(certificate),
                new Status(version, listening, sessions, journal, log))) {
            commands.put(command.name(), command);
        }
        this.server = bind(path);
        Thread.ofPlatform().name("admin-socket").daemon().start(this::accept);
    }

    private static ServerSocketChannel bind(Path path) throws IOException {
        try {
            // What an earlier process left behind: that none listens there, the daemon's lock has made sure.
            Files.deleteIfExists(path);
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
            return server;
        } catch (IOException e) {
            throw new IOException("can't make the admin socket " + path + ": " + e.getMessage(), e);
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                room.acquireUninterruptibly();
                Thread.startVirtualThread(() -> {
                    try (channel) {
                        open.add(channel);
                        serve(channel);
                    } catch (IOException e) {
                        LOG.debug("an administrator went away", e);
                    } finally {
                        open.remove(channel);
                        room.release();
                    }
                });
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.error("the admin socket failed: {}", e.getMessage());
            }
        }
    }

    private void serve(SocketChannel channel) throws IOException {
        String by = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        Thread deadline = Thread.startVirtualThread(() -> closeLate(channel));
        String line = request(channel);
        deadline.interrupt();
        if (line == null) {
            refuse(channel, by, "unknown", List.of(), new Refusal(Code.TOO_LARGE, "That is no command."));
            return;
        }
        JsonNode request;
        AdminCommand command;
        try {
            request = json.readTree(line);
            command = commands.get(request.path("command").asString(""));
        } catch (JacksonException e) {
            request = json.createObjectNode();
            command = null;
        }
        if (command == null) {
            refuse(channel, by, "unknown", List.of(), new Refusal(Code.MALFORMED, "The daemon has no such command."));
            return;
        }
        List<Map.Entry<String, String>> arguments = command.arguments(request);
        try {
            if (!command.isServedUnlogged()) {
                audit.admit();
            }
            if (command instanceof LogCommands.Tail) {
                // It may go on for days: logged when it begins.
                audit.note(new AuditEvent.AdminCommand(by, command.name(), arguments, Outcome.OK, null));
            }
            Object result;
            try {
                result = run(command, request, by, channel);
            } catch (IOException e) {
                audit.note(new AuditEvent.AdminCommand(by, command.name(), arguments, Outcome.FAILED, "closed"));
                throw e;
            }
            if (!(command instanceof LogCommands.Tail)) {
                audit.note(new AuditEvent.AdminCommand(by, command.name(), arguments, Outcome.OK, null));
            }
            write(channel, Map.of("ok", true, "result", result));
        } catch (Refusal e) {
            refuse(channel, by, command.name(), arguments, e);
        } catch (DatabaseAway e) {
            refuse(
                    channel,
                    by,
                    command.name(),
                    arguments,
                    new Refusal(Code.BUSY, "The database can't be reached: " + e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("admin command {} failed", command.name(), e);
            audit.note(
                    new AuditEvent.AdminCommand(by, command.name(), arguments, Outcome.FAILED, Code.INTERNAL.word()));
            write(channel, failure(Code.INTERNAL, "The daemon failed; its log says more."));
        }
    }

    /** Who says nothing takes the place of others only for a while. */
    private static void closeLate(SocketChannel channel) {
        try {
            TimeUnit.SECONDS.sleep(REQUEST_SECONDS);
            channel.close();
        } catch (InterruptedException e) {
            // It has come.
        } catch (IOException e) {
            LOG.debug("closing a silent administrator", e);
        }
    }

    private Object run(AdminCommand command, JsonNode request, String by, SocketChannel channel)
            throws InterruptedException, IOException {
        try {
            return command.run(request, by, out -> {
                try {
                    write(channel, out);
                } catch (IOException e) {
                    throw new PeerGone(e);
                }
            });
        } catch (PeerGone e) {
            throw new IOException("the administrator went away", e);
        } catch (IOException e) {
            // Ours, not the connection's.
            throw new IllegalStateException(e);
        }
    }

    private static final class PeerGone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PeerGone(IOException cause) {
            super(cause);
        }
    }

    private @Nullable String request(SocketChannel channel) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                return line.toString();
            }
            if (line.length() >= LONGEST_REQUEST) {
                return null;
            }
            line.append((char) c);
        }
        return null;
    }

    private void refuse(
            SocketChannel channel, String by, String command, List<Map.Entry<String, String>> arguments, Refusal why)
            throws IOException {
        audit.note(new AuditEvent.AdminCommand(
                by, command, arguments, Outcome.REFUSED, why.code().word()));
        write(channel, failure(why.code(), why.text()));
    }

    private static Map<String, Object> failure(Code code, String text) {
        return Map.of("ok", false, "code", code.word(), "text", text);
    }

    private void write(SocketChannel channel, Object line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((json.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(path);
            for (SocketChannel channel : open) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.debug("closing the admin socket", e);
        }
    }
}
