package chatd.audit.write;

import chatd.audit.FileFailure;
import chatd.audit.LogFiles;
import chatd.audit.LogPosition;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.LogEvent;
import chatd.audit.form.ClosedSegments;
import chatd.audit.seal.SealKey;
import chatd.audit.seal.SealPublicKey;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Appends to the open segment, seals, forces and rotates it. Its monitor is the log's lock; methods that are not
 * synchronized are called with it held, except {@link #force}.
 */
final class LogWriter implements Publisher.Source, Closeable {
    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());
    private static final Duration ROTATION_RETRY = Duration.ofSeconds(10);

    private final LogFiles files;
    private final AuditLog.Options options;
    private final Clock clock;
    private final OpenSegment open;
    private final Sealer sealer;
    private final ClosedSegments segments;
    private final Reserve reserve;
    private final Publisher publisher;
    private final FileGuard guard;
    private final Trouble trouble = new Trouble();
    private final Object forcing = new Object();
    private Instant noRotationBefore = Instant.MIN;
    private boolean closed;

    LogWriter(LogFiles files, AuditLog.Options options, Clock clock, OpenSegment open, Sealer sealer)
            throws IOException {
        this.files = files;
        this.options = options;
        this.clock = clock;
        this.open = open;
        this.sealer = sealer;
        this.segments = new ClosedSegments(files);
        this.reserve = new Reserve(files, options.reserve());
        this.publisher = new Publisher(files, options.fsync(), this);
        this.guard = new FileGuard(files, clock, open, segments, reserve, publisher);
    }

    Publisher publisher() {
        return publisher;
    }

    FileGuard guard() {
        return guard;
    }

    Trouble trouble() {
        return trouble;
    }

    ClosedSegments segments() {
        return segments;
    }

    /** Returns the end of the log as of the last successful write. */
    synchronized LogEnd end() {
        return open.end();
    }

    /** Returns where the log ends. */
    synchronized LogPosition appended() {
        return new LogPosition(open.number(), open.file().size());
    }

    /** Returns up to where the log is on disk. */
    synchronized LogPosition forced() {
        return new LogPosition(open.number(), open.file().forced());
    }

    /** Returns the public half of the sealing key. */
    synchronized SealPublicKey key() {
        return sealer.currentKey().publicKey();
    }

    /** Forces data that may not be on disk, so that nothing is appended to it before it is. */
    synchronized void settle() throws IOException {
        if (open.file().isDoubtful()) {
            forceAtOnce();
        }
    }

    synchronized void forceAtOnce() throws IOException {
        try {
            open.file().force();
        } catch (IOException e) {
            forceFailed(e);
            throw e;
        }
    }

    /** Throws the first error of the trouble until a failed force may be retried, without delaying that further. */
    synchronized void checkRetryAllowed() throws IOException {
        if (open.file().isDoubtful() && !trouble.mayRetry()) {
            throw new IOException(trouble.why());
        }
    }

    private void forceFailed(IOException why) {
        trouble.backOff();
        troubled(why);
    }

    synchronized void makeReserve() {
        try {
            reserve.allocate();
        } catch (IOException e) {
            troubled(e);
        }
    }

    /** Announces a key, sealed by the previous key if that is available, and switches to it in a new segment. */
    synchronized void switchKey(SealKey next) throws IOException {
        write(true, List.of(new LogEvent.KeyAnnounced(next.publicKey())));
        forceAtOnce();
        rotate(next);
    }

    /**
     * Generates a key, announces it under the seal of the previous one, and switches to it in a new segment.
     *
     * @throws IOException if that fails; unless it had already switched, the log keeps its present key, until the next
     *     start at the latest
     */
    synchronized SealPublicKey changeKey() throws IOException {
        checkOpen();
        SealKey next = SealKey.generate(options.sealAlgorithm());
        next.replace(options.sealKey());
        switchKey(next);
        SealKey.deletePrevious(options.sealKey());
        return next.publicKey();
    }

    /**
     * Seals the log and returns its head as an anchor: later events can be added, earlier ones can't be changed.
     *
     * @return the last seal's element, which seals everything until now
     * @throws IOException if the log can't be written
     */
    synchronized String anchor() throws IOException {
        checkOpen();
        write(true, List.of());
        if (options.fsync() != AuditLog.Fsync.NEVER) {
            // The seal must stay in the log for as long as somebody holds it as an anchor.
            forceAtOnce();
        }
        return String.valueOf(sealer.last());
    }

    /**
     * Appends events, all or none.
     *
     * @throws IOException if they could not be written; none of them is then in the log
     */
    synchronized void append(AuditEvent... events) throws IOException {
        if (events.length == 0) {
            return;
        }
        checkOpen();
        rotateWhereDue();
        if (open.file().isDoubtful()) {
            throw new IOException("what was last written to the log is not on the disk yet");
        }
        write(false, Arrays.asList(events));
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException("the log is closed");
        }
    }

    /** Writes events; if that fails, tries once more with the space of the reserve, and logs that. */
    private void write(boolean sealed, List<AuditEvent> due) throws IOException {
        try {
            guard.beforeAppending();
        } catch (IOException e) {
            troubled(e);
            throw e;
        }
        List<AuditEvent> events = guard.before(due);
        try {
            open.write(sealed, events);
        } catch (IOException e) {
            boolean isFirst = trouble.why() == null;
            troubled(e);
            if (e instanceof SegmentFile.Lost || !isFirst || !reserve.release()) {
                throw e;
            }
            List<AuditEvent> more = new ArrayList<>(events);
            more.add(new LogEvent.LogTroubled(
                    false, trouble.why() + "; its reserve of %d MiB is in use".formatted(options.reserve() >> 20)));
            open.write(sealed, more);
        }
        guard.clearFound();
        publisher.wake(open.file().size());
    }

    private void troubled(IOException why) {
        if (trouble.begin(why, files.part(), clock.instant())) {
            publisher.requestMaintenance();
        }
    }

    /**
     * Checks all of the log's files, and logs what happened to them.
     *
     * @param document as returned by {@link FileGuard#checkDocument}
     * @param closedSegments as returned by {@link FileGuard#checkClosedSegments}
     */
    synchronized void checkFiles(@Nullable String document, @Nullable String closedSegments) {
        try {
            if (guard.checkAll(document, closedSegments)) {
                write(true, List.of());
            }
        } catch (IOException e) {
            troubled(e);
        }
    }

    /** Does what is due by the clock, and retries what failed.  */
    synchronized void retryAndSeal() {
        try {
            if (trouble.why() != null && trouble.mayRetry()) {
                guard.keepAll();
                reserve.allocate();
                settle();
                write(false, List.of(trouble.endEvent()));
                trouble.end();
            }
            if (!open.file().isDoubtful() && sealer.isDue(open.end(), clock.instant())) {
                write(true, List.of());
            }
        } catch (IOException e) {
            troubled(e);
        }
    }

    /**
     * Appends an event with a seal after it, and forces both to disk.
     *
     * @throws IOException if that fails
     */
    synchronized void appendSealed(AuditEvent event) throws IOException {
        checkOpen();
        write(true, List.of(event));
        forceAtOnce();
    }

    /**
     * Rotates if due. If that fails before the next segment begins, nothing has changed: the segment continues, and
     * rotation is retried {@link #ROTATION_RETRY} later.
     */
    private void rotateWhereDue() throws IOException {
        Instant now = clock.instant();
        SealKey key = sealer.key();
        // If its key is lost, startup switches to the next segment anyway.
        if (key == null || !open.isDue(now) || now.isBefore(noRotationBefore)) {
            return;
        }
        try {
            rotate(key);
        } catch (IOException e) {
            noRotationBefore = now.plus(ROTATION_RETRY);
            LOG.log(System.Logger.Level.ERROR, "CHATD-410 " + FileFailure.describe(e));
        }
    }

    /**
     * Closes the open segment and begins the next.
     *
     * @throws IOException if that fails, as {@link OpenSegment#rotate} does; unless the next has begun, the segment
     *     continues
     */
    synchronized void rotate() throws IOException {
        checkOpen();
        rotate(sealer.currentKey());
    }

    private void rotate(SealKey next) throws IOException {
        try {
            guard.keepPart();
            if (guard.hasFound()) {
                write(false, List.of());
            }
            open.rotate(next, segments);
        } catch (IOException e) {
            if (open.file().isDoubtful()) {
                forceFailed(e);
            }
            throw e;
        }
        publisher.requestPublish();
    }

    /**
     * Forces what was appended to disk, by default within a second; appenders need not wait unless a force has failed.
     * If it fails, acknowledged events may be lost: nothing is appended until it succeeds.
     */
    @Override
    public void force() throws IOException {
        // One at a time: of two concurrent forces, only one is told that the disk failed.
        synchronized (forcing) {
            checkRetryAllowed();
            Publisher.Snapshot begun;
            try {
                begun = snapshot();
            } catch (IOException e) {
                // For example, no file can be opened; the part is already open.
                forceAtOnce();
                return;
            }
            try (Publisher.Snapshot now = begun) {
                IOException failure = null;
                try {
                    if (options.fsync() == AuditLog.Fsync.INTERVAL) {
                        now.part().force(false);
                    }
                } catch (IOException e) {
                    failure = e;
                }
                forced(now, failure);
            }
        }
    }

    private synchronized void forced(Publisher.Snapshot now, @Nullable IOException failure) throws IOException {
        try {
            open.forced(now.segment(), now.size(), failure);
        } catch (IOException e) {
            forceFailed(e);
            throw e;
        }
        sealer.sendToJournal(now.seals());
    }

    @Override
    public synchronized Publisher.Snapshot snapshot() throws IOException {
        guard.keepPart();
        return new Publisher.Snapshot(
                FileChannel.open(files.part()), open.number(), open.file().size(), sealer.unsent());
    }

    /** Seals what was appended, before the log is closed. */
    synchronized void seal() throws IOException {
        write(true, List.of());
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        open.close();
    }
}
