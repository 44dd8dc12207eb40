package chatd.audit.write;

import chatd.audit.LogFiles;
import chatd.audit.LogPosition;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.LogEvent;
import chatd.audit.form.Segment;
import chatd.audit.seal.SealKey;
import chatd.audit.seal.SealPublicKey;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The audit log: appends events, chains them, rotates segments and publishes the open one as a whole document.
 *
 * <p>When {@link #append} returns, the events are in {@code audit.part}, in the order given and with no others in
 * between, and survive the end of this process; {@link Fsync} determines how soon they survive a loss of power. When it
 * throws, none of them is there: what can't be logged must not happen. An append can be retried at any time; once
 * {@link #startPublishing()}, the log also retries by itself and reports when it can be written again. Thread-safe. Only one
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

    private final LogFiles files;
    private final LogWriter writer;
    private final LogMaintenance maintenance;

    private AuditLog(LogFiles files, LogWriter writer, LogMaintenance maintenance) {
        this.files = files;
        this.writer = writer;
        this.maintenance = maintenance;
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
        LogWriter writer = new LogWriter(
                files, options, clock, new OpenSegment(files, options, clock, last, before, sealer), sealer);
        String earlier = before == null ? null : before.key;
        // Appended together: a segment that has its first event also has the numbers it continues from.
        List<AuditEvent> first = new ArrayList<>(recovery.repairs());
        if (ours.hasId(last.key) && last.lastSeq() < 0 && !ours.hasId(earlier)) {
            first.add(new LogEvent.KeyAnnounced(ours.publicKey()));
        }
        writer.settle();
        writer.append(first.toArray(AuditEvent[]::new));
        if (!ours.hasId(last.key)) {
            writer.switchKey(ours);
        }
        SealKey.deletePrevious(options.sealKey());
        writer.makeReserve();
        writer.publisher().publish();
        return new AuditLog(files, writer, new LogMaintenance(writer, files, options.retention(), clock));
    }

    /**
     * Generates a key, announces it under the seal of the previous one, and switches to it in a new segment.
     *
     * @throws IOException if that fails; unless it had already switched, the log keeps its present key, until the next
     *     start at the latest
     */
    public SealPublicKey changeKey() throws IOException {
        return writer.changeKey();
    }

    /**
     * Seals the log and returns its head as an anchor: later events can be added, earlier ones can't be changed.
     *
     * @return the last seal's element, which seals everything until now
     * @throws IOException if the log can't be written
     */
    public String anchor() throws IOException {
        return writer.anchor();
    }

    /** Returns the public half of the sealing key. */
    public SealPublicKey key() {
        return writer.key();
    }

    /**
     * Appends events, all or none.
     *
     * @throws IOException if they could not be written; none of them is then in the log
     */
    public void append(AuditEvent... events) throws IOException {
        writer.append(events);
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

    /**
     * Returns why the log could not be written, or only with its reserve; null if all is well. While it is not null,
     * work begun now may not be finished.
     */
    public @Nullable String trouble() {
        return writer.trouble().why();
    }

    /** Returns why the last document could not be published, or null if it was. */
    public @Nullable String unpublished() {
        return writer.publisher().failure();
    }

    /**
     * Appends an event with a seal after it, and forces both to disk.
     *
     * @throws IOException if that fails
     */
    public void appendSealed(AuditEvent event) throws IOException {
        writer.appendSealed(event);
    }

    /**
     * Closes the open segment and begins the next.
     *
     * @throws IOException if that fails, as {@link OpenSegment#rotate} does; unless the next has begun, the segment
     *     continues
     */
    public void rotate() throws IOException {
        writer.rotate();
    }

    /** Publishes what has been appended as {@code audit.xml}, now. */
    public void publish() throws IOException {
        writer.publisher().publish();
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
    public AuditLog startPublishing() {
        return startPublishing(() -> null);
    }

    /** Starts as {@link #startPublishing()} does, and keeps something else in place besides the log's files. */
    public AuditLog startPublishing(Keeper another) {
        writer.guard().keep(another);
        writer.publisher().start(maintenance);
        return this;
    }

    /** Sets the observer, which is notified on the log's own thread from now on. */
    public void observe(Observer by) {
        writer.trouble().observe(by);
        writer.publisher().requestMaintenance();
    }

    /** Returns the number of the last stored message in the log, or 0 if there is none. */
    public long lastMessage() {
        return writer.end().lastMessage();
    }

    /** Returns the number of the last account change in the log, or 0 if there is none. */
    public long lastChange() {
        return writer.end().lastChange();
    }

    /** Returns where the log ends. */
    public LogPosition appended() {
        return writer.appended();
    }

    /**
     * Returns up to where the log survives a loss of power, as far as {@link Fsync} goes: what is before that is never cut
     * off again, and may be told to other machines.
     */
    public LogPosition forced() {
        return writer.forced();
    }

    /**
     * What no seal covers yet.
     *
     * @param since when the first of these events was logged; empty if there are none
     */
    public record Unsealed(long events, Optional<Instant> since) {}

    /** Returns what no seal covers yet. */
    public Unsealed unsealed() {
        LogEnd end = writer.end();
        return new Unsealed(end.unsealed(), end.unsealed() == 0 ? Optional.empty() : Optional.of(end.unsealedSince()));
    }

    /** Returns the seq of the last event or seal. */
    public long lastSeq() {
        return writer.end().seq();
    }

    /** Returns the time of the last event or seal, at which the log stands while the clock is behind it. */
    public Instant lastTime() {
        return writer.end().time();
    }

    /** Returns once an event could be appended and the log's thread has answered a liveness request. */
    public void awaitLiveness() throws InterruptedException {
        lastSeq();
        writer.publisher().awaitLiveness();
    }

    public LogFiles files() {
        return files;
    }

    /** Seals and publishes the final state and closes the log. */
    @Override
    public void close() throws IOException {
        writer.publisher().stop();
        try {
            writer.seal();
            publish();
        } finally {
            writer.close();
        }
    }

    /** Returns the writer, for tests of this package. */
    LogWriter writer() {
        return writer;
    }

    /** Returns the maintenance, for tests of this package. */
    LogMaintenance maintenance() {
        return maintenance;
    }
}
