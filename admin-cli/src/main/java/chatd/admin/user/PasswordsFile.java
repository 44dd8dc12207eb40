package chatd.admin.user;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * The file that one-time passwords go to, {@code name,password}: for its owner alone to read. It is on the disk before
 * the daemon is told any of them, so that none is lost.
 */
final class PasswordsFile {
    private final Path path;
    private final Map<String, String> passwords;

    private PasswordsFile(Path path, Map<String, String> passwords) {
        this.path = path;
        this.passwords = new LinkedHashMap<>(passwords);
    }

    /**
     * Makes a new one.
     *
     * @throws Failure where that can't be done, or there is one already
     */
    static PasswordsFile create(Path path, Map<String, String> passwords) {
        PasswordsFile file = new PasswordsFile(path, passwords);
        try {
            file.write(path);
            return file;
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(
                    Exit.CONFLICT, "There is a file " + path + " already: name a new one for the passwords.");
        } catch (IOException e) {
            file.discard();
            throw new CommandFailure(Exit.NO, "The passwords can't be written to " + path + ": " + e.getMessage());
        }
    }

    /** What was written of it is no use. */
    private void discard() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // It was said that it can't be written.
        }
    }

    private void write(Path to) throws IOException {
        try (FileChannel channel = FileChannel.open(
                to,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            BufferedWriter writer = new BufferedWriter(
                    new OutputStreamWriter(Channels.newOutputStream(channel), StandardCharsets.UTF_8));
            CSVPrinter csv = new CSVPrinter(
                    writer, CSVFormat.DEFAULT.builder().setRecordSeparator("\n").get());
            csv.printRecord("name", "password");
            for (Map.Entry<String, String> each : passwords.entrySet()) {
                csv.printRecord(each.getKey(), each.getValue());
            }
            csv.flush();
            channel.force(true);
        }
    }

    Path path() {
        return path;
    }

    /** Keeps those of some accounts; of none, the file goes. */
    void keep(Set<String> names) {
        try {
            if (!passwords.keySet().retainAll(names)) {
                return;
            }
            if (passwords.isEmpty()) {
                Files.deleteIfExists(path);
                return;
            }
            Path fresh = path.resolveSibling(
                    "." + path.getFileName() + "." + ProcessHandle.current().pid());
            write(fresh);
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new CommandFailure(
                    Exit.NO,
                    path + " has passwords that were not set, too: it can't be written (" + e.getMessage() + ").");
        }
    }
}
