package chatd.daemon.admin;

import chatd.audit.FileFailure;
import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A Unix socket for one role: one JSON object per line in each direction, one command per connection. The kernel
 * restricts access to the socket's group and reports the user who has connected.
 */
final class AdminSocket implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(AdminSocket.class);
    private static final int MAX_COMMANDS = 32;

    /** Maximum request length in bytes for administrators: only they import accounts, and the list may be long. */
    private static final int MAX_ADMINISTRATOR_REQUEST = 16 << 20;

    private static final int MAX_REQUEST = 64 << 10;

    /** Request length in bytes above which only one request is processed at a time. */
    private static final int LARGE = 64 << 10;

    /** Maximum concurrent commands of one user on this socket. */
    private static final int MAX_PER_USER = 16;

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

    /** How long a large request waits for another one to finish. */
    private static final Duration TURN_TIMEOUT = Duration.ofSeconds(5);

    /** Time limit for the client to read one line of an answer. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Role role;
    private final AdminDispatcher dispatcher;
    private final Semaphore permits = new Semaphore(MAX_COMMANDS);
    private final Semaphore large = new Semaphore(1);
    private final Map<String, Integer> perUser = new ConcurrentHashMap<>();
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final Path path;
    private final ServerSocketChannel server;

    /** @throws IOException if the socket can't be created; the message names it */
    AdminSocket(Path directory, Role role, AdminDispatcher dispatcher) throws IOException {
        this.role = role;
        this.dispatcher = dispatcher;
        this.path = directory.resolve(role.socket());
        this.server = bind(directory, path, dispatcher.group(role));
        Thread.ofPlatform().name(role.socket()).daemon().start(this::accept);
    }

    /** Creates the socket in a private directory and moves it into place once its group and mode are set. */
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
                boolean shared = !group.isEmpty() && setGroup(fresh, group, path);
                Files.setPosixFilePermissions(
                        fresh, PosixFilePermissions.fromString(shared ? "rw-rw----" : "rw-------"));
                // Replaces an earlier process's stale socket; the daemon's lock ensures that none is listening on it.
                Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
                return server;
            } finally {
                Files.deleteIfExists(apart.resolve("s"));
                Files.delete(apart);
            }
        } catch (IOException e) {
            throw new IOException("can't create the admin socket " + path + ": " + FileFailure.describe(e), e);
        }
    }

    private static boolean setGroup(Path fresh, String group, Path path) {
        try {
            PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
            view.setGroup(fresh.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group));
            return true;
        } catch (IOException e) {
            LOG.warn(
                    "CHATD-701 {} is accessible only to root and the daemon's user: it can't be given to the group {} ({}). Create the group"
                            + " (groupadd --system {}) and add the daemon's user to it, or name another in [admin]",
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
                Thread.startVirtualThread(() -> {
                    try (Connection connection = new Connection(channel)) {
                        serve(connection);
                    } catch (IOException e) {
                        LOG.debug("an administrator went away", e);
                    }
                });
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException | RuntimeException e) {
                LOG.error("CHATD-702 the admin socket {} failed: {}", path, e.getMessage());
                // A resource may be exhausted: an immediate retry would not help.
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private void serve(Connection connection) throws IOException {
        String user = connection
                .channel
                .getOption(ExtendedSocketOptions.SO_PEERCRED)
                .user()
                .getName();
        Requester caller = new Requester(user, null, role);
        boolean hasPermit = permits.tryAcquire();
        try {
            if (!hasPermit || perUser.merge(user, 1, Integer::sum) > MAX_PER_USER) {
                // Refused without reading the request.
                dispatcher.serve(caller, AdminSocket::busy, connection);
                return;
            }
            dispatcher.serve(caller, connection::request, connection);
        } finally {
            if (connection.isLarge) {
                large.release();
            }
            if (hasPermit) {
                permits.release();
                perUser.computeIfPresent(user, (name, count) -> count == 1 ? null : count - 1);
            }
        }
    }

    private static Request busy() {
        throw new Refusal(Code.BUSY, "Too many commands at once; try again in a moment.");
    }

    /** One connection. If it times out or the client disconnects, it is closed and its permits are released. */
    private final class Connection implements AdminDispatcher.Peer, AutoCloseable {
        private final SocketChannel channel;

        /** Deadline of the current read or write, by {@link System#nanoTime}. */
        private volatile long due = System.nanoTime() + REQUEST_TIMEOUT.toNanos();

        private volatile boolean isAnswering;
        private volatile boolean isRequestRead;
        private volatile boolean hasEnded;

        /** Whether it holds the permit for a large request. */
        private boolean isLarge;

        Connection(SocketChannel channel) {
            this.channel = channel;
            open.add(channel);
            Thread.startVirtualThread(this::watch);
        }

        /**
         * Closes the connection if the client has not sent its request, or read a line of its answer, by the deadline.
         */
        private void watch() {
            try {
                while (channel.isOpen()) {
                    TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
                    if ((!isRequestRead || isAnswering) && System.nanoTime() - due > 0) {
                        channel.close();
                    }
                }
            } catch (InterruptedException | IOException e) {
                LOG.debug("watching an administrator's connection", e);
            }
        }

        Request request() throws IOException {
            Line line = new Line();
            Request request;
            try {
                request = read(line);
            } finally {
                isRequestRead = true;
            }
            Thread.startVirtualThread(this::awaitEnd);
            return request;
        }

        private Request read(Line line) throws IOException {
            Request request;
            try {
                request = Request.read(line);
            } catch (Refusal e) {
                line.skipRest();
                throw line.refusal == null ? e : line.refusal;
            }
            line.skipRest();
            if (line.refusal != null) {
                throw line.refusal;
            }
            if (!line.isWhole) {
                throw new Refusal(Code.MALFORMED, "The command is not terminated by a newline.");
            }
            return request;
        }

        /**
         * Streams the request line; ends before the newline, or where the request is refused because it is too long,
         * or because it is large while another large one is processed, whose rest can be skipped.
         */
        private final class Line extends InputStream {
            private final ByteBuffer piece = ByteBuffer.allocate(8 << 10).limit(0);
            private int consumed;
            private boolean isWhole;
            private @Nullable Refusal refusal;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                if (isWhole || !fill()) {
                    return -1;
                }
                int count = 0;
                while (count < length && piece.hasRemaining() && !isWhole) {
                    byte next = piece.get();
                    isWhole = next == '\n';
                    if (!isWhole) {
                        to[offset + count++] = next;
                    }
                }
                consumed += count;
                return count == 0 ? -1 : count;
            }

            /** Fills the buffer if it is empty; returns false at the end of input and if the request is refused. */
            private boolean fill() throws IOException {
                if (consumed >= (role == Role.ADMINISTRATOR ? MAX_ADMINISTRATOR_REQUEST : MAX_REQUEST)) {
                    refusal = new Refusal(Code.TOO_LARGE, "The command is too long.");
                    return false;
                }
                if (consumed >= LARGE && !isLarge && refusal == null && !awaitTurn()) {
                    refusal = new Refusal(
                            Code.BUSY, "Another large request is being processed. Try again when it is done.");
                    return false;
                }
                if (piece.hasRemaining()) {
                    return true;
                }
                int read = channel.read(piece.clear());
                piece.flip();
                return read > 0;
            }

            /**
             * Drains the rest of the line, unless its length is refused, so that the client gets to read the answer.
             */
            void skipRest() throws IOException {
                byte[] rest = new byte[8 << 10];
                while (read(rest, 0, rest.length) >= 0) {
                    // Discard.
                }
            }
        }

        /**
         * Waits for other large requests to end, among them one of this client that has just been
         * answered.
         */
        private boolean awaitTurn() {
            try {
                isLarge = large.tryAcquire(TURN_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            due = System.nanoTime() + REQUEST_TIMEOUT.toNanos();
            return isLarge;
        }

        /**
         * Waits for the end of input, which some clients send before they read the answer, and closes the channel if
         * data comes instead. {@link #isConnected} returns false afterwards. Blocks.
         */
        private void awaitEnd() {
            try {
                if (channel.read(ByteBuffer.allocate(1)) > 0) {
                    channel.close();
                }
            } catch (IOException e) {
                LOG.debug("an administrator went away", e);
            }
            hasEnded = true;
        }

        @Override
        public void write(String line) throws IOException {
            due = System.nanoTime() + ANSWER_TIMEOUT.toNanos();
            isAnswering = true;
            try {
                ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } finally {
                isAnswering = false;
            }
        }

        @Override
        public boolean isConnected() {
            return channel.isOpen() && !hasEnded;
        }

        @Override
        public void close() throws IOException {
            open.remove(channel);
            channel.close();
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.debug("closing the admin socket", e);
        }
        for (SocketChannel channel : open) {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("closing the connection of an administrator", e);
            }
        }
        // Let running commands finish and be logged while the log is still open.
        for (long end = System.nanoTime() + CLOSE_TIMEOUT.toNanos(); !open.isEmpty() && System.nanoTime() - end < 0; ) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }
}
