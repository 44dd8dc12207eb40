package chatd.audit.write;

import chatd.audit.FileFailure;
import chatd.audit.LogFiles;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.LineBuffer;
import chatd.audit.event.LogEvent;
import chatd.audit.form.ClosedSegments;
import chatd.audit.form.Segment;
import chatd.audit.seal.SealKey;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
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

    private final SegmentFile file;

    /** The end of the log as of the last successful write. */
    private LogEnd end;

    private long number;
    private Instant started;

    /** The first event of a segment, if it could not be written yet. */
    private @Nullable AuditEvent beginning;

    private boolean sealBeginning;

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
        this.file = new SegmentFile(files, options.fsync(), open);
        this.end = new LogEnd(open, before);
        this.number = open.number;
        this.started = open.started;
    }

    /**
     * Appends events, all or none, and a seal if one is due or requested.
     *
     * @throws IOException if they could not be written; nothing has changed then
     */
    void write(boolean sealed, List<AuditEvent> events) throws IOException {
        file.repairTail();
        LineBatch next = lines(sealed || (beginning != null && sealBeginning), events);
        file.append(next.bytes(), next.end().chain());
        end = next.end();
        beginning = null;
        sealer.recordSeal(next.seal());
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
        boolean due = options.rotation().isDue(file.size(), Duration.between(started, now));
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
            file.finish(closed);
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            fresh = FreshPart.begin(
                    files, options.host(), number + 1, end.chain(), end.time().isAfter(now) ? end.time() : now, next);
        } catch (IOException e) {
            try {
                file.repairTail();
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            if (e instanceof SegmentFile.Lost) {
                throw e;
            }
            throw new IOException("the log's segment can't be closed and stays open: " + FileFailure.describe(e), e);
        }
        end = end.forNewSegment(fresh.chain());
        number = fresh.number();
        started = fresh.started();
        sealBeginning = next != sealer.key();
        sealer.useKey(next);
        beginning = new LogEvent.Rotated(LogFiles.name(closed), end.lastMessage(), end.lastChange());
        file.replace(fresh);
        segments.add(closed);
        file.forceName();
        write(false, List.of());
    }

    /**
     * Records the outcome of a force, done without the lock, of the first {@code bytes} bytes of a segment's file.
     *
     * @throws IOException if it failed, or if an earlier failed force was retried and failed again
     */
    void forced(long segment, long bytes, @Nullable IOException failure) throws IOException {
        // A segment that was closed meanwhile was forced then.
        if (segment == number) {
            file.forced(bytes, failure);
        }
    }

    long number() {
        return number;
    }

    SegmentFile file() {
        return file;
    }

    /** Returns the end of the log as of the last successful write. */
    LogEnd end() {
        return end;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
