package chatd.backup.directory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Which contents of files are in a backup, noted beside it: the first 16 bytes of an HMAC of each content's digest,
 * since the digest itself would tell whoever has the directory whether a file that they know was sent. The key stays on
 * the daemon's machine. About 40 bytes of memory a content. Used by one thread.
 */
public final class ContentDigests {
    private static final String HMAC = "HmacSHA256";
    private static final int LENGTH = 16;
    private static final int KEY_LENGTH = 32;

    private final Mac mac;
    private UUID[] digests = new UUID[16];
    private int count;
    private boolean isSorted = true;

    private ContentDigests(Mac mac) {
        this.mac = mac;
    }

    /**
     * Returns an empty set.
     *
     * @param key the file of the key, which is created if it does not exist
     */
    public static ContentDigests withKey(Path key) throws IOException {
        if (!Files.exists(key)) {
            byte[] fresh = new byte[KEY_LENGTH];
            new SecureRandom().nextBytes(fresh);
            Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(key, fresh);
        }
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(Files.readAllBytes(key), HMAC));
            return new ContentDigests(mac);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(key + " is not a key: delete it, and the next backup is a full one", e);
        }
    }

    private UUID hidden(byte[] digest) {
        ByteBuffer hmac = ByteBuffer.wrap(mac.doFinal(digest));
        return new UUID(hmac.getLong(), hmac.getLong());
    }

    /** Adds a content by its digest. */
    public void add(byte[] digest) {
        add(hidden(digest));
    }

    private void add(UUID hidden) {
        if (count == digests.length) {
            digests = Arrays.copyOf(digests, count * 2);
        }
        digests[count++] = hidden;
        isSorted = false;
    }

    /** Returns whether a content was added, by its digest. */
    public boolean contains(byte[] digest) {
        if (!isSorted) {
            Arrays.sort(digests, 0, count);
            isSorted = true;
        }
        return Arrays.binarySearch(digests, 0, count, hidden(digest)) >= 0;
    }

    /** Adds those noted in a file. */
    public void read(Path file) throws IOException {
        byte[] page = new byte[LENGTH << 12];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.readNBytes(page, 0, page.length); read > 0; read = in.readNBytes(page, 0, page.length)) {
                ByteBuffer records = ByteBuffer.wrap(page, 0, read);
                while (records.remaining() >= LENGTH) {
                    add(new UUID(records.getLong(), records.getLong()));
                }
            }
        }
    }

    /** Writes them into a new file. */
    public void write(Path file) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(LENGTH << 12);
        try (FileChannel out = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            for (int i = 0; i < count; i++) {
                page.putLong(digests[i].getMostSignificantBits()).putLong(digests[i].getLeastSignificantBits());
                if (!page.hasRemaining() || i == count - 1) {
                    page.flip();
                    while (page.hasRemaining()) {
                        out.write(page);
                    }
                    page.clear();
                }
            }
            out.force(true);
        }
    }
}
