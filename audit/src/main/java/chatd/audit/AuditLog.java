package chatd.audit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
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
     */
    public record Options(Fsync fsync, long segmentSize, Duration segmentAge, String host) {}

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
    private long size;
    private long seq;
    private Instant lastTime;
    private boolean setBack;
    private long lastMessage;
    private long lastChange;
    private @Nullable IOException broken;
    private Instant noRotationBefore = Instant.MIN;

    private AuditLog(
            LogFiles files, Options options, Clock clock, FileChannel part, Segment open, @Nullable Segment before) {
        this.files = files;
        this.options = options;
        this.clock = clock;
        this.part = part;
        this.chain = new Chain(open.chain());
        this.segment = open.number;
        this.started = open.started;
        this.size = open.end();
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
        Recovery recovery = Recovery.of(files, options.fsync(), clock);
        Segment before = recovery.before();
        Segment open = recovery.open() == null ? begin(files, options, clock, before) : recovery.open();
        FileChannel part = FileChannel.open(files.part(), StandardOpenOption.WRITE);
        part.position(open.end());
        AuditLog log = new AuditLog(files, options, clock, part, open, before);
        log.append(recovery.mended().toArray(AuditEvent[]::new));
        log.publish();
        return log;
    }

    /** The part of a segment that has just begun, open for appending. */
    private record Fresh(FileChannel part, long number, Instant started, long size, String chain) {}

    /** Makes the part of a new segment; until its last step, which is a rename, nothing has changed. */
    private static Fresh begin(LogFiles files, Options options, long number, String previous, Instant started)
            throws IOException {
        Path fresh = files.temporary("audit.part");
        byte[] head = Line.head(number, options.host(), started, previous).getBytes(StandardCharsets.UTF_8);
        FileChannel part = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        try {
            write(part, head);
            part.force(true);
            Files.move(fresh, files.part(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            part.close();
            throw e;
        }
        String chain = new Chain(previous).add(Arrays.copyOf(head, head.length - 1));
        return new Fresh(part, number, started, head.length, chain);
    }

    /** The same at the start, after {@code before} or as the very first. */
    private static Segment begin(LogFiles files, Options options, Clock clock, @Nullable Segment before)
            throws IOException {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Instant last = before == null ? null : before.lastTime();
        Fresh fresh = begin(
                files,
                options,
                before == null ? 1 : before.number + 1,
                before == null ? Chain.ORIGIN : before.chain(),
                last != null && last.isAfter(now) ? last : now);
        fresh.part().close();
        files.forceNames();
        return Segment.read(files.part());
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
            write(events);
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

    private void write(AuditEvent... events) throws IOException {
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
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        write(part, bytes);
        size += bytes.length;
        if (options.fsync() == Fsync.ALWAYS) {
            part.force(false);
        }
    }

    private void add(StringBuilder lines, AuditEvent event) {
        String line = Line.event(++seq, lastTime, event);
        lines.append(Line.chained(line, chain.add(line.getBytes(StandardCharsets.UTF_8))));
        lastMessage = Math.max(lastMessage, event.message().orElse(0));
        lastChange = Math.max(lastChange, event.change().orElse(0));
    }

    /** A rotation that fails has changed nothing: the segment goes on, and it is tried again a little later. */
    private void rotateWhereDue() throws IOException {
        Instant now = clock.instant();
        boolean due = size >= options.segmentSize()
                || started.plus(options.segmentAge()).isBefore(now);
        if (!due || now.isBefore(noRotationBefore)) {
            return;
        }
        try {
            rotate();
        } catch (NotRotated e) {
            noRotationBefore = now.plus(ROTATION_RETRY);
            System.getLogger(AuditLog.class.getName()).log(System.Logger.Level.ERROR, e.getMessage());
        }
    }

    /** The segment could not be closed, and goes on. */
    private static final class NotRotated extends IOException {
        private static final long serialVersionUID = 1L;

        NotRotated(IOException cause) {
            super("the log's segment can't be closed, and goes on: " + cause.getMessage(), cause);
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
            closeAndBegin();
        } catch (NotRotated e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw broken(e);
        }
    }

    private void closeAndBegin() throws IOException {
        Path closed = files.closed(segment, started);
        boolean named = false;
        Fresh fresh;
        try {
            write(part, END);
            files.close(part, closed, options.fsync());
            named = true;
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            fresh = begin(files, options, segment + 1, chain.head(), lastTime.isAfter(now) ? lastTime : now);
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
        size = fresh.size();
        write(new AuditEvent.Rotated(LogFiles.name(closed), lastMessage, lastChange));
        publisher.hurry();
    }

    /** Publishes what has been appended as {@code audit.xml}, now. */
    public void publish() throws IOException {
        publisher.publish(this::snapshot);
    }

    /** Publishes by itself what is appended from now on, in a thread of its own, until it is closed. */
    public AuditLog publishing() {
        publisher.start(this::snapshot);
        return this;
    }

    private synchronized Publisher.Snapshot snapshot() throws IOException {
        return new Publisher.Snapshot(FileChannel.open(files.part()), size);
    }

    /** The number of the last stored message that is in the log; 0 where none is. */
    public synchronized long lastMessage() {
        return lastMessage;
    }

    /** The number of the last account change that is in the log; 0 where none is. */
    public synchronized long lastChange() {
        return lastChange;
    }

    public LogFiles files() {
        return files;
    }

    /** Publishes the last state, and ends. */
    @Override
    public void close() throws IOException {
        publisher.stop();
        publish();
        synchronized (this) {
            if (options.fsync() != Fsync.NEVER) {
                part.force(true);
            }
            part.close();
            broken = new IOException("closed");
        }
    }

    static void write(FileChannel out, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
    }

    /** Copies in the kernel where it can. */
    static void copy(FileChannel in, long from, long to, FileChannel out) throws IOException {
        for (long at = from; at < to; ) {
            long copied = in.transferTo(at, to - at, out);
            if (copied <= 0) {
                throw new IOException("the log became shorter while it was copied");
            }
            at += copied;
        }
    }
}
