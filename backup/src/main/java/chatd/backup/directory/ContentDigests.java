package chatd.backup.directory;

import chatd.backup.archive.PrivateFile;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;

/**
 * Which contents of files are in a backup, each as {@link DigestKey} hides it. About 40 bytes of memory a content. Used
 * by one thread.
 */
final class ContentDigests {
    private static final int LENGTH = 16;

    private UUID[] digests = new UUID[16];
    private int count;
    private boolean isSorted = true;

    /** Adds a content. */
    void add(UUID hidden) {
        if (count == digests.length) {
            digests = Arrays.copyOf(digests, count * 2);
        }
        digests[count++] = hidden;
        isSorted = false;
    }

    /** Returns whether a content was added. */
    boolean contains(UUID hidden) {
        if (!isSorted) {
            Arrays.sort(digests, 0, count);
            isSorted = true;
        }
        return Arrays.binarySearch(digests, 0, count, hidden) >= 0;
    }

    /** Returns those noted in a file. */
    static ContentDigests read(Path file) throws IOException {
        ContentDigests noted = new ContentDigests();
        byte[] page = new byte[LENGTH << 12];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.readNBytes(page, 0, page.length); read > 0; read = in.readNBytes(page, 0, page.length)) {
                ByteBuffer records = ByteBuffer.wrap(page, 0, read);
                while (records.remaining() >= LENGTH) {
                    noted.add(new UUID(records.getLong(), records.getLong()));
                }
            }
        }
        return noted;
    }

    /** Writes them into a new file. */
    void write(Path file) throws IOException {
        try (DataOutputStream out = new DataOutputStream(PrivateFile.create(file))) {
            for (int i = 0; i < count; i++) {
                out.writeLong(digests[i].getMostSignificantBits());
                out.writeLong(digests[i].getLeastSignificantBits());
            }
        }
    }
}
