package chatd.bench;

import chatd.certs.Authority;
import chatd.mariadb.FileTree;
import chatd.mariadb.GuardedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** The temporary directory of one run, with a certificate in it; deleted on close. */
final class BenchDirectory implements AutoCloseable {
    private static final int PORT_PATIENCE_MILLIS = 30_000;

    private final Path directory;

    BenchDirectory() throws IOException {
        directory = Files.createTempDirectory("chatd-bench");
        Authority.writeDevelopmentFiles(directory, Authority.THIS_MACHINE, new SecureRandom(), Instant.now());
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    Path certificate() {
        return file("server.pem");
    }

    Path key() {
        return file("server.key");
    }

    /** Waits until something listens on the port; does not try to connect, because not every server tolerates that. */
    void awaitPort(int port, GuardedProcess process, Path log) throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PORT_PATIENCE_MILLIS);
        String listening = ":%04X 00000000000000000000000000000000:0000 0A ".formatted(port);
        while (!Files.readString(Path.of("/proc/net/tcp6")).contains(listening)) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new BenchFailure("a server does not start: " + Files.readString(log));
            }
            pause(50);
        }
    }

    static void pause(long millis) throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("interrupted");
        }
    }

    @Override
    public void close() throws IOException {
        FileTree.delete(directory);
    }
}
