package chatd.client.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;

/** The files that the client keeps between runs, private to their owner: mode 0600, in directories of 0700. */
public final class PrivateFiles {
    private static final FileAttribute<Set<PosixFilePermission>> FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private PrivateFiles() {}

    /** Returns {@code $XDG_STATE_HOME/chatd}, else {@code ~/.local/state/chatd}. */
    public static Path directory(Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        // The XDG specification says to ignore a relative path.
        Path root = state.startsWith("/") ? Path.of(state) : home(environment).resolve(".local/state");
        return root.resolve("chatd");
    }

    /** Returns {@code $HOME}, else the home directory of the password file. */
    public static Path home(Map<String, String> environment) {
        String home = environment.getOrDefault("HOME", "");
        return Path.of(home.startsWith("/") ? home : System.getProperty("user.home"));
    }

    /** Creates the file if it does not exist; removes others' permissions from an existing one. */
    public static void create(Path file) throws IOException {
        Files.createDirectories(parent(file), DIRECTORY);
        try {
            Files.createFile(file, FILE);
        } catch (FileAlreadyExistsException e) {
            Files.setPosixFilePermissions(file, FILE.value());
        }
    }

    /** Appends text to a file in one write; creates the file if it does not exist. */
    public static void append(Path file, String text) throws IOException {
        try {
            write(file, text);
        } catch (NoSuchFileException e) {
            Files.createDirectories(parent(file), DIRECTORY);
            write(file, text);
        }
    }

    private static void write(Path file, String text) throws IOException {
        try (var out = Files.newByteChannel(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), FILE)) {
            out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** Replaces the content of a file atomically and durably: after a crash it has the old content or the new. */
    public static void replace(Path file, byte[] content) throws IOException {
        Files.createDirectories(parent(file), DIRECTORY);
        Path next = Files.createTempFile(parent(file), ".next", "", FILE);
        try {
            try (FileChannel out = FileChannel.open(next, StandardOpenOption.WRITE)) {
                out.write(ByteBuffer.wrap(content));
                out.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(next);
        }
    }

    private static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file : parent;
    }
}
