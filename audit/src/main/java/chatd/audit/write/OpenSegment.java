package chatd.audit.write;

import chatd.audit.LogFiles;
import chatd.audit.event.AuditEvent;
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
 * The segment that is appended to. What can't be written as a whole leaves no trace: neither in the part nor in the
 * numbers and the chain that go on from here. The log's lock guards it.
 */
final class OpenSegment implements Closeable {
    private final LogFiles files;
    private final AuditLog.Options options;
    private final Clock clock;
    private final Sealer sealer;
    private FileChannel part;

    /** What the part's name has to stand for. */
    private @Nullable Object key;

    /** As of what is written. */
    private LogEnd end;

    private long number;
    private Instant started;
    private long size;

    /** What a segment begins with, and could not be written yet. */
    private @Nullable AuditEvent beginning;

    private boolean sealBeginning;

    /** Bytes that are on the disk. */
    private long forced;

    /** What of the part is there after a crash. */
    private enum OnDisk {
        /** What was forced. */
        SURE,
        /** Perhaps nothing behind {@code forced}: the kernel forgets what it could not bring there, also of the last owner. */
        DOUBTFUL,
        /** As {@link #DOUBTFUL}, and perhaps not the part's name. */
        UNNAMED
    }

    private OnDisk onDisk;

    /** What stands behind the bytes that count. */
    private enum Tail {
        NOTHING,
        /** Perhaps what could not be written as a whole. */
        TORN,
        /** What counts can't be read any more itself: nothing can go on from it. */
        LOST
    }

    private Tail tail = Tail.NOTHING;

    /** The second name of a segment that goes on. */
    private @Nullable Path stray;

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
        this.onDisk = options.fsync() == AuditLog.Fsync.NEVER ? OnDisk.SURE : OnDisk.DOUBTFUL;
    }

    private void take(OpenPart opened) {
        part = opened.file();
        key = opened.key();
    }

    /** Removes what an append or a rotation that failed has left. */
    private void mend() throws IOException {
        if (tail == Tail.LOST) {
            throw new Lost();
        }
        Path second = stray;
        if (second != null) {
            // With it there, the next start would take the segment for closed. What else may be there is not ours.
            if (Files.exists(second) && Files.isSameFile(second, files.part())) {
                Files.delete(second);
                files.forceNames();
            }
            stray = null;
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
            // It was cut short under us: what is written now would stand behind a hole.
            throw lost();
        }
        if (tail == Tail.TORN) {
            part.truncate(size);
            part.position(size);
            tail = Tail.NOTHING;
        }
    }

    /**
     * Appends events, all or none, and a seal where it is due or asked for.
     *
     * @throws IOException where they could not be written; nothing has changed then
     */
    void write(boolean sealed, List<AuditEvent> events) throws IOException {
        mend();
        LineBatch next = lines(sealed || (beginning != null && sealBeginning), events);
        byte[] bytes = next.bytes();
        try {
            LogFiles.write(part, bytes);
            if (options.fsync() == AuditLog.Fsync.ALWAYS) {
                part.force(false);
                forced = size + bytes.length;
            }
        } catch (IOException | RuntimeException e) {
            tail = Tail.TORN;
            try {
                mend();
            } catch (IOException again) {
                // The next append tries again, and writes nothing before.
            }
            throw e;
        }
        size += bytes.length;
        end = next.end();
        beginning = null;
        sealer.sealed(next.seal());
    }

    private LineBatch lines(boolean sealed, List<AuditEvent> events) {
        LineBatch next = new LineBatch(end, clock.instant().truncatedTo(ChronoUnit.MICROS), options.names());
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

    /** Whether it has become large or old, and has events. */
    boolean isDue(Instant now) {
        boolean due = options.rotation().isDue(size, Duration.between(started, now));
        return due && !end.isEmpty();
    }

    /**
     * Closes the segment and begins the next; whatever moment it is interrupted at, the next start finishes it. The part
     * gets its closing tag and a second name, and loses the first to the part of the next segment: nothing is copied
     * while those who append wait, and there is a part at every moment.
     *
     * @param next the key of the segment that begins; another than before seals at once, so that it shows
     * @param segments to which the closed one is added
     * @throws IOException where that failed, and the segment goes on; or where the next one can't be written yet, or is
     *     doubtful by its name
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
            stray = closed;
            files.close(closed);
            if (!Objects.equals(LogFiles.keyOf(closed), key)) {
                throw new IOException("audit.part was replaced under it");
            }
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            fresh = FreshPart.begin(
                    files, options.host(), number + 1, end.chain(), end.time().isAfter(now) ? end.time() : now, next);
        } catch (IOException e) {
            try {
                mend();
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            if (e instanceof Lost) {
                throw e;
            }
            throw new IOException("the log's segment can't be closed, and goes on: " + e.getMessage(), e);
        }
        tail = Tail.NOTHING;
        stray = null;
        FileChannel before = part;
        take(fresh.part());
        end = end.inSegment(fresh.chain());
        number = fresh.number();
        started = fresh.started();
        size = fresh.size();
        forced = size;
        onDisk = OnDisk.UNNAMED;
        sealBeginning = next != sealer.key();
        sealer.begin(next);
        beginning = new LogEvent.Rotated(LogFiles.name(closed), end.message(), end.change());
        before.close();
        segments.add(closed);
        forceName();
        write(false, List.of());
    }

    private void forceName() throws IOException {
        if (onDisk == OnDisk.UNNAMED) {
            files.forceNames();
        }
        onDisk = OnDisk.SURE;
    }

    /**
     * Brings what was written to the disk. Where that failed before, it is written again first: a force alone would
     * succeed, and bring nothing.
     *
     * @throws IOException where that failed, or what was written can't be read any more
     */
    void force() throws IOException {
        mend();
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
        onDisk = onDisk == OnDisk.SURE ? OnDisk.DOUBTFUL : onDisk;
    }

    /** Whether what was written may not come to the disk any more: nothing is to go on from it until {@link #force}. */
    boolean isDoubtful() {
        return onDisk != OnDisk.SURE;
    }

    /** Whether the part's name stands for the file that is written to. */
    boolean isInPlace() throws IOException {
        return Objects.equals(LogFiles.keyOf(files.part()), key);
    }

    /**
     * Makes sure that the part's name stands for the file that is written to, and that this was not cut short; makes it
     * anew from that file where it does not.
     *
     * @return what had happened, for an event; null where all is as it should be
     * @throws IOException where that failed: what is written now would be gone with the process
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
        String happened = LogFiles.name(files.part()) + LogFiles.fate(now);
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
        onDisk = OnDisk.UNNAMED;
        try {
            forceName();
        } catch (IOException e) {
            // It is doubtful: the next force tries again.
        }
        return happened + "; it was made anew from what the daemon had open";
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
        // The kernel may have shown what is on the disk in place of what it was given.
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

    /** Something else is read than was written, and what would be written next could not go on from it. */
    static final class Lost extends IOException {
        private static final long serialVersionUID = 1L;

        Lost() {
            super("the disk has lost what was last written to the log; a new start mends it");
        }
    }

    /**
     * A force of a segment's file, of so many bytes and without the lock, came to its end.
     *
     * @throws IOException where it failed, or one that failed before was tried again and fails again
     */
    void forced(long segment, long bytes, @Nullable IOException failure) throws IOException {
        if (segment != number) {
            // Closed meanwhile, which forced it.
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

    /** Bytes that count. */
    long size() {
        return size;
    }

    /** As of what is written. */
    LogEnd end() {
        return end;
    }

    @Override
    public void close() throws IOException {
        try {
            mend();
            if (options.fsync() != AuditLog.Fsync.NEVER) {
                force();
            }
        } finally {
            part.close();
        }
    }
}
