package chatd.backup.archive;

import chatd.audit.Sha256;
import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Reads a backup from its beginning, entry by entry, in bounded memory. Whoever has read it to its end knows that no
 * byte of it is missing or changed, and that it is the file that its {@link Index} notes, if it has one. Used by one thread; blocks.
 */
public final class BackupReader implements Closeable {
    private static final byte[] COMPRESSED = {(byte) 0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};
    private static final int BUFFER = 64 << 10;

    /** Maximum size in bytes of an entry that is read as a whole. */
    public static final int MAX_WHOLE = 32 << 20;

    private final Path file;
    private final String name;
    private final long size;
    private final MessageDigest outer = Sha256.digest();
    private final CountingInput counted;
    private final InputStream plain;
    private final InputStream compressed;
    private final TarArchiveInputStream tar;
    private final MessageDigest inner = Sha256.digest();
    private final Manifest manifest;
    private long entries;
    private @Nullable String sha256;
    private @Nullable Entry current;

    /**
     * Opens a backup and reads its manifest.
     *
     * @param identities secret keys of age, in case it is encrypted
     * @throws BackupFailure if the file is no backup, can't be decrypted, or its beginning is damaged
     */
    public static BackupReader open(Path file, List<String> identities) throws IOException {
        InputStream in = Files.newInputStream(file);
        try {
            return new BackupReader(file, in, identities);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    private BackupReader(Path file, InputStream in, List<String> identities) throws IOException {
        this.file = file;
        this.name = file.toString();
        this.size = Files.size(file);
        counted = new CountingInput(new DigestInputStream(in, outer));
        plain = decrypted(new BufferedInputStream(counted, BUFFER), identities);
        byte[] beginning = peek(plain, COMPRESSED.length);
        if (!Arrays.equals(beginning, COMPRESSED)) {
            throw new BackupFailure(name + " is not a backup of chatd");
        }
        compressed = new ZstdInputStream(plain);
        tar = new TarArchiveInputStream(compressed, StandardCharsets.UTF_8.name());
        Entry first = next();
        if (first == null || !first.name().equals(Manifest.ENTRY)) {
            throw new BackupFailure(name + " is not a backup of chatd: it does not begin with a manifest");
        }
        byte[] bytes = first.readWhole();
        try {
            manifest = Manifest.read(bytes);
        } catch (BackupFailure e) {
            throw new BackupFailure(name + " can't be used: " + e.getMessage(), e);
        }
    }

    /** Returns the stream that is below the encryption, if there is one. */
    private InputStream decrypted(InputStream in, List<String> identities) throws IOException {
        byte[] header = Encryption.HEADER.getBytes(StandardCharsets.US_ASCII);
        if (!Arrays.equals(peek(in, header.length), header)) {
            return in;
        }
        try {
            return new BufferedInputStream(Encryption.decrypt(in, identities), BUFFER);
        } catch (BackupFailure e) {
            throw new BackupFailure(name + ": " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
    }

    /** Returns whether a file is encrypted with age. */
    public static boolean isEncrypted(Path file) throws IOException {
        byte[] header = Encryption.HEADER.getBytes(StandardCharsets.US_ASCII);
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(header.length), header);
        }
    }

    private byte[] peek(InputStream in, int length) throws IOException {
        in.mark(length);
        try {
            return in.readNBytes(length);
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        } finally {
            in.reset();
        }
    }

    private BackupFailure damaged(Exception e) {
        return e instanceof BackupFailure known
                ? known
                : new BackupFailure(
                        name + " is damaged, near byte " + counted.position() + " of " + size + ": "
                                + (e instanceof EOFException ? "it was cut off" : e.getMessage()),
                        e);
    }

    public Manifest manifest() {
        return manifest;
    }

    /** Returns the size of the file in bytes. */
    public long size() {
        return size;
    }

    /** Returns how many bytes of the file have been read. */
    public long position() {
        return counted.position();
    }

    /** An entry; its bytes can be read until the next is asked for. */
    public final class Entry {
        private final TarArchiveEntry entry;

        private Entry(TarArchiveEntry entry) {
            this.entry = entry;
        }

        public String name() {
            return entry.getName();
        }

        public long size() {
            return entry.getSize();
        }

        /** Returns the permissions, as in {@code chmod}. */
        public int mode() {
            return entry.getMode() & 0777;
        }

        public String owner() {
            return entry.getUserName();
        }

        public String group() {
            return entry.getGroupName();
        }

        /**
         * Reads into a buffer.
         *
         * @return how many bytes; -1 at the end
         * @throws BackupFailure if the file is damaged
         */
        public int read(byte[] buffer) throws IOException {
            return read(buffer, 0, buffer.length);
        }

        /** As {@link #read(byte[])}, into a part of the buffer. */
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                int read = tar.read(buffer, offset, length);
                if (read > 0) {
                    inner.update(buffer, offset, read);
                }
                return read;
            } catch (IOException | RuntimeException e) {
                throw damaged(e);
            }
        }

        /**
         * Reads all bytes.
         *
         * @throws BackupFailure if there are more than {@link #MAX_WHOLE}, or the file is damaged
         */
        public byte[] readWhole() throws IOException {
            if (size() > MAX_WHOLE) {
                throw new BackupFailure(BackupReader.this.name + " is damaged: " + name() + " is too large");
            }
            byte[] whole = new byte[(int) size()];
            int at = 0;
            for (int read = 0; read >= 0 && at < whole.length; at += Math.max(read, 0)) {
                read = read(whole, at, whole.length - at);
            }
            return whole;
        }
    }

    /**
     * Returns the next entry after the manifest; null at the end, when everything has been compared with the summary.
     *
     * @throws BackupFailure if the file is damaged, or ends before its summary
     */
    public @Nullable Entry next() throws IOException {
        skipRest();
        TarArchiveEntry next;
        try {
            next = tar.getNextEntry();
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
        if (next == null) {
            throw damaged(new EOFException());
        }
        Entry entry = new Entry(next);
        if (entry.name().equals(Summary.ENTRY)) {
            end(entry);
            return null;
        }
        inner.update((entry.name() + "\n" + entry.size() + "\n").getBytes(StandardCharsets.UTF_8));
        entries++;
        current = entry;
        return entry;
    }

    private void skipRest() throws IOException {
        if (current != null) {
            byte[] buffer = new byte[BUFFER];
            while (current.read(buffer) >= 0) {
                // Only for its digest.
            }
        }
    }

    private void end(Entry last) throws IOException {
        // Reading the summary would change the digest that it has.
        String digest = HexFormat.of().formatHex(inner.digest());
        Summary summary;
        try {
            summary = Summary.read(last.readWhole());
        } catch (JacksonException e) {
            throw damaged(e);
        }
        if (!summary.digest().equals(digest) || summary.entries() != entries) {
            throw new BackupFailure(name + " is damaged: its entries are not those that its summary was made of");
        }
        try {
            byte[] buffer = new byte[BUFFER];
            if (tar.getNextEntry() != null) {
                throw new BackupFailure(name + " is damaged: something follows its summary");
            }
            // To the end, for its checksum; an archive ends with zeros.
            for (int read = compressed.read(buffer); read >= 0; read = compressed.read(buffer)) {
                for (int i = 0; i < read; i++) {
                    if (buffer[i] != 0) {
                        throw new BackupFailure(name + " is damaged: something follows its end");
                    }
                }
            }
            if (plain.read() >= 0 || counted.read() >= 0) {
                throw new BackupFailure(name + " is damaged: something follows its end");
            }
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
        sha256 = HexFormat.of().formatHex(outer.digest());
        Path index = Index.of(file);
        if (Files.exists(index) && !Index.read(index).sha256().equals(sha256)) {
            throw new BackupFailure(name + " is not as it was made: its SHA-256 is not that in " + index);
        }
    }

    /** Returns the SHA-256 of the file, in hexadecimal, once it has been read to its end. */
    public String sha256() {
        return Objects.requireNonNull(sha256, "not read to its end");
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }

    /** Counts the bytes that are read. */
    private static final class CountingInput extends FilterInputStream {
        private long read;

        CountingInput(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int one = in.read();
            read += one < 0 ? 0 : 1;
            return one;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int some = in.read(bytes, offset, length);
            read += Math.max(some, 0);
            return some;
        }

        long position() {
            return read;
        }
    }
}
