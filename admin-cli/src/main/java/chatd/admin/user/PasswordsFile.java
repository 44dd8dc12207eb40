package chatd.admin.user;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Input;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Reader;
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
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;

/**
 * The file to which one-time passwords are written; readable only by its owner. It is fsynced before any of them is
 * sent to the daemon, so that none is lost.
 */
final class PasswordsFile {
    /** The format of such a file. */
    interface Form {
        /** @param passwords by name, in the order in which they were asked for */
        void write(Map<String, String> passwords, Appendable to) throws IOException;
    }

    /** A table, {@code name,password}. */
    static final Form CSV = (passwords, to) -> {
        CSVPrinter csv = new CSVPrinter(
                to, CSVFormat.DEFAULT.builder().setRecordSeparator("\n").get());
        csv.printRecord("name", "password");
        for (Map.Entry<String, String> each : passwords.entrySet()) {
            csv.printRecord(each.getKey(), each.getValue());
        }
        csv.flush();
    };

    private final Path path;
    private final Map<String, String> passwords;
    private final Form form;

    private PasswordsFile(Path path, Map<String, String> passwords, Form form) {
        this.path = path;
        this.form = form;
        this.passwords = new LinkedHashMap<>(passwords);
    }

    /**
     * Creates the file.
     *
     * @throws CommandFailure if it can't be written, or exists already
     */
    static PasswordsFile create(Path path, Map<String, String> passwords, Form form) {
        PasswordsFile file = new PasswordsFile(path, passwords, form);
        try {
            file.write(path);
            return file;
        } catch (FileAlreadyExistsException e) {
            throw exists(path);
        } catch (IOException e) {
            file.discard();
            throw new CommandFailure(Exit.FAILED, "The passwords can't be written to " + path + ": " + e.getMessage());
        }
    }

    /**
     * Returns the passwords in a file of the form {@link #CSV}, by name.
     *
     * @throws CommandFailure if it can't be read, or is something else
     */
    static Map<String, String> read(Path path) {
        CSVFormat format = CSVFormat.DEFAULT
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        try (Reader reader = Files.newBufferedReader(Input.requireReadable(path));
                CSVParser parser = CSVParser.parse(reader, format)) {
            if (!parser.getHeaderNames().equals(List.of("name", "password"))) {
                throw new CommandFailure(
                        Exit.FAILED, path + " does not begin with name,password: it is not a file of passwords.");
            }
            Map<String, String> passwords = new LinkedHashMap<>();
            parser.forEach(each -> passwords.put(each.get(0), each.get(1)));
            return passwords;
        } catch (IOException | RuntimeException e) {
            if (e instanceof CommandFailure known) {
                throw known;
            }
            throw new CommandFailure(Exit.FAILED, path + " can't be read: " + e.getMessage());
        }
    }

    /** @throws CommandFailure if there is such a file already */
    static void checkNew(Path path) {
        if (Files.exists(path)) {
            throw exists(path);
        }
    }

    private static CommandFailure exists(Path path) {
        return new CommandFailure(
                Exit.CONFLICT, "There is a file " + path + " already: name a new one for the passwords.");
    }

    /** Deletes a partly written file. */
    private void discard() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // The caller reports that it can't be written.
        }
    }

    private void write(Path to) throws IOException {
        try (FileChannel channel = FileChannel.open(
                to,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            BufferedWriter writer = new BufferedWriter(
                    new OutputStreamWriter(Channels.newOutputStream(channel), StandardCharsets.UTF_8));
            form.write(passwords, writer);
            writer.flush();
            channel.force(true);
        }
    }

    Path path() {
        return path;
    }

    /** Keeps only the passwords of these accounts; deletes the file if none is left. */
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
                    Exit.FAILED,
                    path + " also contains passwords that were not set: it can't be written (" + e.getMessage() + ").");
        }
    }
}
