package chatd.backup.archive;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A file that only its owner can read, forced to disk when its stream is closed. Used by one thread. */
public final class PrivateFile extends BufferedOutputStream {
    private static final int BUFFER = 1 << 20;

    private final FileChannel file;
    private boolean isClosed;

    private PrivateFile(FileChannel file) {
        super(Channels.newOutputStream(file), BUFFER);
        this.file = file;
    }

    /**
     * Creates a file.
     *
     * @throws java.nio.file.FileAlreadyExistsException if it exists
     */
    public static OutputStream create(Path path) throws IOException {
        return new PrivateFile(FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
    }

    /** Creates a file with these bytes. */
    public static void create(Path path, byte[] bytes) throws IOException {
        try (OutputStream out = create(path)) {
            out.write(bytes);
        }
    }

    /** Fills a file. */
    public interface Filling<T> {
        /** @param file is empty, and only its owner can read it */
        T fill(Path file) throws IOException;
    }

    /**
     * Creates a file that is there only when it is complete.
     *
     * @param filling fills another file beside it, which then gets its name
     */
    public static <T> T complete(Path path, Filling<T> filling) throws IOException {
        // Under a name that nobody has.
        Path unfinished =
                Files.createTempFile(path.toAbsolutePath().getParent(), "." + path.getFileName() + "-", ".part");
        try {
            T filled = filling.fill(unfinished);
            Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
            return filled;
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** Opens an empty file that only its owner can read already. */
    public static OutputStream fill(Path path) throws IOException {
        return new PrivateFile(FileChannel.open(path, StandardOpenOption.WRITE));
    }

    @Override
    public void close() throws IOException {
        if (!isClosed) {
            isClosed = true;
            try (file) {
                flush();
                file.force(true);
            }
        }
    }
}
