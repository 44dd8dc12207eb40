package chatd.audit.write;

import chatd.audit.LogFiles;
import chatd.audit.form.Line;
import chatd.audit.form.OpenPart;
import chatd.audit.form.Segment;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The file of the open segment, {@code audit.part}: how much of it is valid, and how much is known to be on disk. A write
 * that fails leaves no trace in it. Guarded by the log's lock.
 */
final class SegmentFile implements Closeable {
    private final LogFiles files;
    private final AuditLog.Fsync fsync;
    private FileChannel part;

    /** File key that the part's name must refer to. */
    private @Nullable Object key;

    /** Number of valid bytes. */
    private long size;

    /** The hash chain after the valid bytes, as a segment that is read back must have it. */
    private String chain;

    /** Number of bytes known to be on disk. */
    private long forced;

    /** How much of the part survives a crash. */
    private enum Durability {
        /** Everything up to {@code forced}. */
        SURE,
        /** Perhaps nothing past {@code forced}: the kernel drops pages it failed to write, the last owner's too. */
        DOUBTFUL,
        /** As {@link #DOUBTFUL}, and the part's name may be lost too. */
        UNNAMED
    }

    private Durability onDisk;

    /** The state of the part after its valid bytes. */
    private enum Tail {
        NOTHING,
        /** Perhaps an incomplete write. */
        TORN,
        /** The valid bytes themselves can no longer be read: nothing can continue from them. */
        LOST
    }

    private Tail tail = Tail.NOTHING;

    /** The second name of a segment that continues because its rotation failed; to be removed. */
    private @Nullable Path failedRotationLink;

    /** Opens the part of a segment that was read, to continue after its valid bytes. */
    SegmentFile(LogFiles files, AuditLog.Fsync fsync, Segment open) throws IOException {
        this.files = files;
        this.fsync = fsync;
        OpenPart there = OpenPart.open(files);
        this.part = there.file();
        this.key = there.key();
        part.position(open.end());
        this.size = open.end();
        this.chain = open.chain();
        this.onDisk = fsync == AuditLog.Fsync.NEVER ? Durability.SURE : Durability.DOUBTFUL;
    }

    private void take(OpenPart opened) {
        part = opened.file();
        key = opened.key();
    }

    /** Removes the remains of a failed append or rotation. */
    void repairTail() throws IOException {
        if (tail == Tail.LOST) {
            throw new Lost();
        }
        Path second = failedRotationLink;
        if (second != null) {
            // If it stayed, the next start would take the segment for closed. Any other file there is not ours.
            if (Files.exists(second) && Files.isSameFile(second, files.part())) {
                Files.delete(second);
                files.syncDirectory();
            }
            failedRotationLink = null;
        }
        if (!part.isOpen()) {
            OpenPart there = OpenPart.open(files);
            if (!Objects.equals(there.key(), key)) {
                there.file().close();
                throw lost();
            }
            take(there);
            tail = Tail.TORN;
        }
        if (part.size() < size) {
            // It was truncated under us: a write would now leave a hole before it.
            throw lost();
        }
        if (tail == Tail.TORN) {
            part.truncate(size);
            part.position(size);
            tail = Tail.NOTHING;
        }
    }

    /**
     * Appends bytes, all or none.
     *
     * @param chainAfter the hash chain after them
     * @throws IOException if they could not be written; nothing has changed then
     */
    void append(ByteBuffer bytes, String chainAfter) throws IOException {
        int more = bytes.remaining();
        try {
            LogFiles.write(part, bytes);
            if (fsync == AuditLog.Fsync.ALWAYS) {
                part.force(false);
                forced = size + more;
            }
        } catch (IOException | RuntimeException e) {
            tail = Tail.TORN;
            try {
                repairTail();
            } catch (IOException again) {
                // The next append retries this before it writes anything.
            }
            throw e;
        }
        size += more;
        chain = chainAfter;
    }

    /**
     * Writes the closing tag and gives the file a second name, that of a closed segment. Until {@link #replace}, {@link
     * #repairTail} takes both back.
     */
    void finish(Path closed) throws IOException {
        if (isDoubtful()) {
            force();
        }
        tail = Tail.TORN;
        LogFiles.write(part, Line.CLOSING);
        if (fsync != AuditLog.Fsync.NEVER) {
            forceAsItIs();
        }
        failedRotationLink = closed;
        files.close(closed);
        if (!Objects.equals(LogFiles.keyOf(closed), key)) {
            throw new IOException("audit.part was replaced under it");
        }
    }

    /** Continues with the part of the next segment. */
    void replace(FreshPart fresh) throws IOException {
        tail = Tail.NOTHING;
        failedRotationLink = null;
        FileChannel before = part;
        take(fresh.part());
        size = fresh.size();
        chain = fresh.chain();
        forced = size;
        onDisk = Durability.UNNAMED;
        before.close();
    }

    /** Forces the name of the part, if it may be lost. */
    void forceName() throws IOException {
        if (onDisk == Durability.UNNAMED) {
            files.syncDirectory();
        }
        onDisk = Durability.SURE;
    }

    /**
     * Forces what was written to disk. If that failed before, the data is written again first: a force alone would
     * succeed without writing anything.
     *
     * @throws IOException if that fails, or what was written can no longer be read
     */
    void force() throws IOException {
        repairTail();
        if (isDoubtful()) {
            writeAgain();
        }
        forceAsItIs();
        forceName();
        forced = size;
    }

    private void forceAsItIs() throws IOException {
        try {
            part.force(true);
        } catch (IOException e) {
            doubt();
            throw e;
        }
    }

    private void doubt() {
        onDisk = onDisk == Durability.SURE ? Durability.DOUBTFUL : onDisk;
    }

    /** Returns whether written data may never reach the disk: nothing may be appended until {@link #force} succeeds. */
    boolean isDoubtful() {
        return onDisk != Durability.SURE;
    }

    /** Returns whether the part's name refers to the file that is written to. */
    boolean isInPlace() throws IOException {
        return Objects.equals(LogFiles.keyOf(files.part()), key);
    }

    /**
     * Ensures that the part's name refers to the file that is written to and that this was not truncated; recreates the
     * part from that file if the name does not.
     *
     * @param now the time, for the name of a file that took its place
     * @return what had happened, for an event; null if the part is in place
     * @throws IOException if that fails: what is written now would be lost with the process
     */
    @Nullable
    String keepInPlace(Instant now) throws IOException {
        Object there = LogFiles.keyOf(files.part());
        if (tail == Tail.LOST
                || (part.isOpen() && part.size() < size)
                || (!part.isOpen() && !Objects.equals(there, key))) {
            throw lost();
        }
        if (Objects.equals(there, key)) {
            return null;
        }
        String happened = LogFiles.name(files.part()) + LogFiles.describeChange(there);
        if (there != null) {
            Path kept = files.directory().resolve("audit.replaced-" + now.toEpochMilli());
            Files.move(files.part(), kept);
            happened += " by another file, which is kept in " + LogFiles.name(kept);
        }
        FileChannel before = part;
        take(OpenPart.create(files, file -> LogFiles.copy(before, 0, size, file)));
        before.close();
        checkChain();
        forced = size;
        tail = Tail.NOTHING;
        onDisk = Durability.UNNAMED;
        try {
            forceName();
        } catch (IOException e) {
            // The name stays doubtful: the next force retries.
        }
        return happened + "; it was recreated from the file that the daemon had open";
    }

    private void writeAgain() throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(1 << 16);
        for (long at = forced; at < size; ) {
            if (part.read(piece.clear().limit((int) Math.min(piece.capacity(), size - at)), at) <= 0) {
                throw lost();
            }
            at += part.write(piece.flip(), at);
        }
        checkChain();
    }

    private void checkChain() throws IOException {
        // The kernel may have returned what is on disk instead of what was written.
        try {
            Segment there = Segment.read(files.part());
            if (there.end() != size || !there.chain().equals(chain)) {
                throw lost();
            }
        } catch (Segment.Broken e) {
            throw lost();
        }
    }

    private Lost lost() {
        tail = Tail.LOST;
        return new Lost();
    }

    /** Thrown if something other than what was written is read back, so that nothing can be appended to it. */
    static final class Lost extends IOException {
        private static final long serialVersionUID = 1L;

        Lost() {
            super("the disk has lost what was last written to the log; a restart repairs it");
        }
    }

    /**
     * Records the outcome of a force, done without the lock, of its first {@code bytes} bytes.
     *
     * @throws IOException if it failed, or if an earlier failed force was retried and failed again
     */
    void forced(long bytes, @Nullable IOException failure) throws IOException {
        if (failure != null) {
            doubt();
            throw failure;
        }
        if (isDoubtful()) {
            force();
        }
        forced = Math.max(forced, bytes);
    }

    /** Returns the number of valid bytes. */
    long size() {
        return size;
    }

    /** Returns the number of valid bytes that a loss of power leaves, or all if nothing is ever forced. */
    long forced() {
        return fsync == AuditLog.Fsync.NEVER ? size : Math.min(forced, size);
    }

    @Override
    public void close() throws IOException {
        try {
            repairTail();
            if (fsync != AuditLog.Fsync.NEVER) {
                force();
            }
        } finally {
            part.close();
        }
    }
}
