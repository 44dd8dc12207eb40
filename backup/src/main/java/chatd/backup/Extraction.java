package chatd.backup;

import chatd.audit.LogFiles;
import chatd.audit.form.Line;
import chatd.audit.form.Segment;
import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.BackupReader;
import chatd.backup.data.Loading;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes a backup apart: its files into a directory of its own, its rows and contents into a database. First
 * {@link #readFiles}, then {@link #readRest}. Used by one thread; blocks.
 */
public final class Extraction {
    private static final String MACHINE = "machine/";
    private static final String LOG = "log/";
    private static final Pattern LOG_FILE =
            Pattern.compile("audit(-\\d{6,18}-\\d{8}T\\d{6}Z\\.xml|\\.part|\\.torn-[\\w.-]+)");
    private static final String SEAL_KEY = "keys/seal.pem";
    private static final int BUFFER = 64 << 10;

    private final BackupReader reader;
    private final Path directory;
    private final Progressing progress;
    private final List<Extracted> files = new ArrayList<>();
    private final List<Extracted> logFiles = new ArrayList<>();
    private BackupReader.@Nullable Entry pending;

    /**
     * A file of the machine.
     *
     * @param original where it was
     * @param copy where it is now
     * @param mode its permissions, as in {@code chmod}
     */
    public record Extracted(Path original, Path copy, int mode, String owner, String group) {}

    /** @param directory an empty directory, which only this user can read */
    public Extraction(BackupReader reader, Path directory, Progressing progress) {
        this.reader = reader;
        this.directory = directory;
        this.progress = progress;
    }

    /** Returns the directory of the extracted log. */
    public Path log() {
        return directory.resolve("log");
    }

    /**
     * Reads the files of the machine.
     *
     * @throws BackupFailure if the backup is damaged, or a path in it is none that a backup has
     */
    public List<Extracted> readFiles() throws IOException {
        pending = reader.next();
        while (pending != null && pending.name().startsWith(MACHINE)) {
            Path original = Path.of("/", pending.name().substring(MACHINE.length()));
            if (!original.equals(original.normalize())) {
                throw new BackupFailure("the backup has a file with the path " + pending.name());
            }
            Path copy = directory.resolve("machine").resolve(original.toString().substring(1));
            Files.createDirectories(copy.resolveSibling("."));
            write(pending, copy);
            files.add(new Extracted(original, copy, pending.mode(), pending.owner(), pending.group()));
            pending = reader.next();
        }
        return files;
    }

    /** Returns the files of the log, without the document that is made of the open segment. */
    List<Extracted> logFiles() {
        return logFiles;
    }

    /** Returns a file that has been read, by its original path; null if it is not in the backup. */
    public @Nullable Path file(String original) {
        return files.stream()
                .filter(each -> each.original().toString().equals(original))
                .map(Extracted::copy)
                .findFirst()
                .orElse(null);
    }

    /**
     * Reads the rest, to the end of the backup.
     *
     * @param into the database that is loaded
     * @throws BackupFailure if the backup is damaged, or does not fit the database
     */
    public void readRest(Loading into) throws IOException {
        Files.createDirectories(log());
        while (pending != null) {
            String name = pending.name();
            if (Loading.isPart(name)) {
                into.load(pending);
            } else if (name.startsWith(LOG)
                    && LOG_FILE.matcher(name.substring(LOG.length())).matches()) {
                Path copy = log().resolve(name.substring(LOG.length()));
                write(pending, copy);
                logFiles.add(new Extracted(copy, copy, pending.mode(), pending.owner(), pending.group()));
            } else if (name.equals(SEAL_KEY)) {
                write(pending, directory.resolve("seal.pem"));
            } else {
                throw new BackupFailure("the backup has an entry that this program does not know: " + name);
            }
            progress.show("read %d of %d MiB (%d %%)"
                    .formatted(
                            reader.position() >> 20,
                            reader.size() >> 20,
                            100 * reader.position() / Math.max(reader.size(), 1)));
            pending = reader.next();
        }
        publishLog();
    }

    /**
     * Reads the contents of files from an earlier backup, which the one that is restored refers to.
     *
     * @throws BackupFailure if that backup is damaged
     */
    public static void readContents(BackupReader earlier, Loading into) throws IOException {
        for (BackupReader.Entry entry = earlier.next(); entry != null; entry = earlier.next()) {
            if (Loading.isContent(entry.name())) {
                into.load(entry);
            }
        }
    }

    private static void write(BackupReader.Entry entry, Path to) throws IOException {
        Files.createFile(to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (OutputStream out = Files.newOutputStream(to, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[BUFFER];
            for (int read = entry.read(buffer); read >= 0; read = entry.read(buffer)) {
                out.write(buffer, 0, read);
            }
        }
    }

    /** Makes a document of the open segment, as the daemon does, so that all of the log can be verified. */
    private void publishLog() throws IOException {
        LogFiles extracted = new LogFiles(log());
        if (!Files.exists(extracted.part())) {
            return;
        }
        long end = Segment.read(extracted.part()).end();
        try (FileChannel part = FileChannel.open(extracted.part());
                FileChannel out = FileChannel.open(
                        extracted.published(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            LogFiles.copy(part, 0, end, out);
            LogFiles.write(out, Line.CLOSING);
        }
    }
}
