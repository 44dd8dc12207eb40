package chatd.client.net;

import java.io.IOException;
import java.nio.ByteBuffer;
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

/** What the client keeps between two starts, for its person's eyes alone: 0600 in directories of 0700. */
public final class PrivateFiles {
    private static final FileAttribute<Set<PosixFilePermission>> FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private PrivateFiles() {}

    /** {@code $XDG_STATE_HOME/chatd}, else {@code ~/.local/state/chatd}. */
    public static Path directory(Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        // The XDG page has it that a relative path is to be ignored.
        Path root =
                state.startsWith("/") ? Path.of(state) : Path.of(System.getProperty("user.home"), ".local", "state");
        return root.resolve("chatd");
    }

    /** Makes the file where it is not there; what is there loses the rights of others. */
    public static void create(Path file) throws IOException {
        Files.createDirectories(parent(file), DIRECTORY);
        try {
            Files.createFile(file, FILE);
        } catch (FileAlreadyExistsException e) {
            Files.setPosixFilePermissions(file, FILE.value());
        }
    }

    /** Adds to its end, in one write; makes it where it is not there. */
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

    /** Writes it anew, as a whole or not at all. */
    public static void replace(Path file, byte[] content) throws IOException {
        Files.createDirectories(parent(file), DIRECTORY);
        Path next = Files.createTempFile(parent(file), ".next", "", FILE);
        try {
            Files.write(next, content);
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
