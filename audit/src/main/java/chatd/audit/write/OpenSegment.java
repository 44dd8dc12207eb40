package chatd.audit.write;

import chatd.audit.FileFailure;
import chatd.audit.LogFiles;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.LineBuffer;
import chatd.audit.event.LogEvent;
import chatd.audit.form.ClosedSegments;
import chatd.audit.form.Line;
import chatd.audit.form.OpenPart;
import chatd.audit.form.Segment;
import chatd.audit.seal.SealKey;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The segment that is appended to. A write that fails leaves no trace, neither in the part nor in the numbers and the
 * chain that continue from here. Guarded by the log's lock.
 */
final class OpenSegment implements Closeable {
    /** Bytes of a batch of lines beyond which memory is not kept for the next. */
    private static final int USUAL_BATCH = 1 << 16;

    private final LogFiles files;
    private final AuditLog.Options options;
    private final Clock clock;
    private final Sealer sealer;

    /** The lines of one batch, kept from one to the next. */
    private final LineBuffer lines = new LineBuffer(USUAL_BATCH);

    private FileChannel part;

    /** File key that the part's name must refer to. */
    private @Nullable Object key;

    /** The end of the log as of the last successful write. */
    private LogEnd end;

    private long number;
    private Instant started;
    private long size;

    /** The first event of a segment, if it could not be written yet. */
    private @Nullable AuditEvent beginning;

    private boolean sealBeginning;

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

    OpenSegment(
            LogFiles files,
            AuditLog.Options options,
            Clock clock,
            Segment open,
            @Nullable Segment before,
            Sealer sealer)
            throws IOException {
        this.files = files;
        this.options = options;
        this.clock = clock;
        this.sealer = sealer;
        OpenPart there = OpenPart.open(files);
        this.part = there.file();
        this.key = there.key();
        part.position(open.end());
        this.end = new LogEnd(open, before);
        this.number = open.number;
        this.started = open.started;
        this.size = open.end();
        this.onDisk = options.fsync() == AuditLog.Fsync.NEVER ? Durability.SURE : Durability.DOUBTFUL;
    }

    private void take(OpenPart opened) {
        part = opened.file();
        key = opened.key();
    }

    /** Removes the remains of a failed append or rotation. */
    private void repairTail() throws IOException {
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
     * Appends events, all or none, and a seal if one is due or requested.
     *
     * @throws IOException if they could not be written; nothing has changed then
     */
    void write(boolean sealed, List<AuditEvent> events) throws IOException {
        repairTail();
        LineBatch next = lines(sealed || (beginning != null && sealBeginning), events);
        ByteBuffer bytes = next.bytes();
        int more = bytes.remaining();
        try {
            LogFiles.write(part, bytes);
            if (options.fsync() == AuditLog.Fsync.ALWAYS) {
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
        end = next.end();
        beginning = null;
        sealer.sealed(next.seal());
    }

    private LineBatch lines(boolean sealed, List<AuditEvent> events) {
        lines.clear(USUAL_BATCH);
        LineBatch next = new LineBatch(lines, end, clock.instant().truncatedTo(ChronoUnit.MICROS), options.names());
        if (beginning != null) {
            next.begin(beginning);
        }
        next.add(events);
        SealKey by = sealer.key();
        if (by != null) {
            next.seal(by, sealed);
        }
        return next;
    }

    /** Returns whether rotation is due: the segment is large or old enough, and not empty. */
    boolean isDue(Instant now) {
        boolean due = options.rotation().isDue(size, Duration.between(started, now));
        return due && !end.isEmpty();
    }

    /**
     * Closes the segment and begins the next; if that is interrupted at any moment, the next start finishes it. The
     * part gets its closing tag and a second name, and loses the first to the part of the next segment: nothing is
     * copied while appenders wait, and a part exists at every moment.
     *
     * @param next the key of the new segment; if it is not the current key, it seals at once, to show that it is in use
     * @param segments receives the closed segment
     * @throws IOException if that fails and the segment continues; or if the next one can't be written yet, or its name
     *     may not be on disk
     */
    void rotate(SealKey next, ClosedSegments segments) throws IOException {
        write(true, List.of());
        Path closed = files.closed(number, started);
        FreshPart fresh;
        try {
            if (isDoubtful()) {
                force();
            }
            tail = Tail.TORN;
            LogFiles.write(part, Line.CLOSING);
            if (options.fsync() != AuditLog.Fsync.NEVER) {
                forceAsItIs();
            }
            failedRotationLink = closed;
            files.close(closed);
            if (!Objects.equals(LogFiles.keyOf(closed), key)) {
                throw new IOException("audit.part was replaced under it");
            }
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            fresh = FreshPart.begin(
                    files, options.host(), number + 1, end.chain(), end.time().isAfter(now) ? end.time() : now, next);
        } catch (IOException e) {
            try {
                repairTail();
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            if (e instanceof Lost) {
                throw e;
            }
            throw new IOException("the log's segment can't be closed and stays open: " + FileFailure.describe(e), e);
        }
        tail = Tail.NOTHING;
        failedRotationLink = null;
        FileChannel before = part;
        take(fresh.part());
        end = end.forNewSegment(fresh.chain());
        number = fresh.number();
        started = fresh.started();
        size = fresh.size();
        forced = size;
        onDisk = Durability.UNNAMED;
        sealBeginning = next != sealer.key();
        sealer.begin(next);
        beginning = new LogEvent.Rotated(LogFiles.name(closed), end.message(), end.change());
        before.close();
        segments.add(closed);
        forceName();
        write(false, List.of());
    }

    private void forceName() throws IOException {
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
     * @return what had happened, for an event; null if the part is in place
     * @throws IOException if that fails: what is written now would be lost with the process
     */
    @Nullable
    String keepInPlace() throws IOException {
        Object now = LogFiles.keyOf(files.part());
        if (tail == Tail.LOST
                || (part.isOpen() && part.size() < size)
                || (!part.isOpen() && !Objects.equals(now, key))) {
            throw lost();
        }
        if (Objects.equals(now, key)) {
            return null;
        }
        String happened = LogFiles.name(files.part()) + LogFiles.describeChange(now);
        if (now != null) {
            Path kept = files.directory()
                    .resolve("audit.replaced-" + clock.instant().toEpochMilli());
            Files.move(files.part(), kept);
            happened += " by another file, which is kept in " + LogFiles.name(kept);
        }
        FileChannel before = part;
        take(OpenPart.make(files, file -> LogFiles.copy(before, 0, size, file)));
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
            if (there.end() != size || !there.chain().equals(end.chain())) {
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
     * Records the outcome of a force, done without the lock, of the first {@code bytes} bytes of a segment's file.
     *
     * @throws IOException if it failed, or if an earlier failed force was retried and failed again
     */
    void forced(long segment, long bytes, @Nullable IOException failure) throws IOException {
        if (segment != number) {
            // The segment was closed meanwhile, which forced it.
            return;
        }
        if (failure != null) {
            doubt();
            throw failure;
        }
        if (isDoubtful()) {
            force();
        }
        forced = Math.max(forced, bytes);
    }

    long number() {
        return number;
    }

    /** Returns the number of valid bytes. */
    long size() {
        return size;
    }

    /** Returns the end of the log as of the last successful write. */
    LogEnd end() {
        return end;
    }

    @Override
    public void close() throws IOException {
        try {
            repairTail();
            if (options.fsync() != AuditLog.Fsync.NEVER) {
                force();
            }
        } finally {
            part.close();
        }
    }
}
