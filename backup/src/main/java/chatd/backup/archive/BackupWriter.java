package chatd.backup.archive;

import chatd.audit.Sha256;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Writes a backup: a tar archive, compressed with zstd and, if there are recipients, encrypted with age; so that
 * {@code age -d | zstd -d | tar x} opens it, too. The entries are written one after the other, in bounded memory. Used
 * by one thread; blocks.
 */
public final class BackupWriter implements Closeable {
    private static final int LEVEL = 3;
    private static final int BUFFER = 64 << 10;

    private final CountingOutput target;
    private final MessageDigest outer = Sha256.digest();
    private final MessageDigest inner = Sha256.digest();
    private final TarArchiveOutputStream tar;
    private long entries;

    /**
     * Begins a backup.
     *
     * @param target receives its bytes, and is closed with it
     * @param recipients public keys of age; if empty, the backup is not encrypted
     * @param pace counts bytes before compression; one for all that are written by turns
     * @throws BackupFailure if a recipient is not a public key
     */
    public BackupWriter(OutputStream target, List<String> recipients, Pace pace) throws IOException {
        this.target = new CountingOutput(target);
        OutputStream out = new DigestOutputStream(this.target, outer);
        if (!recipients.isEmpty()) {
            out = Encryption.encrypt(out, recipients);
        }
        ZstdOutputStream compressed = new ZstdOutputStream(out, LEVEL);
        compressed.setChecksum(true);
        tar = new TarArchiveOutputStream(new PacedOutput(compressed, pace), StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    /** Adds an entry. */
    public void add(String name, byte[] bytes) throws IOException {
        Iterator<byte[]> pieces = List.of(bytes, new byte[0]).iterator();
        add(name, bytes.length, pieces::next);
    }

    /** Provides the bytes of an entry, in pieces of any size. */
    public interface Pieces {
        /** Returns the next piece; an empty array at the end. */
        byte[] next() throws IOException;
    }

    /**
     * Adds an entry of a known size.
     *
     * @throws BackupFailure if there are more bytes, or fewer
     */
    public void add(String name, long size, Pieces pieces) throws IOException {
        add(new TarArchiveEntry(name), size, pieces);
    }

    /** Adds a file of the machine with its owner, group and permissions. */
    public void add(String name, MachineFile file) throws IOException {
        try (InputStream in = Files.newInputStream(file.path())) {
            add(name, file, in);
        }
    }

    /**
     * Adds a file of the machine with its owner, group and permissions; of a file that grows meanwhile, the first
     * {@code file.size()} bytes.
     *
     * @param in its bytes
     * @throws BackupFailure if it became shorter
     */
    public void add(String name, MachineFile file, InputStream in) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setMode(file.mode());
        entry.setUserName(file.owner());
        entry.setGroupName(file.group());
        entry.setModTime(file.modified().toEpochMilli());
        long[] left = {file.size()};
        add(entry, file.size(), () -> {
            byte[] piece = in.readNBytes((int) Math.min(BUFFER, left[0]));
            left[0] -= piece.length;
            return piece;
        });
    }

    private void add(TarArchiveEntry entry, long size, Pieces pieces) throws IOException {
        entry.setSize(size);
        tar.putArchiveEntry(entry);
        inner.update((entry.getName() + "\n" + size + "\n").getBytes(StandardCharsets.UTF_8));
        entries++;
        long written = 0;
        for (byte[] piece = pieces.next(); piece.length > 0; piece = pieces.next()) {
            written += piece.length;
            if (written > size) {
                break;
            }
            tar.write(piece);
            inner.update(piece);
        }
        if (written != size) {
            throw new BackupFailure(entry.getName() + " should have " + size + " bytes, and has "
                    + (written < size ? "only " + written : "more"));
        }
        tar.closeArchiveEntry();
    }

    /** Returns the number of bytes written to the target so far. */
    public long written() {
        return target.written();
    }

    /** Ends the backup with its {@link Summary}; nothing can be added any more. */
    public void finish() throws IOException {
        String digest = HexFormat.of().formatHex(inner.digest());
        byte[] summary = new Summary(entries, digest).toBytes();
        TarArchiveEntry entry = new TarArchiveEntry(Summary.ENTRY);
        entry.setSize(summary.length);
        tar.putArchiveEntry(entry);
        tar.write(summary);
        tar.closeArchiveEntry();
        tar.finish();
        tar.close();
    }

    /** Returns the SHA-256, in hexadecimal, of everything written to the target, once {@link #finish finished}. */
    public String sha256() {
        return HexFormat.of().formatHex(outer.digest());
    }

    /** Closes the target without ending the backup, unless it was ended. */
    @Override
    public void close() throws IOException {
        target.close();
    }

    /** Counts the bytes that pass. */
    private static final class CountingOutput extends FilterOutputStream {
        private long written;

        CountingOutput(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int one) throws IOException {
            out.write(one);
            written++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            written += length;
        }

        long written() {
            return written;
        }
    }
}
