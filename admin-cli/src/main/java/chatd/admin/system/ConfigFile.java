package chatd.admin.system;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;

/** The daemon's configuration file, changed with the rights of whoever runs this program: the daemon itself may not. */
final class ConfigFile {
    private final Path path;
    private final String text;

    /**
     * Reads the file.
     *
     * @param path as the daemon names it; may be a link
     * @throws CommandFailure if it can't be read and replaced
     */
    ConfigFile(Path path) {
        try {
            this.path = path.toRealPath();
            this.text = Files.readString(this.path);
        } catch (NoSuchFileException e) {
            throw new CommandFailure(Exit.NOT_FOUND, "There is no file " + path + ".");
        } catch (MalformedInputException e) {
            throw new CommandFailure(Exit.FAILED, path + " is not UTF-8: edit it by hand.");
        } catch (AccessDeniedException e) {
            throw notAllowed(path);
        } catch (IOException e) {
            throw new CommandFailure(Exit.FAILED, path + " can't be read: " + e.getMessage());
        }
        Path directory = this.path.getParent();
        if (!Files.isWritable(this.path) || directory == null || !Files.isWritable(directory)) {
            throw notAllowed(path);
        }
    }

    /** Returns the owner and the group. */
    private static List<Object> ownership(Path file) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
        return List.of(attributes.owner(), attributes.group());
    }

    private static CommandFailure notAllowed(Path path) {
        return new CommandFailure(
                Exit.NOT_ALLOWED,
                "You may not change " + path + ", the daemon's configuration: do it as root, with sudo.");
    }

    String text() {
        return text;
    }

    /**
     * Replaces the file, unless somebody else has changed it since it was read. Its owner and permissions stay the
     * same.
     *
     * @return how to undo it
     */
    Runnable replace(String fresh) {
        write(fresh, text);
        return () -> write(text, fresh);
    }

    private void write(String fresh, String expected) {
        Path temporary = path.resolveSibling(
                "." + path.getFileName() + "." + ProcessHandle.current().pid());
        try {
            if (!Files.readString(path).equals(expected)) {
                throw new CommandFailure(
                        Exit.CONFLICT,
                        path + " was changed by somebody else meanwhile. Nothing was changed; try again.");
            }
            try {
                Files.copy(path, temporary, StandardCopyOption.COPY_ATTRIBUTES);
                if (!ownership(temporary).equals(ownership(path))) {
                    throw notAllowed(path);
                }
                try (FileChannel channel =
                        FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                    ByteBuffer bytes = StandardCharsets.UTF_8.encode(fresh);
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                    channel.force(true);
                }
                Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new CommandFailure(Exit.FAILED, path + " can't be written: " + e.getMessage());
        }
    }
}
