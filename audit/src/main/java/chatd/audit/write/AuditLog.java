package chatd.audit.write;

import chatd.audit.FileFailure;
import chatd.audit.LogFiles;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.LogEvent;
import chatd.audit.form.ClosedSegments;
import chatd.audit.form.Segment;
import chatd.audit.seal.SealKey;
import chatd.audit.seal.SealPublic;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The audit log: appends events, chains them, rotates segments and publishes the open one as a whole document.
 *
 * <p>When {@link #append} returns, the events are in {@code audit.part}, in the order given and with no others in
 * between, and survive the end of this process; {@link Fsync} determines how soon they survive a loss of power. When it
 * throws, none of them is there: what can't be logged must not happen. An append can be retried at any time; once
 * {@link #publishing()}, the log also retries by itself and reports when it can be written again. Thread-safe. Only one
 * log may be open on a directory; its owner must ensure that.
 */
public final class AuditLog implements Closeable {
    /** When appended events are forced to disk. */
    public enum Fsync {
        /** Within a second. */
        INTERVAL,
        /** Before {@link #append} returns. */
        ALWAYS,
        NEVER
    }

    /**
     * @param host the host name for the head of a segment
     * @param sealKey the file of the sealing key, created if it does not exist
     * @param sealAlgorithm the algorithm of generated keys, {@code Ed25519} or {@code ML-DSA-65}
     * @param names whether accounts are logged with their names, or by number only
     * @param retention how long a segment is kept after its last event; zero means for ever
     * @param reserve bytes of disk space set aside for when the disk is full
     */
    public record Options(
            Fsync fsync,
            Rotation rotation,
            String host,
            Path sealKey,
            String sealAlgorithm,
            boolean names,
            Duration retention,
            long reserve) {}

    /**
     * When a segment that has events is closed.
     *
     * @param size bytes at which a segment of at least {@code leastAge} is closed: files that people look at stay small
     * @param limit bytes at which a segment of any age is closed, so that a busy log does not rotate every second
     * @param age age at which a segment of any size is closed
     */
    public record Rotation(long size, Duration leastAge, long limit, Duration age) {
        /** Returns a rotation by size, without a minimum age, or by age. */
        public static Rotation at(long size, Duration age) {
            return new Rotation(size, Duration.ZERO, size, age);
        }

        boolean isDue(long bytes, Duration itsAge) {
            return bytes >= limit || (bytes >= size && itsAge.compareTo(leastAge) >= 0) || itsAge.compareTo(age) > 0;
        }
    }

    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());
    private static final Duration ROTATION_RETRY = Duration.ofSeconds(10);

    private final LogFiles files;
    private final Options options;
    private final Clock clock;
    private final Publisher publisher;
    private final OpenSegment open;
    private final Sealer sealer;
    private final Reserve reserve;
    private final ClosedSegments segments;
    private final FileGuard guard;
    private final Retention retention;
    private Instant noRotationBefore = Instant.MIN;
    private final Trouble trouble = new Trouble();
    private final Object forcing = new Object();
    private boolean closed;

    private AuditLog(LogFiles files, Options options, Clock clock, OpenSegment open, Sealer sealer) throws IOException {
        this.files = files;
        this.options = options;
        this.clock = clock;
        this.open = open;
        this.sealer = sealer;
        this.reserve = new Reserve(files, options.reserve());
        this.segments = new ClosedSegments(files);
        this.retention = new Retention(files, segments, options.retention());
        this.publisher = new Publisher(files, options.fsync(), new Publisher.Source() {
            @Override
            public Publisher.Snapshot snapshot() throws IOException {
                return AuditLog.this.snapshot();
            }

            @Override
            public void force() throws IOException {
                AuditLog.this.force();
            }
        });
        this.guard = new FileGuard(files, open, segments, reserve, publisher);
    }

    /**
     * Opens the log in a directory, first repairing whatever the last owner left unfinished: a torn tail is cut off and
     * kept in a separate file, an interrupted rotation is finished, and an event records it.
     *
     * @throws IOException if it can't be read or written, or is not a log
     */
    public static AuditLog open(Path directory, Options options, Clock clock) throws IOException {
        LogFiles files = new LogFiles(directory);
        files.install("audit.xsd");
        files.install("audit.css");
        SealKey ours = SealKey.open(options.sealKey(), options.sealAlgorithm());
        Recovery recovery = Recovery.of(files, options.fsync(), clock);
        Segment before = recovery.before();
        Segment last =
                recovery.open() == null ? FreshPart.begin(files, options.host(), clock, before, ours) : recovery.open();
        Sealer sealer = new Sealer(last, ours, options.sealKey());
        AuditLog log = new AuditLog(
                files, options, clock, new OpenSegment(files, options, clock, last, before, sealer), sealer);
        String earlier = before == null ? null : before.key;
        // Appended together: a segment that has its first event also has the numbers it continues from.
        List<AuditEvent> first = new ArrayList<>(recovery.mended());
        if (ours.isOf(last.key) && last.lastSeq() < 0 && !ours.isOf(earlier)) {
            first.add(new LogEvent.KeyAnnounced(ours.half()));
        }
        log.settle();
        log.append(first.toArray(AuditEvent[]::new));
        if (!ours.isOf(last.key)) {
            log.switchKey(ours);
        }
        SealKey.settle(options.sealKey());
        log.prepare();
        log.publish();
        return log;
    }

    /** Forces data that may not be on disk, so that nothing is appended to it before it is. */
    private synchronized void settle() throws IOException {
        if (open.isDoubtful()) {
            forceAtOnce();
        }
    }

    private synchronized void forceAtOnce() throws IOException {
        try {
            open.force();
        } catch (IOException e) {
            forceFailed(e);
            throw e;
        }
    }

    /** Throws the first error of the trouble until a failed force may be retried, without delaying that further. */
    private synchronized void checkRetryAllowed() throws IOException {
        if (open.isDoubtful() && !trouble.mayRetry()) {
            throw new IOException(trouble.why());
        }
    }

    private void forceFailed(IOException why) {
        trouble.backOff();
        troubled(why);
    }

    private synchronized void prepare() {
        try {
            reserve.make();
        } catch (IOException e) {
            troubled(e);
        }
    }

    /** Announces a key, sealed by the previous key if that is available, and switches to it in a new segment. */
    private synchronized void switchKey(SealKey next) throws IOException {
        write(true, List.of(new LogEvent.KeyAnnounced(next.half())));
        forceAtOnce();
        rotate(next);
    }

    /**
     * Generates a key, announces it under the seal of the previous one, and switches to it in a new segment.
     *
     * @throws IOException if that fails; unless it had already switched, the log keeps its present key, until the next
     *     start at the latest
     */
    public synchronized SealPublic changeKey() throws IOException {
        checkOpen();
        SealKey next = SealKey.make(options.sealAlgorithm());
        next.replace(options.sealKey());
        switchKey(next);
        SealKey.settle(options.sealKey());
        return next.half();
    }

    /**
     * Seals the log and returns its head as an anchor: later events can be added, earlier ones can't be changed.
     *
     * @return the last seal's element, which seals everything until now
     * @throws IOException if the log can't be written
     */
    public synchronized String anchor() throws IOException {
        checkOpen();
        write(true, List.of());
        if (options.fsync() != Fsync.NEVER) {
            // The seal must stay in the log for as long as somebody holds it as an anchor.
            forceAtOnce();
        }
        return String.valueOf(sealer.last());
    }

    /** Returns the public half of the sealing key. */
    public synchronized SealPublic key() {
        return sealer.present().half();
    }

    /**
     * Appends events, all or none.
     *
     * @throws IOException if they could not be written; none of them is then in the log
     */
    public synchronized void append(AuditEvent... events) throws IOException {
        if (events.length == 0) {
            return;
        }
        checkOpen();
        rotateWhereDue();
        if (open.isDoubtful()) {
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
            if (e instanceof OpenSegment.Lost || !isFirst || !reserve.release()) {
                throw e;
            }
            List<AuditEvent> more = new ArrayList<>(events);
            more.add(new LogEvent.LogTroubled(
                    false, trouble.why() + "; its reserve of %d MiB is in use".formatted(options.reserve() >> 20)));
            open.write(sealed, more);
        }
        guard.clearFound();
        publisher.wake(open.size());
    }

    /** Thrown if something that must stay in place was taken by another process. */
    public static class Taken extends IOException {
        private static final long serialVersionUID = 1L;

        public Taken(String message) {
            super(message);
        }
    }

    /** Keeps something in place while the log is open. */
    public interface Keeper {
        /**
         * Ensures that it is in place. Called with the log's lock held.
         *
         * @return what had happened, for an event; null if it is in place
         * @throws Taken if the log belongs to another process by now: it can't continue
         * @throws IOException if it is not in place: until it is, the log can't be written
         */
        @Nullable
        String keepInPlace() throws IOException;
    }

    /** Checks that all of the log's files are in place. Called on the publisher's thread. */
    private void lookAtFiles() {
        // Without the lock: there may be very many closed segments.
        String document = guard.checkDocument();
        String closedOnes = guard.checkClosedSegments();
        synchronized (this) {
            try {
                if (guard.look(document, closedOnes)) {
                    write(true, List.of());
                }
            } catch (IOException e) {
                troubled(e);
            }
        }
    }

    private void troubled(IOException why) {
        if (trouble.begins(why, files().part(), clock.instant())) {
            publisher.look();
        }
    }

    /**
     * Returns why the log could not be written, or only with its reserve; null if all is well. While it is not null,
     * work begun now may not be finished.
     */
    public @Nullable String trouble() {
        return trouble.why();
    }

    /** Returns why the last document could not be published, or null if it was. */
    public @Nullable String unpublished() {
        return publisher.failure();
    }

    /** Does what is due by the clock, and retries what failed. Called on the publisher's thread. */
    synchronized void runMaintenance() {
        try {
            if (trouble.why() != null && trouble.mayRetry()) {
                guard.keepAll();
                reserve.make();
                settle();
                write(false, List.of(trouble.endEvent()));
                trouble.ends();
            }
            if (!open.isDoubtful() && sealer.isDue(open.end(), clock.instant())) {
                write(true, List.of());
            }
        } catch (IOException e) {
            troubled(e);
        }
    }

    /** Deletes segments past the retention period. They are read without the log's lock. */
    void applyRetention() {
        try {
            retention.apply(clock.instant(), this::logAtOnce);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "CHATD-409 a segment past its retention can't be deleted: " + FileFailure.describe(e));
        }
    }

    private synchronized void logAtOnce(AuditEvent event) throws IOException {
        appendSealed(event);
        publisher.answerLiveness();
    }

    /**
     * Appends an event with a seal after it, and forces both to disk.
     *
     * @throws IOException if that fails
     */
    public synchronized void appendSealed(AuditEvent event) throws IOException {
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
    public synchronized void rotate() throws IOException {
        checkOpen();
        rotate(sealer.present());
    }

    private void rotate(SealKey next) throws IOException {
        try {
            guard.keepPart();
            if (guard.hasFound()) {
                write(false, List.of());
            }
            open.rotate(next, segments);
        } catch (IOException e) {
            if (open.isDoubtful()) {
                forceFailed(e);
            }
            throw e;
        }
        publisher.publishSoon();
    }

    /** Publishes what has been appended as {@code audit.xml}, now. */
    public void publish() throws IOException {
        publisher.publish();
    }

    /** Is notified, on a thread of the log's own, when the log can't be written and when it can be again. */
    public interface Observer {
        /** @param why why the log can't be written, or only with its reserve */
        void logFailed(String why);

        void logRecovered();

        /** Called, once or more, when the log can't continue; reopening repairs it unless it is {@link Taken}. */
        void broken(Exception why);
    }

    /** Starts a thread that publishes, seals, applies retention and keeps files in place until the log is closed. */
    public AuditLog publishing() {
        return publishing(() -> null);
    }

    /** Starts as {@link #publishing()} does, and keeps something else in place besides the log's files. */
    public AuditLog publishing(Keeper another) {
        guard.keep(another);
        publisher.start(() -> {
            lookAtFiles();
            // Before as well: trouble that ends at once must still be reported.
            trouble.tell();
            runMaintenance();
            trouble.tell();
            applyRetention();
        });
        return this;
    }

    /** Sets the observer, which is notified on the log's own thread from now on. */
    public void observe(Observer by) {
        trouble.observe(by);
        publisher.look();
    }

    /**
     * Forces what was appended to disk, by default within a second; appenders need not wait unless a force has failed.
     * If it fails, acknowledged events may be lost: nothing is appended until it succeeds.
     */
    private void force() throws IOException {
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
                    if (options.fsync() == Fsync.INTERVAL) {
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
        sealer.tell(now.seals());
    }

    private synchronized Publisher.Snapshot snapshot() throws IOException {
        guard.keepPart();
        return new Publisher.Snapshot(FileChannel.open(files.part()), open.number(), open.size(), sealer.unsent());
    }

    /** Returns the number of the last stored message in the log, or 0 if there is none. */
    public synchronized long lastMessage() {
        return open.end().message();
    }

    /** Returns the number of the last account change in the log, or 0 if there is none. */
    public synchronized long lastChange() {
        return open.end().change();
    }

    /** Returns the size of the open segment in bytes. */
    public synchronized long openBytes() {
        return open.size();
    }

    /** Returns the seq of the last event or seal. */
    public synchronized long lastSeq() {
        return open.end().seq();
    }

    /** Returns the time of the last event or seal, at which the log stands while the clock is behind it. */
    public synchronized Instant lastTime() {
        return open.end().time();
    }

    /** Returns once an event could be appended and the log's thread has answered a liveness request. */
    public void answer() throws InterruptedException {
        lastSeq();
        publisher.answer();
    }

    public LogFiles files() {
        return files;
    }

    /** Seals and publishes the final state and closes the log. */
    @Override
    public void close() throws IOException {
        publisher.stop();
        try {
            synchronized (this) {
                write(true, List.of());
            }
            publish();
        } finally {
            synchronized (this) {
                closed = true;
                open.close();
            }
        }
    }
}
