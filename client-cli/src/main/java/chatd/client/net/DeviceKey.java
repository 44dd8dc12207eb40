package chatd.client.net;

import chatd.protocol.value.Secret;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The key with which this device logs in without a password, in a file of mode 0600: the device's label and, in the
 * next line, the key, which each login renews. One process at a time holds it, so that two don't spend the same key;
 * the lock is on a file beside it and ends with the process. Not thread-safe.
 */
public final class DeviceKey implements Closeable {
    private final Path file;
    private final FileChannel lock;
    private final String label;
    private @Nullable Secret key;

    private DeviceKey(Path file, FileChannel lock, String label, @Nullable Secret key) {
        this.file = file;
        this.lock = lock;
        this.label = label;
        this.key = key;
    }

    /** Returns whether there is a key in the file. */
    public static boolean exists(Path file) {
        return Files.exists(file);
    }

    /**
     * Locks the key in a file, or the place for one.
     *
     * @param freshLabel the device's label if there is no key yet
     * @return empty if another process holds it
     * @throws IOException if the file can't be read or locked
     */
    public static Optional<DeviceKey> tryLock(Path file, String freshLabel) throws IOException {
        Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
        PrivateFiles.create(lockFile);
        FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                channel.close();
                return Optional.empty();
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            return Optional.empty();
        }
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        return Optional.of(
                lines.size() < 2
                        ? new DeviceKey(file, channel, freshLabel, null)
                        : new DeviceKey(file, channel, lines.getFirst(), Secret.of(lines.get(1))));
    }

    public String label() {
        return label;
    }

    /** Returns the key; empty if there is none yet. */
    public Optional<Secret> key() {
        return Optional.ofNullable(key);
    }

    /**
     * Keeps a new key, at once: until it is used, the server still accepts the one before it, so that a crash at any
     * moment leaves one that is good.
     *
     * @throws IOException if the file can't be written; the one before it is still there
     */
    public void keep(Secret renewed) throws IOException {
        key = renewed;
        PrivateFiles.replace(
                file, (label + "\n" + renewed.text().orElseThrow() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Deletes the key. */
    public void forget() throws IOException {
        key = null;
        Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
