package chatd.audit.write;

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
 * The server log: appends events, chains them, rotates segments and publishes the open one as a whole document.
 *
 * <p>When {@link #append} returns, the events are in {@code audit.part}, in the order given and without another's in
 * between, and survive the end of this process; how soon they survive a loss of power is {@link Fsync}. When it throws,
 * none of them is: what can't be logged must not happen. It can be tried again at any time; while it is open the log
 * tries by itself, and says when it can be written again. Safe for use by any thread. Only one may be open on a
 * directory; its owner sees to that.
 */
public final class AuditLog implements Closeable {
    /** When what was appended is forced to the disk. */
    public enum Fsync {
        /** Within a second. */
        INTERVAL,
        /** Before {@link #append} returns. */
        ALWAYS,
        NEVER
    }

    /**
     * @param host for the head of a segment
     * @param sealKey the file of the key that seals, which is made where it is not there
     * @param sealAlgorithm of a key that is made, {@code Ed25519} or {@code ML-DSA-65}
     * @param names whether accounts are named, or only numbered
     * @param retention how long a segment is kept after its last event; zero is for ever
     * @param reserve bytes of the disk that are kept for when there are no others
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
     * @param size in bytes, once it is as old as {@code leastAge}: what people look at stays small
     * @param limit in bytes, at any age: one that is written to much is not closed by the second
     * @param age at any size
     */
    public record Rotation(long size, Duration leastAge, long limit, Duration age) {
        /** At a size, whatever the age. */
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
    private final Places places;
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
        this.places = new Places(files, open, segments, reserve, publisher);
    }

    /**
     * Opens the log in a directory, mending first whatever the last owner left unfinished: a torn tail is cut back and
     * kept beside, an interrupted rotation is finished, and an event says so.
     *
     * @throws IOException where it can't be read or written, or is not a log
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
        // Together: a segment that has its first event has what it goes on from.
        List<AuditEvent> first = new ArrayList<>(recovery.mended());
        if (ours.isOf(last.key) && last.lastSeq() < 0 && !ours.isOf(earlier)) {
            first.add(new LogEvent.KeyAnnounced(ours.half()));
        }
        log.settle();
        log.append(first.toArray(AuditEvent[]::new));
        if (!ours.isOf(last.key)) {
            log.goOnWith(ours);
        }
        SealKey.settle(options.sealKey());
        log.prepare();
        log.publish();
        return log;
    }

    /** What may not be on the disk is, or nothing goes on from it. */
    private synchronized void settle() throws IOException {
        if (open.isDoubtful()) {
            forceAtOnce();
        }
    }

    private synchronized void forceAtOnce() throws IOException {
        try {
            open.force();
        } catch (IOException e) {
            unforced(e);
            throw e;
        }
    }

    /** Who asks meanwhile gets the same answer, and does not put it off. */
    private synchronized void checkCalm() throws IOException {
        if (open.isDoubtful() && !trouble.isCalm()) {
            throw new IOException(trouble.why());
        }
    }

    private void unforced(IOException why) {
        trouble.calm();
        troubled(why);
    }

    private synchronized void prepare() {
        try {
            reserve.make();
        } catch (IOException e) {
            troubled(e);
        }
    }

    /** Announces a key, under the seal of the one before it where that is there, and goes on with it in a new segment. */
    private synchronized void goOnWith(SealKey next) throws IOException {
        write(true, List.of(new LogEvent.KeyAnnounced(next.half())));
        forceAtOnce();
        rotate(next);
    }

    /**
     * Makes a new key, which the one before it announces and seals, and goes on with it in a new segment.
     *
     * @throws IOException where the log can't be written; or where it goes on with its key, until the next start at most
     */
    public synchronized SealPublic changeKey() throws IOException {
        checkOpen();
        SealKey next = SealKey.make(options.sealAlgorithm());
        next.replace(options.sealKey());
        goOnWith(next);
        SealKey.settle(options.sealKey());
        return next.half();
    }

    /**
     * The head of the log, as an anchor: what comes after can be added to it, what was before can't be changed.
     *
     * @return the last seal's element, which seals everything until now
     * @throws IOException where the log can't be written
     */
    public synchronized String anchor() throws IOException {
        checkOpen();
        write(true, List.of());
        if (options.fsync() != Fsync.NEVER) {
            // It is to be in the log for as long as somebody holds it.
            forceAtOnce();
        }
        return String.valueOf(sealer.last());
    }

    /** The public half of the key that seals. */
    public synchronized SealPublic key() {
        return sealer.present().half();
    }

    /**
     * Appends events, all or none.
     *
     * @throws IOException where they could not be written; nothing is then as if they had been
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

    /** Writes; where that fails, once more with the room of the reserve, and says so. */
    private void write(boolean sealed, List<AuditEvent> due) throws IOException {
        try {
            places.beforeAppending();
        } catch (IOException e) {
            troubled(e);
            throw e;
        }
        List<AuditEvent> events = places.before(due);
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
        places.logged();
        publisher.wake(open.size());
    }

    /** What has to stay in its place was taken by another process. */
    public static class Taken extends IOException {
        private static final long serialVersionUID = 1L;

        public Taken(String message) {
            super(message);
        }
    }

    /** What has to stay in its place while the log is open. */
    public interface Keeper {
        /**
         * Sees to it, on the log's thread.
         *
         * @return what had happened, for an event; null where all is as it should be
         * @throws Taken where the log is another's by now: it can't go on
         * @throws IOException where it is not in its place: until it is, the log can't be written
         */
        @Nullable
        String keepInPlace() throws IOException;
    }

    /** Looks whether all of the log's files are what they were. On the publisher's thread. */
    private void lookAtFiles() {
        // Not with the lock: there may be very many closed segments.
        String document = places.document();
        String closedOnes = places.closedSegments();
        synchronized (this) {
            try {
                if (places.look(document, closedOnes)) {
                    write(true, List.of());
                }
            } catch (IOException e) {
                troubled(e);
            }
        }
    }

    private void troubled(IOException why) {
        if (trouble.begins(why, clock.instant())) {
            publisher.look();
        }
    }

    /**
     * Why the log could not be written, or only with its reserve; null where all is well. What is begun now may not come
     * to its end.
     */
    public @Nullable String trouble() {
        return trouble.why();
    }

    /** Why the last document could not be published; null where it could. */
    public @Nullable String unpublished() {
        return publisher.failure();
    }

    /** What is due by the clock, or can be tried again. On the publisher's thread. */
    synchronized void lookAfter() {
        try {
            if (trouble.why() != null && trouble.isCalm()) {
                places.keepAll();
                reserve.make();
                settle();
                write(false, List.of(trouble.over()));
                trouble.ends();
            }
            if (!open.isDoubtful() && sealer.isDue(open.end(), clock.instant())) {
                write(true, List.of());
            }
        } catch (IOException e) {
            troubled(e);
        }
    }

    /** Deletes what is too old, with the log open to others while it reads. */
    void deleteWhatIsTooOld() {
        try {
            retention.apply(clock.instant(), this::logAtOnce);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "a segment that is too old can't be deleted: " + e.getMessage());
        }
    }

    private synchronized void logAtOnce(AuditEvent event) throws IOException {
        appendSealed(event);
        publisher.goesOn();
    }

    /**
     * Appends an event with a seal after it, and brings both to the disk.
     *
     * @throws IOException where that failed
     */
    public synchronized void appendSealed(AuditEvent event) throws IOException {
        checkOpen();
        write(true, List.of(event));
        forceAtOnce();
    }

    /** A rotation that fails has changed nothing: the segment goes on, and it is tried again a little later. */
    private void rotateWhereDue() throws IOException {
        Instant now = clock.instant();
        SealKey key = sealer.key();
        // Where its key is lost, the start goes on in the next segment anyway.
        if (key == null || !open.isDue(now) || now.isBefore(noRotationBefore)) {
            return;
        }
        try {
            rotate(key);
        } catch (IOException e) {
            noRotationBefore = now.plus(ROTATION_RETRY);
            LOG.log(System.Logger.Level.ERROR, e.getMessage());
        }
    }

    /**
     * Closes the open segment and begins the next.
     *
     * @throws IOException where that failed, and the segment goes on
     */
    public synchronized void rotate() throws IOException {
        checkOpen();
        rotate(sealer.present());
    }

    private void rotate(SealKey next) throws IOException {
        try {
            places.keepPart();
            if (places.hasFound()) {
                write(false, List.of());
            }
            open.rotate(next, segments);
        } catch (IOException e) {
            if (open.isDoubtful()) {
                unforced(e);
            }
            throw e;
        }
        publisher.hurry();
    }

    /** Publishes what has been appended as {@code audit.xml}, now. */
    public void publish() throws IOException {
        publisher.publish();
    }

    /** Told, on a thread of the log's own, of its troubles and of their end. */
    public interface Observer {
        /** @param why it can't be written, or only with its reserve */
        void logTroubled(String why);

        void logWell();

        /** It can't go on: opened anew, it is mended. Told once or more. */
        void broken(Exception why);
    }

    /** Publishes, seals and deletes by itself what is due from now on, in a thread of its own, until it is closed. */
    public AuditLog publishing() {
        return publishing(() -> null);
    }

    /** As {@link #publishing()}, and sees to it that all of the log's files, and another, stay in their places. */
    public AuditLog publishing(Keeper another) {
        places.keep(another);
        publisher.start(() -> {
            lookAtFiles();
            // Before too: what is over again at once was a trouble nevertheless.
            trouble.tell();
            lookAfter();
            trouble.tell();
            deleteWhatIsTooOld();
        });
        return this;
    }

    /** Says from now on, on its own thread, how it fares. */
    public void observe(Observer by) {
        trouble.observe(by);
        publisher.look();
    }

    /**
     * Brings what was appended to the disk, by default a second late at most; those who append need not wait, unless it
     * failed before. Where it fails, what was acknowledged may be lost: nothing is appended until it succeeds.
     */
    private void force() throws IOException {
        // One at a time: of two, only one is told that the disk failed.
        synchronized (forcing) {
            checkCalm();
            Publisher.Snapshot begun;
            try {
                begun = snapshot();
            } catch (IOException e) {
                // No file can be opened, say; the part is open.
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
            unforced(e);
            throw e;
        }
        sealer.tell(now.seals());
    }

    private synchronized Publisher.Snapshot snapshot() throws IOException {
        places.keepPart();
        return new Publisher.Snapshot(FileChannel.open(files.part()), open.number(), open.size(), sealer.untold());
    }

    /** The number of the last stored message that is in the log; 0 where none is. */
    public synchronized long lastMessage() {
        return open.end().message();
    }

    /** The same of account changes. */
    public synchronized long lastChange() {
        return open.end().change();
    }

    /** Bytes of the open segment. */
    public synchronized long openBytes() {
        return open.size();
    }

    /** The number of the last event or seal. */
    public synchronized long lastSeq() {
        return open.end().seq();
    }

    /** Returns once an event could be appended, and the log's thread has looked after it. */
    public void answer() throws InterruptedException {
        lastSeq();
        publisher.answer();
    }

    public LogFiles files() {
        return files;
    }

    /** Seals and publishes the last state, and ends. */
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
