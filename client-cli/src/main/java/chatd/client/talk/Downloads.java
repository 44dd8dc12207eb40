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
 * One file as it comes in: into the directory, never out of it, never over another file. While it is not whole it has
 * another name, and what did not become whole is removed. One thread.
 */
public final class Downloads implements Closeable {
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

    /** Is told how far it is. */
    public interface Progress {
        void at(long received, long size);
    }

    /** @param visible makes a name that others chose harmless to show and to write */
    public Downloads(Path directory, UnaryOperator<String> visible, Progress progress) {
        this.directory = directory;
        this.visible = visible;
        this.progress = progress;
    }

    void begin(FileEvent.FileContent file) {
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

    /** It can't be written: what still comes of it is thrown away, and the connection goes on. */
    private void failed(IOException why) {
        failure =
                new IOException("The file can't be written to " + directory.toAbsolutePath() + ": " + why.getMessage());
        out = null;
    }

    /** What a file will be called here: what is shown is what is written. */
    private String written(String offered) {
        String bare = visible.apply(offered).replaceAll("[/\\\\]", "_");
        // No dot in front: what was fetched is not to be hidden, nor to become a program's settings.
        String shown = bare.startsWith(".") ? "_" + bare.substring(1) : bare;
        try {
            return directory.resolve(shown).getFileName().toString();
        } catch (InvalidPathException e) {
            // This system's names have not all letters.
            return shown.replaceAll("[^ -~]", "_");
        }
    }

    /** Takes a piece, releasing it. */
    void take(Content piece) {
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
                // A link takes no name that is there already, as a rename would.
                Files.createLink(candidate, from);
                Files.delete(from);
                part = null;
                return candidate;
            } catch (FileAlreadyExistsException e) {
                // Another name, then.
            } catch (UnsupportedOperationException | java.nio.file.FileSystemException e) {
                return copied(from, candidate);
            }
        }
        throw new IOException("there are too many files called " + name + " in " + directory);
    }

    /** For file systems without links. */
    private Path copied(Path from, Path candidate) throws IOException {
        try {
            Files.copy(from, candidate);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(candidate + " is there already", e);
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
     * The file, once it is whole; null where none came.
     *
     * @throws IOException where it could not be written
     */
    public @Nullable Path whole() throws IOException {
        if (failure != null) {
            throw failure;
        }
        return whole;
    }

    /** Removes what did not become whole. */
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
