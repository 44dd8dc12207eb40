package chatd.client.talk;

import chatd.protocol.event.FileEvent;
import chatd.protocol.value.Content;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One file being received: into the directory, never outside it, never overwriting another file. It has a temporary
 * name until it is complete, and is removed if it never is. Not thread-safe.
 */
public final class Download implements Closeable {
    private static final int MOST_NAMES = 1_000;
    private static final int NAME_BYTES = 255;

    private final Path directory;
    private final UnaryOperator<String> visible;
    private final Progress progress;
    private String name = "";
    private long size;
    private long received;
    private @Nullable Path part;
    private @Nullable OutputStream out;
    private @Nullable Path whole;
    private @Nullable IOException failure;

    /** Receives the progress of the download. */
    public interface Progress {
        void at(long received, long size);
    }

    /** @param visible makes a name chosen by others safe to show and to write */
    public Download(Path directory, UnaryOperator<String> visible, Progress progress) {
        this.directory = directory;
        this.visible = visible;
        this.progress = progress;
    }

    public void begin(FileEvent.FileContent file) {
        if (part != null || whole != null || failure != null) {
            // Only one was asked for.
            return;
        }
        name = written(file.name());
        size = file.size();
        try {
            Files.createDirectories(directory);
            part = Files.createTempFile(directory, ".fetching-", "");
            out = Files.newOutputStream(part, StandardOpenOption.WRITE);
        } catch (IOException e) {
            failed(e);
        }
        progress.at(0, size);
    }

    /** Records a write error: the rest of the file is discarded, and the connection continues. */
    private void failed(IOException why) {
        failure =
                new IOException("The file can't be written to " + directory.toAbsolutePath() + ": " + why.getMessage());
        out = null;
    }

    /** Returns the name under which a file is written, which is also the one shown. */
    private String written(String offered) {
        String bare = visible.apply(offered).replaceAll("[/\\\\]", "_");
        // No leading dot: a fetched file must not be hidden, nor become a program's settings.
        String shown = bare.startsWith(".") ? "_" + bare.substring(1) : bare;
        try {
            return directory.resolve(shown).getFileName().toString();
        } catch (InvalidPathException e) {
            // Not every character can be used in this system's file names.
            return shown.replaceAll("[^ -~]", "_");
        }
    }

    /** Writes a chunk and releases it. */
    public void take(Content piece) {
        try {
            OutputStream into = out;
            if (into != null) {
                received += piece.bytes().readableBytes();
                piece.bytes().readBytes(into, piece.bytes().readableBytes());
                progress.at(received, size);
                if (piece.last()) {
                    into.close();
                    out = null;
                    whole = place();
                }
            }
        } catch (IOException e) {
            failed(e);
        } finally {
            piece.bytes().release();
        }
    }

    private Path place() throws IOException {
        Path from = java.util.Objects.requireNonNull(part);
        for (int n = 0; n < MOST_NAMES; n++) {
            Path candidate = directory.resolve(n == 0 ? name : numbered(n));
            try {
                // Unlike a rename, a hard link does not replace an existing file.
                Files.createLink(candidate, from);
                Files.delete(from);
                part = null;
                return candidate;
            } catch (FileAlreadyExistsException e) {
                // Try another name.
            } catch (UnsupportedOperationException | java.nio.file.FileSystemException e) {
                return copied(from, candidate);
            }
        }
        throw new IOException("there are too many files called " + name + " in " + directory);
    }

    /** Copies the file, on file systems without hard links. */
    private Path copied(Path from, Path candidate) throws IOException {
        try {
            Files.copy(from, candidate);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(candidate + " already exists", e);
        }
        Files.delete(from);
        part = null;
        return candidate;
    }

    private String numbered(int n) {
        int dot = name.lastIndexOf('.');
        String ending = dot <= 0 ? "" : name.substring(dot);
        String start = dot <= 0 ? name : name.substring(0, dot);
        String number = " (" + n + ")";
        while (start.getBytes(java.nio.charset.StandardCharsets.UTF_8).length + number.length() + ending.length()
                > NAME_BYTES) {
            start = start.substring(0, start.length() - 1);
        }
        return start + number + ending;
    }

    /**
     * Returns the file once it is complete; null if none arrived.
     *
     * @throws IOException if it could not be written
     */
    public @Nullable Path whole() throws IOException {
        if (failure != null) {
            throw failure;
        }
        return whole;
    }

    /** Returns the file's size in bytes. */
    public long size() {
        return size;
    }

    /** Removes an incomplete file. */
    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
            out = null;
        }
        if (part != null) {
            Files.deleteIfExists(part);
            part = null;
        }
    }
}
