package chatd.daemon.admin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A Unix socket for those of one role: one JSON object a line in each direction, one command a connection. Who may
 * connect is the socket's group, as the kernel enforces it; who did is what the kernel says.
 */
final class AdminSocket implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(AdminSocket.class);
    private static final int AT_ONCE = 32;

    /** A list of accounts to import may be long, and administrators alone import. */
    private static final int LONGEST_OF_ADMINISTRATORS = 16 << 20;

    private static final int LONGEST = 64 << 10;
    private static final int REQUEST_SECONDS = 10;

    private final Role role;
    private final AdminDispatcher dispatcher;
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final Path path;
    private final ServerSocketChannel server;

    /** @throws IOException where the socket can't be made; the message says which */
    AdminSocket(Path directory, Role role, AdminDispatcher dispatcher) throws IOException {
        this.role = role;
        this.dispatcher = dispatcher;
        this.path = directory.resolve(role.socket());
        this.server = bind(directory, path, dispatcher.group(role));
        Thread.ofPlatform().name(role.socket()).daemon().start(this::accept);
    }

    /** Made where nobody else can connect, and moved to its place once its group and mode are right. */
    private static ServerSocketChannel bind(Path directory, Path path, String group) throws IOException {
        try {
            Path apart = Files.createTempDirectory(
                    directory,
                    ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try {
                Path fresh = apart.resolve("s");
                ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                server.bind(UnixDomainSocketAddress.of(fresh));
                boolean shared = !group.isEmpty() && give(fresh, group, path);
                Files.setPosixFilePermissions(
                        fresh, PosixFilePermissions.fromString(shared ? "rw-rw----" : "rw-------"));
                // Over what an earlier process left behind: that none listens there, the daemon's lock has made sure.
                Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
                return server;
            } finally {
                Files.deleteIfExists(apart.resolve("s"));
                Files.delete(apart);
            }
        } catch (IOException e) {
            throw new IOException("can't make the admin socket " + path + ": " + e.getMessage(), e);
        }
    }

    private static boolean give(Path fresh, String group, Path path) {
        try {
            PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
            view.setGroup(fresh.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group));
            return true;
        } catch (IOException e) {
            LOG.warn(
                    "{} is for root and the daemon's user alone: it can't be given to the group {} ({}). Make the group"
                            + " (groupadd --system {}) and the daemon's user a member of it, or name another in [admin]",
                    path,
                    group,
                    e.getClass().getSimpleName(),
                    group);
            return false;
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
        String user =
                channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        Thread deadline = Thread.startVirtualThread(() -> closeLate(channel));
        String line = line(channel);
        deadline.interrupt();
        dispatcher.serve(new Caller(user, null, role), line, answer -> write(channel, answer));
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

    private @Nullable String line(SocketChannel channel) throws IOException {
        int longest = role == Role.ADMINISTRATOR ? LONGEST_OF_ADMINISTRATORS : LONGEST;
        BufferedReader in =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                return line.toString();
            }
            if (line.length() >= longest) {
                return null;
            }
            line.append((char) c);
        }
        return null;
    }

    private static void write(SocketChannel channel, String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
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
