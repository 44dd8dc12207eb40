package chatd.client;

import chatd.protocol.Content;
import chatd.protocol.Event;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Files as they come in: into one directory, never over another file. One thread. */
final class Downloads {
    private static final int MOST_NAMES = 1_000;

    private final Path directory;
    private @Nullable Path target;
    private @Nullable OutputStream out;

    Downloads(Path directory) {
        this.directory = directory;
    }

    void begin(Event.FileContent file) throws IOException {
        String name = Visible.line(file.name()).replaceAll("[/\\\\]", "_");
        Files.createDirectories(directory);
        for (int n = 0; n < MOST_NAMES; n++) {
            Path candidate = directory.resolve(n == 0 ? name : numbered(name, n));
            try {
                out = Files.newOutputStream(candidate, StandardOpenOption.CREATE_NEW);
                target = candidate;
                return;
            } catch (FileAlreadyExistsException e) {
                // Another name, then.
            }
        }
        throw new IOException("there are too many files called " + name + " in " + directory);
    }

    private static String numbered(String name, int n) {
        int dot = name.lastIndexOf('.');
        return dot <= 0 ? name + " (" + n + ")" : name.substring(0, dot) + " (" + n + ")" + name.substring(dot);
    }

    /** Takes a piece, releasing it; returns the file once it is whole, else null. */
    @Nullable
    Path take(Content piece) throws IOException {
        try {
            OutputStream into = out;
            if (into != null) {
                piece.bytes().readBytes(into, piece.bytes().readableBytes());
                if (piece.last()) {
                    into.close();
                    out = null;
                    return target;
                }
            }
            return null;
        } finally {
            piece.bytes().release();
        }
    }
}
