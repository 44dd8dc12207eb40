package chatd.audit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server log: appends events, chains them, rotates segments and publishes the open one as a whole document.
 *
 * <p>When {@link #append} returns, the events are in {@code audit.part}, in the order given and without another's in
 * between, and survive the end of this process; how soon they survive a loss of power is {@link Fsync}. When it throws,
 * none of them counts and the log takes no more: what can't be logged must not happen. Safe for use by any thread.
 * Only one may be open on a directory; its owner sees to that.
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
     * @param segmentSize bytes after which a segment is closed
     * @param segmentAge after which one is closed that has events
     * @param host for the head of a segment
     * @param sealKey the file of the key that seals, which is made where it is not there; null where none does
     * @param sealAlgorithm of a key that is made, {@code Ed25519} or {@code ML-DSA-65}
     */
    public record Options(
            Fsync fsync,
            long segmentSize,
            Duration segmentAge,
            String host,
            @Nullable Path sealKey,
            String sealAlgorithm) {}

    /** The last line of a document. */
    static final byte[] END = (Line.END + "\n").getBytes(StandardCharsets.US_ASCII);

    private static final Duration ROTATION_RETRY = Duration.ofSeconds(10);

    private final LogFiles files;
    private final Options options;
    private final Clock clock;
    private final Publisher publisher;
    private FileChannel part;
    private Chain chain;
    private long segment;
    private Instant started;
    private boolean isEmpty;
    private long size;
    private long seq;
    private final Sealer sealer;
    private Instant lastTime;
    private boolean setBack;
    private long lastMessage;
    private long lastChange;
    private @Nullable IOException broken;
    private Instant noRotationBefore = Instant.MIN;

    private AuditLog(
            LogFiles files,
            Options options,
            Clock clock,
            FileChannel part,
            Segment open,
            @Nullable Segment before,
            Sealer sealer) {
        this.files = files;
        this.options = options;
        this.clock = clock;
        this.part = part;
        this.chain = new Chain(open.chain());
        this.segment = open.number;
        this.started = open.started;
        this.isEmpty = open.lastSeq() < 0;
        this.size = open.end();
        this.sealer = sealer;
        // A segment without an event goes on from the one before it.
        Segment last = open.lastSeq() < 0 && before != null ? before : open;
        Instant time = last.lastTime();
        this.seq = Math.max(last.lastSeq(), 0);
        this.lastTime = time == null ? open.started : time;
        this.lastMessage = last.lastMessage();
        this.lastChange = last.lastChange();
        this.publisher = new Publisher(files, options.fsync());
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
        Path keyFile = options.sealKey();
        SealKey ours = keyFile == null ? null : SealKey.open(keyFile, options.sealAlgorithm());
        Recovery recovery = Recovery.of(files, options.fsync(), clock);
        Segment before = recovery.before();
        Segment open =
                recovery.open() == null ? FreshPart.begin(files, options.host(), clock, before, ours) : recovery.open();
        FileChannel part = FileChannel.open(files.part(), StandardOpenOption.WRITE);
        part.position(open.end());
        AuditLog log = new AuditLog(files, options, clock, part, open, before, new Sealer(open, ours, keyFile));
        String earlier = before == null ? null : before.key;
        if (ours != null && ours.isOf(open.key) && open.lastSeq() < 0 && !ours.isOf(earlier)) {
            log.append(new AuditEvent.KeyAnnounced(ours.half()));
        }
        log.append(recovery.mended().toArray(AuditEvent[]::new));
        if (ours != null && keyFile != null) {
            if (!ours.isOf(open.key)) {
                log.goOnWith(ours);
            }
            SealKey.settle(keyFile);
        }
        log.publish();
        return log;
    }

    /** Announces a key, under the seal of the one before it where that is there, and goes on with it in a new segment. */
    private synchronized void goOnWith(SealKey next) throws IOException {
        try {
            write(true, new AuditEvent.KeyAnnounced(next.half()));
            part.force(false);
            closeAndBegin(next);
        } catch (NotRotated e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw broken(e);
        }
    }

    /**
     * Makes a new key, which the one before it announces and seals, and goes on with it in a new segment.
     *
     * @throws IOException where the log has no seals, or is broken; or where it goes on with its key, until the next
     *     start at most
     */
    public synchronized SealPublic changeKey() throws IOException {
        checkWhole();
        Path file = options.sealKey();
        if (file == null || sealer.key() == null) {
            throw new IOException("the log has no seals");
        }
        SealKey next = SealKey.make(options.sealAlgorithm());
        next.replace(file);
        goOnWith(next);
        SealKey.settle(file);
        return next.half();
    }

    /**
     * The head of the log, as an anchor: what comes after can be added to it, what was before can't be changed.
     *
     * @return the last seal's element, which seals everything until now
     * @throws IOException where the log has no seals, or is broken
     */
    public synchronized String anchor() throws IOException {
        checkWhole();
        if (sealer.key() == null) {
            throw new IOException("the log has no seals");
        }
        seal();
        return String.valueOf(sealer.last());
    }

    /** The public half of the key that seals; null where none does. */
    public synchronized @Nullable SealPublic key() {
        return sealer.key() == null ? null : sealer.key().half();
    }

    /** Seals what is not sealed yet, if anything can. */
    private synchronized void seal() throws IOException {
        if (broken == null) {
            try {
                write(true);
            } catch (IOException | RuntimeException e) {
                throw broken(e);
            }
            publisher.wake(size);
        }
    }

    synchronized void sealWhereDue() {
        if (sealer.isDue(clock.instant())) {
            try {
                seal();
            } catch (IOException e) {
                System.getLogger(AuditLog.class.getName())
                        .log(System.Logger.Level.ERROR, "the log can't be sealed: " + e.getMessage());
            }
        }
    }

    /**
     * Appends events, all or none.
     *
     * @throws IOException where they could not be written; the log is then broken for good
     */
    public synchronized void append(AuditEvent... events) throws IOException {
        if (events.length == 0) {
            return;
        }
        checkWhole();
        rotateWhereDue();
        try {
            write(false, events);
        } catch (IOException | RuntimeException e) {
            throw broken(e);
        }
        publisher.wake(size);
    }

    private void checkWhole() throws IOException {
        if (broken != null) {
            throw new IOException("the log is broken: " + broken.getMessage(), broken);
        }
    }

    /** From now on nothing is written: there may be half a line, or the chain may have gone on without its line. */
    private IOException broken(Exception cause) {
        broken = cause instanceof IOException io
                ? io
                : new IOException("an event could not be written as a line", cause);
        return broken;
    }

    private void write(boolean sealed, AuditEvent... events) throws IOException {
        StringBuilder lines = new StringBuilder(320 * events.length);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        if (now.isBefore(lastTime)) {
            if (!setBack) {
                setBack = true;
                add(lines, new AuditEvent.ClockSetBack(Duration.between(now, lastTime)));
            }
        } else {
            setBack = false;
            lastTime = now;
        }
        for (AuditEvent event : events) {
            add(lines, event);
        }
        isEmpty &= events.length == 0;
        if ((sealed || sealer.isFull()) && sealer.seal(lines, chain, seq + 1, lastTime)) {
            seq++;
        }
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        LogFiles.write(part, bytes);
        size += bytes.length;
        if (options.fsync() == Fsync.ALWAYS) {
            part.force(false);
        }
    }

    private void add(StringBuilder lines, AuditEvent event) {
        String line = Line.event(++seq, lastTime, event);
        lines.append(Line.chained(line, chain.add(line.getBytes(StandardCharsets.UTF_8))));
        sealer.took(lastTime);
        lastMessage = Math.max(lastMessage, event.message().orElse(0));
        lastChange = Math.max(lastChange, event.change().orElse(0));
    }

    /** A rotation that fails has changed nothing: the segment goes on, and it is tried again a little later. */
    private void rotateWhereDue() throws IOException {
        Instant now = clock.instant();
        boolean due = size >= options.segmentSize()
                || started.plus(options.segmentAge()).isBefore(now);
        if (!due || isEmpty || now.isBefore(noRotationBefore)) {
            return;
        }
        try {
            rotate();
        } catch (NotRotated e) {
            noRotationBefore = now.plus(ROTATION_RETRY);
            System.getLogger(AuditLog.class.getName()).log(System.Logger.Level.ERROR, e.getMessage());
        }
    }

    /**
     * Closes the open segment and begins the next; whatever moment it is interrupted at, the next start finishes it. The
     * part gets its closing tag and a second name, and loses the first to the part of the next segment: nothing is copied
     * while those who append wait, and there is a part at every moment.
     *
     * @throws IOException where that failed, and the segment goes on; or where the log is broken, now or before
     */
    public synchronized void rotate() throws IOException {
        checkWhole();
        try {
            closeAndBegin(sealer.key());
        } catch (NotRotated e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw broken(e);
        }
    }

    /** @param next the key of the segment that begins; another than before seals at once, so that it shows */
    private void closeAndBegin(@Nullable SealKey next) throws IOException {
        write(true);
        Path closed = files.closed(segment, started);
        boolean named = false;
        FreshPart fresh;
        try {
            LogFiles.write(part, END);
            files.close(part, closed, options.fsync());
            named = true;
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            fresh = FreshPart.begin(
                    files, options.host(), segment + 1, chain.head(), lastTime.isAfter(now) ? lastTime : now, next);
        } catch (IOException e) {
            // With it there, the next start would take the segment for closed.
            if (named) {
                Files.delete(closed);
            }
            part.truncate(size);
            throw new NotRotated(e);
        }
        part.close();
        part = fresh.part();
        chain = new Chain(fresh.chain());
        segment = fresh.number();
        started = fresh.started();
        isEmpty = true;
        size = fresh.size();
        boolean isOther = next != sealer.key();
        sealer.begin(next);
        write(isOther, new AuditEvent.Rotated(LogFiles.name(closed), lastMessage, lastChange));
        publisher.hurry();
    }

    /** Publishes what has been appended as {@code audit.xml}, now. */
    public void publish() throws IOException {
        publisher.publish(this::snapshot);
    }

    /** Publishes and seals by itself what is appended from now on, in a thread of its own, until it is closed. */
    public AuditLog publishing() {
        publisher.start(this::snapshot, this::sealWhereDue);
        return this;
    }

    private synchronized Publisher.Snapshot snapshot() throws IOException {
        List<String> seals = sealer.untold();
        return new Publisher.Snapshot(FileChannel.open(files.part()), size, () -> tell(seals));
    }

    private synchronized void tell(List<String> seals) {
        sealer.tell(seals);
    }

    /** The number of the last stored message that is in the log; 0 where none is. */
    public synchronized long lastMessage() {
        return lastMessage;
    }

    /** The same of account changes. */
    public synchronized long lastChange() {
        return lastChange;
    }

    public LogFiles files() {
        return files;
    }

    /** Seals and publishes the last state, and ends. */
    @Override
    public void close() throws IOException {
        publisher.stop();
        seal();
        publish();
        synchronized (this) {
            if (options.fsync() != Fsync.NEVER) {
                part.force(true);
            }
            part.close();
            broken = new IOException("closed");
        }
    }
}
