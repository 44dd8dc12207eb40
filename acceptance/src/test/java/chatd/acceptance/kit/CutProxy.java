package chatd.acceptance.kit;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A proxy between two programs, on a Unix socket or a port of its own, that cuts, slows or garbles their
 * connections. Any thread.
 */
public final class CutProxy implements AutoCloseable {

    private static final SocketAddress NOBODY = UnixDomainSocketAddress.of("/nowhere");

    private final @Nullable Path directory;
    private final ServerSocketChannel server;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger swallowed = new AtomicInteger();
    private volatile SocketAddress target = NOBODY;
    private volatile boolean swallowing;
    private volatile Duration pause = Duration.ZERO;

    /** The channels whose next read is to be forwarded twice. */
    private final Set<SocketChannel> repeating = ConcurrentHashMap.newKeySet();

    private volatile @Nullable Random delays;

    private CutProxy(@Nullable Path directory, ServerSocketChannel server) {
        this.directory = directory;
        this.server = server;
        Thread.ofPlatform().daemon().start(this::accept);
    }

    /** Starts a proxy on a Unix socket, at {@link #path}. */
    public static CutProxy onSocket() {
        try {
            Path directory = Files.createTempDirectory("cut");
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(socket(directory)));
            return new CutProxy(directory, server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a proxy on a port of the loopback address, {@link #port}, that forwards to the port {@code target}. */
    public static CutProxy onPort(int target) {
        try {
            ServerSocketChannel server = ServerSocketChannel.open();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            CutProxy proxy = new CutProxy(null, server);
            proxy.forwardToPort(target);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path socket(Path directory) {
        return directory.resolve("db.sock");
    }

    public Path path() {
        return socket(requireNonNull(directory));
    }

    public int port() {
        try {
            return ((InetSocketAddress) server.getLocalAddress()).getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void forwardTo(SocketAddress there) {
        target = there;
    }

    public void forwardToPort(int port) {
        forwardTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** Cuts every connection; new ones are closed until there is a target again. */
    public void goAway() {
        forwardTo(NOBODY);
        cut();
    }

    /** Closes new connections until there is a target again; open ones continue. */
    public void refuse() {
        forwardTo(NOBODY);
    }

    /** Sets the pause after each read of at most 64 KiB, from now on. */
    public void slow(Duration after) {
        pause = after;
    }

    /** Forwards in pieces of any size, and each piece after a random delay of up to 8 ms, from now on. */
    public void delay(Random random) {
        delays = random;
    }

    /** Stops pausing and delaying. */
    public void stopDelays() {
        delays = null;
        pause = Duration.ZERO;
    }

    /**
     * Forwards what comes next on each connection twice, both ways: with TLS, both sides reject
     * that.
     */
    public void repeat() {
        repeating.addAll(open);
    }

    public int connections() {
        return connections.get();
    }

    /** Returns how many answers of the target were swallowed since the last cut. */
    public int swallowed() {
        return swallowed.get();
    }

    /**
     * Swallows answers until the next cut: requests are executed, but the sender never learns the
     * outcome.
     */
    public void swallowAnswers() {
        swallowing = true;
    }

    /** Cuts every connection; new ones are accepted at once. */
    public void cut() {
        open.forEach(CutProxy::end);
        open.clear();
        repeating.clear();
        swallowing = false;
        swallowed.set(0);
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel incoming = server.accept();
                try {
                    SocketChannel outgoing = SocketChannel.open(target);
                    connections.incrementAndGet();
                    open.add(incoming);
                    open.add(outgoing);
                    Thread.ofPlatform().daemon().start(() -> copy(incoming, outgoing, false));
                    Thread.ofPlatform().daemon().start(() -> copy(outgoing, incoming, true));
                } catch (IOException _) {
                    end(incoming); // nobody there
                }
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void copy(SocketChannel from, SocketChannel to, boolean isFromTarget) {
        var buffer = ByteBuffer.allocate(1 << 16);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                if (isFromTarget && swallowing) {
                    swallowed.incrementAndGet();
                    buffer.position(buffer.limit());
                }
                for (int times = repeating.remove(from) ? 2 : 1; times > 0; times--) {
                    forward(buffer.duplicate(), to);
                }
                buffer.clear();
                Thread.sleep(pause);
            }
        } catch (IOException _) {
            // cut
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        end(from);
        end(to);
    }

    private void forward(ByteBuffer bytes, SocketChannel to) throws IOException, InterruptedException {
        int end = bytes.limit();
        while (bytes.position() < end) {
            Random random = delays;
            if (random != null) {
                Thread.sleep(random.nextInt(8));
                bytes.limit(bytes.position() + 1 + random.nextInt(end - bytes.position()));
            }
            while (bytes.hasRemaining()) {
                to.write(bytes);
            }
            bytes.limit(end);
        }
    }

    private static void end(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            cut();
            if (directory != null) {
                Wire.deleteTree(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
