package chatd.demo;

import chatd.mariadb.FileTree;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The demo's directory: its layout, and a lock that lets only one demo at a time use it. */
final class DemoDirectory implements AutoCloseable {
    private static final String MARK = "chatd-demo";
    private static final Set<String> OURS = Set.of(
            "mariadb",
            "mariadb.new",
            "mariadb.log",
            "mariadb.sock",
            "log",
            "search",
            "chatd.toml",
            "chatd.log",
            "admin.sock",
            "help.sock",
            "moderate.sock",
            "audit.sock",
            "admin.lock",
            "ca.pem",
            "server.pem",
            "server.key",
            "seal.key",
            "clock",
            "alice.password",
            "bob.password",
            "demo.env");

    private final Path directory;
    private final FileChannel lock;

    private DemoDirectory(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Locks a directory, creating it if it does not exist.
     *
     * @throws DemoFailure if another demo is using it, or it contains something else
     */
    static DemoDirectory take(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        boolean there = Files.isDirectory(absolute);
        if (there && !Files.exists(absolute.resolve(MARK))) {
            try (var content = Files.list(absolute)) {
                if (content.findAny().isPresent()) {
                    throw new DemoFailure(absolute + " contains something else: name an empty or a new directory.");
                }
            }
        }
        Files.createDirectories(absolute);
        Files.setPosixFilePermissions(absolute, PosixFilePermissions.fromString("rwx------"));
        FileChannel file = FileChannel.open(
                absolute.resolve(MARK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock held = file.tryLock();
        if (held == null) {
            file.close();
            throw new DemoFailure("A demo is running in " + absolute
                    + " already. Stop it with Ctrl-C, or choose another" + " directory with --dir.");
        }
        Files.deleteIfExists(absolute.resolve("demo.env"));
        return new DemoDirectory(absolute, file);
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** Removes the files of an earlier demo and nothing else. */
    void clear() throws IOException {
        for (String name : OURS) {
            FileTree.delete(directory.resolve(name));
        }
    }

    /** Returns the single line of a file that nobody else may read; empty if there is no such file. */
    Optional<String> secret(String name) throws IOException {
        Path file = directory.resolve(name);
        return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }

    void keepSecret(String name, String secret) throws IOException {
        Path file = directory.resolve(name);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, secret + "\n");
    }

    /** Writes {@code demo.env} atomically. */
    void announce(Map<String, String> facts) throws IOException {
        String text = facts.entrySet().stream()
                .map(fact -> fact.getKey() + "=" + quoted(fact.getValue()) + "\n")
                .collect(Collectors.joining());
        Path fresh = directory.resolve("demo.env.new");
        Files.writeString(fresh, text, StandardCharsets.UTF_8);
        Files.move(fresh, directory.resolve("demo.env"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String quoted(String value) {
        return value.matches("[A-Za-z0-9_./:@%+,-]+") ? value : "'" + value.replace("'", "'\\''") + "'";
    }

    void unannounce() throws IOException {
        Files.deleteIfExists(directory.resolve("demo.env"));
    }

    @Override
    public void close() throws IOException {
        unannounce();
        lock.close();
    }
}
