package chatd.client.talk;

import chatd.protocol.value.Content;
import io.netty.buffer.ByteBufUtil;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One file being received: into the directory, never outside it, never overwriting another file. It has a temporary
 * name until it is complete, and is removed if it never is, unless it was begun by {@link #resume}. Not thread-safe.
 */
public final class Download implements Closeable {
    private static final int MAX_NAMES = 1_000;
    private static final int MAX_NAME_BYTES = 255;

    /** The prefix of the names of incomplete files that can be resumed. */
    private static final String PART = ".receiving-";

    /** How long incomplete files are kept. */
    private static final Duration KEPT = Duration.ofDays(30);

    private final Path directory;
    private final UnaryOperator<String> visible;
    private final Progress progress;
    private final MessageDigest digest = sha256();
    private String name = "";
    private long size;
    private long received;
    private @Nullable Path part;
    private boolean isKept;
    private @Nullable OutputStream out;
    private @Nullable Path whole;
    private @Nullable IOException failure;

    /** Receives the progress of the download. */
    public interface Progress {
        void update(long received, long size);
    }

    /** Returns a new SHA-256 digest. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** @param visible makes a name chosen by others safe to show and to write */
    public Download(Path directory, UnaryOperator<String> visible, Progress progress) {
        this.directory = directory;
        this.visible = visible;
        this.progress = progress;
    }

    /** Begins to receive a file; ignored once one was begun. */
    public void begin(String offered, long offeredSize) {
        if (part != null || whole != null || failure != null) {
            // Only one was asked for.
            return;
        }
        name = safeName(offered);
        size = offeredSize;
        try {
            Files.createDirectories(directory);
            part = Files.createTempFile(directory, ".fetching-", "");
            out = Files.newOutputStream(part, StandardOpenOption.WRITE);
        } catch (IOException e) {
            failed(e);
        }
        progress.update(0, size);
    }

    /**
     * Begins to receive a file, or resumes it after what has arrived before: an incomplete one is kept for 30 days.
     *
     * @param key identifies the file among all that are received, in hexadecimal
     * @return how many bytes have arrived already
     * @throws IOException if it can't be written
     */
    public long resume(String offered, long offeredSize, String key) throws IOException {
        name = safeName(offered);
        size = offeredSize;
        Files.createDirectories(directory);
        removeForgotten();
        Path kept = directory.resolve(PART + key);
        part = kept;
        isKept = true;
        if (Files.exists(kept) && Files.size(kept) > size) {
            Files.delete(kept);
        }
        if (Files.exists(kept)) {
            try (InputStream before = Files.newInputStream(kept)) {
                byte[] bytes = new byte[1 << 16];
                for (int read = before.read(bytes); read > 0; read = before.read(bytes)) {
                    digest.update(bytes, 0, read);
                    received += read;
                }
            }
        }
        out = Files.newOutputStream(kept, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        progress.update(received, size);
        return received;
    }

    /** Removes incomplete files that nothing has been added to for {@link #KEPT}. */
    private void removeForgotten() throws IOException {
        Instant before = Instant.now().minus(KEPT);
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory, PART + "*")) {
            for (Path one : parts) {
                if (Files.getLastModifiedTime(one).toInstant().isBefore(before)) {
                    Files.deleteIfExists(one);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /** Records a write error: the rest of the file is discarded, and the connection continues. */
    private void failed(IOException why) {
        failure =
                new IOException("The file can't be written to " + directory.toAbsolutePath() + ": " + why.getMessage());
        out = null;
    }

    /** Returns the name under which a file is written, which is also the one shown. */
    private String safeName(String offered) {
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
    public void write(Content piece) {
        byte[] bytes = ByteBufUtil.getBytes(piece.bytes());
        piece.bytes().release();
        write(bytes, bytes.length);
        if (piece.last()) {
            complete("");
        }
    }

    /** Writes the next bytes. */
    public void write(byte[] bytes, int length) {
        OutputStream into = out;
        if (into == null) {
            return;
        }
        try {
            into.write(bytes, 0, length);
            digest.update(bytes, 0, length);
            received += length;
            progress.update(received, size);
        } catch (IOException e) {
            failed(e);
        }
    }

    /** Returns how many bytes have been received. */
    public long received() {
        return received;
    }

    /**
     * Completes the file: gives it its final name.
     *
     * @param sha256 its SHA-256 in hexadecimal digits; empty if it is not known
     */
    public void complete(String sha256) {
        OutputStream into = out;
        if (into == null) {
            return;
        }
        try {
            into.close();
            out = null;
            if (!sha256.isEmpty() && !sha256.equals(HexFormat.of().formatHex(digest.digest()))) {
                // Nothing of it can be resumed.
                isKept = false;
                throw new IOException("SHA-256 mismatch: the file was changed on its way");
            }
            whole = moveIntoPlace();
        } catch (IOException e) {
            failed(e);
        }
    }

    private Path moveIntoPlace() throws IOException {
        Path from = java.util.Objects.requireNonNull(part);
        for (int n = 0; n < MAX_NAMES; n++) {
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
                return copy(from, candidate);
            }
        }
        throw new IOException("there are too many files called " + name + " in " + directory);
    }

    /** Copies the file, on file systems without hard links. */
    private Path copy(Path from, Path candidate) throws IOException {
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
                > MAX_NAME_BYTES) {
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

    /** Removes an incomplete file, or keeps it to be resumed later. */
    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
            out = null;
        }
        if (part != null && !isKept) {
            Files.deleteIfExists(part);
        }
        part = null;
    }
}
