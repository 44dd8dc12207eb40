package chatd.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands on a Unix socket between a daemon and its database, and cuts their connections. Any thread. */
final class CutProxy implements AutoCloseable {

    private final Path directory;
    private final ServerSocketChannel server;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger swallowed = new AtomicInteger();
    private volatile Path target = Path.of("/nowhere");
    private volatile boolean swallowing;

    CutProxy() {
        try {
            directory = Files.createTempDirectory(Path.of("/tmp"), "cut");
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(path()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().start(this::accept);
    }

    Path path() {
        return directory.resolve("db.sock");
    }

    void forwardTo(Path database) {
        target = database;
    }

    int connections() {
        return connections.get();
    }

    /** How many answers of the database were swallowed since the last cut. */
    int swallowed() {
        return swallowed.get();
    }

    /** From now until the cut, what the daemon asks is done, but it is not told. */
    void swallowAnswers() {
        swallowing = true;
    }

    /** Cuts every connection; new ones are taken at once. */
    void cut() {
        open.forEach(CutProxy::end);
        open.clear();
        swallowing = false;
        swallowed.set(0);
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel daemon = server.accept();
                try {
                    SocketChannel database = SocketChannel.open(UnixDomainSocketAddress.of(target));
                    connections.incrementAndGet();
                    open.add(daemon);
                    open.add(database);
                    Thread.ofPlatform().daemon().start(() -> copy(daemon, database, false));
                    Thread.ofPlatform().daemon().start(() -> copy(database, daemon, true));
                } catch (IOException _) {
                    end(daemon); // no database there
                }
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void copy(SocketChannel from, SocketChannel to, boolean answers) {
        var buffer = ByteBuffer.allocate(1 << 16);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                if (answers && swallowing) {
                    swallowed.incrementAndGet();
                    buffer.position(buffer.limit());
                }
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
        } catch (IOException _) {
            // cut
        }
        end(from);
        end(to);
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
            Wire.deleteTree(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
