package chatd.admin.user;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The passwords of an import whose outcome is not known yet: a {@link PasswordsFile} under another name, FILE{@code
 * .pending}, which gets its final name once the users have been added. An import that was killed in between leaves it
 * behind; the next one finds out whether the users were added. Locked while its import runs.
 */
final class PendingPasswords implements AutoCloseable {
    /** The final name of the file. */
    private final Path path;

    private final PasswordsFile file;
    private final FileChannel channel;

    private PendingPasswords(Path path, PasswordsFile file, FileChannel channel) {
        this.path = path;
        this.file = file;
        this.channel = channel;
    }

    private static Path pending(Path path) {
        return path.resolveSibling(path.getFileName() + ".pending");
    }

    /**
     * Resolves what an import that was killed has left: gives the file its final name if its users were added, and
     * deletes it if they were not.
     *
     * @param wasAdded returns whether a user of this name was added at that time or later
     * @return what was done, for the user; null if there was nothing to do
     * @throws CommandFailure if another import is using it, or it can't be resolved
     */
    static @Nullable String resolve(Path path, BiPredicate<String, Instant> wasAdded) {
        Path old = pending(path);
        if (!Files.exists(old)) {
            return null;
        }
        try (FileChannel channel = FileChannel.open(old, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            lock(channel, old);
            // All of an import's users are added, or none. Clocks of file systems may be coarse.
            Instant since = Files.getLastModifiedTime(old).toInstant().minusSeconds(2);
            boolean wereAdded = PasswordsFile.read(old).keySet().stream().anyMatch(name -> wasAdded.test(name, since));
            if (wereAdded) {
                Files.move(old, path);
            } else {
                Files.delete(old);
            }
            return wereAdded
                    ? "An import that was interrupted had added its users; their passwords are in " + path + "."
                    : "An import that was interrupted had added no users; its passwords were deleted.";
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(
                    Exit.CONFLICT,
                    old + " has the passwords of an import that was interrupted, and there is a file " + path
                            + " already: move one of them away.");
        } catch (IOException e) {
            throw new CommandFailure(
                    Exit.FAILED,
                    old + ", the passwords of an import that was interrupted, can't be resolved: " + e.getMessage());
        }
    }

    private static void lock(FileChannel channel, Path path) throws IOException {
        FileLock lock = channel.tryLock();
        if (lock == null) {
            throw new CommandFailure(Exit.CONFLICT, "Another import is writing to " + path + ": wait for its end.");
        }
    }

    /**
     * Writes passwords that are about to be set.
     *
     * @param path the file that they are for
     * @throws CommandFailure if it exists already, or can't be written
     */
    static PendingPasswords create(Path path, Map<String, String> passwords) {
        PasswordsFile.checkNew(path);
        Path pending = pending(path);
        PasswordsFile file = PasswordsFile.create(pending, passwords, PasswordsFile.CSV);
        try {
            FileChannel channel = FileChannel.open(pending, StandardOpenOption.WRITE);
            lock(channel, pending);
            if (!Files.exists(pending)) {
                throw new IOException("another import has removed " + pending);
            }
            return new PendingPasswords(path, file, channel);
        } catch (IOException e) {
            file.keep(Set.of());
            throw new CommandFailure(Exit.FAILED, "The passwords can't be written to " + path + ": " + e.getMessage());
        }
    }

    Path path() {
        return file.path();
    }

    /** Gives the file its final name: the users were added. */
    void publish() {
        try {
            Files.move(file.path(), path);
        } catch (IOException e) {
            throw new CommandFailure(
                    Exit.FAILED, "The users were added; their passwords are in " + path() + ": " + e.getMessage());
        }
    }

    /** Deletes the file: no users were added. */
    void discard() {
        file.keep(Set.of());
    }

    /** Unlocks the file; it stays if its outcome is still unknown. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The lock ends with the process.
        }
    }
}
