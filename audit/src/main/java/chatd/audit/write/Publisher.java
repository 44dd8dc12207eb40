package chatd.audit.write;

import chatd.audit.FileFailure;
import chatd.audit.LogFiles;
import chatd.audit.form.Line;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the open segment as a complete document, by copy and rename, so that a reader finds a complete one at any
 * moment. Runs on a thread of its own, less often the larger the segment: after a second for each 8 MiB. It leaves the
 * disk to others most of the time: forcing 64 MiB at once delayed every commit of the database by half a second.
 */
final class Publisher {
    private static final long BYTES_PER_SECOND = 8 << 20;
    private static final long PAUSE_MILLIS = 750;
    private static final long PIECE = 1 << 20;

    /** Rest after each piece, as a multiple of its time; capped so that on a slow disk 64 MiB take eight seconds. */
    private static final int REST = 3;

    private static final long MAX_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(75);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    /**
     * The part, opened for this reader alone, and the length of its complete lines.
     *
     * @param segment the segment's number
     * @param size length of the complete lines in bytes
     * @param seals seals in it that have not been sent to the journal
     */
    record Snapshot(FileChannel part, long segment, long size, List<String> seals) implements Closeable {
        @Override
        public void close() throws IOException {
            part.close();
        }
    }

    /** A source of snapshots. */
    interface Source {
        Snapshot snapshot() throws IOException;

        /** Forces the part to disk, as far as its fsync setting requires. */
        void force() throws IOException;
    }

    private final LogFiles files;
    private final AuditLog.Fsync fsync;
    private final Source source;

    /** Held while a document is made, one at a time. Acquired before the log's own lock, never after it. */
    private final ReentrantLock publishLock = new ReentrantLock();

    private final ReentrantLock stateLock = new ReentrantLock();
    private final Condition changed = stateLock.newCondition();
    private boolean dirty;
    private boolean urgent;
    private boolean stopped;
    private boolean isLookRequested;

    /** Number of liveness requests so far; {@link #lastAnswered} is the number of the last one answered. */
    private long livenessRequests;

    private long lastAnswered;
    private volatile @Nullable String failure;

    /** File key that the document's name must refer to; null until there is one. Guarded by {@link #publishLock}. */
    private @Nullable Object key;

    /** The failure that was last logged. Confined to the publisher's thread. */
    private @Nullable String lastLoggedFailure;

    private long size;
    private @Nullable Thread thread;
    /** When the part was last forced. */
    private volatile long lastForced = System.nanoTime();

    Publisher(LogFiles files, AuditLog.Fsync fsync, Source source) {
        this.files = files;
        this.fsync = fsync;
        this.source = source;
    }

    /**
     * @param maintenance further work: run before each publication, and every second while nothing is to be published
     */
    void start(Runnable maintenance) {
        Thread started = Thread.ofPlatform().name("audit-publisher").daemon().start(() -> run(maintenance));
        thread = started;
    }

    private void run(Runnable maintenance) {
        try {
            while (awaitChange(maintenance)) {
                long begun = System.nanoTime();
                long pause = Math.max(PAUSE_MILLIS, 1_000 * bytes() / BYTES_PER_SECOND);
                try {
                    publish(true);
                    clearFailure();
                    rest(TimeUnit.MILLISECONDS.toNanos(pause) - (System.nanoTime() - begun));
                } catch (IOException e) {
                    logFailureOnce(FileFailure.describe(e, files.published()));
                    wake(bytes());
                    pause(RETRY_NANOS, true);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Logs a failure once, however often it is retried. */
    private void logFailureOnce(String why) {
        if (!why.equals(lastLoggedFailure)) {
            lastLoggedFailure = why;
            System.getLogger(Publisher.class.getName())
                    .log(System.Logger.Level.ERROR, "CHATD-404 the log can't be written to disk: " + why);
        }
    }

    private void clearFailure() {
        if (lastLoggedFailure != null) {
            System.getLogger(Publisher.class.getName())
                    .log(System.Logger.Level.INFO, "CHATD-405 the log can be written to disk again");
            lastLoggedFailure = null;
        }
    }

    /**
     * Waits for something to publish, and runs {@code maintenance} meanwhile; returns false if the thread is to end.
     */
    private boolean awaitChange(Runnable maintenance) throws InterruptedException {
        while (true) {
            try {
                maintenance.run();
            } catch (RuntimeException e) {
                // It is retried in a moment; without this thread nothing would be published, sealed or repaired.
                System.getLogger(Publisher.class.getName())
                        .log(System.Logger.Level.ERROR, "CHATD-914 maintenance of the log failed", e);
            }
            stateLock.lock();
            try {
                if (!dirty && !stopped && !isLookRequested) {
                    changed.awaitNanos(LOOK_NANOS);
                }
                isLookRequested = false;
                answerPending();
                if (dirty || stopped) {
                    dirty = false;
                    urgent = false;
                    return !stopped;
                }
            } finally {
                stateLock.unlock();
            }
        }
    }

    /** Leaves the disk to others, except that what is appended meanwhile is forced within a second. */
    private void rest(long nanos) throws IOException, InterruptedException {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !isUrgentOrStopped(); left = end - System.nanoTime()) {
            long due = lastForced + TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS) - System.nanoTime();
            if (fsync == AuditLog.Fsync.INTERVAL && due <= 0) {
                force();
            } else {
                pause(fsync == AuditLog.Fsync.INTERVAL ? Math.min(left, due) : left, false);
            }
        }
    }

    /** @param untilLook whether a {@link #requestMaintenance} request also ends the pause */
    private void pause(long nanos, boolean untilLook) throws InterruptedException {
        stateLock.lock();
        try {
            long left = nanos;
            while (left > 0 && !urgent && !stopped && !(untilLook && isLookRequested)) {
                left = changed.awaitNanos(left);
                answerPending();
            }
        } finally {
            stateLock.unlock();
        }
    }

    private long bytes() {
        stateLock.lock();
        try {
            return size;
        } finally {
            stateLock.unlock();
        }
    }

    private boolean isUrgentOrStopped() {
        stateLock.lock();
        try {
            return urgent || stopped;
        } finally {
            stateLock.unlock();
        }
    }

    /** Forces the part, so that appends reach the disk within a second however rarely or slowly it is published. */
    private void force() throws IOException {
        source.force();
        lastForced = System.nanoTime();
    }

    /** Signals that the part has grown to {@code bytes}. */
    void wake(long bytes) {
        stateLock.lock();
        try {
            size = bytes;
            if (!dirty) {
                dirty = true;
                changed.signalAll();
            }
        } finally {
            stateLock.unlock();
        }
    }

    /** Requests that maintenance be run now. */
    void requestMaintenance() {
        stateLock.lock();
        try {
            isLookRequested = true;
            changed.signalAll();
        } finally {
            stateLock.unlock();
        }
    }

    /** Answers liveness requests. Called on the publisher's thread, with {@link #stateLock} held. */
    private void answerPending() {
        if (lastAnswered != livenessRequests) {
            lastAnswered = livenessRequests;
            changed.signalAll();
        }
    }

    /** Answers liveness requests in the middle of long work. Called on the publisher's thread. */
    void answerLiveness() {
        stateLock.lock();
        try {
            answerPending();
        } finally {
            stateLock.unlock();
        }
    }

    /** Waits until the publisher's thread has answered this liveness request, or is stopped. */
    void awaitLiveness() throws InterruptedException {
        stateLock.lock();
        try {
            long mine = ++livenessRequests;
            isLookRequested = true;
            changed.signalAll();
            while (lastAnswered < mine && !stopped) {
                changed.await();
            }
        } finally {
            stateLock.unlock();
        }
    }

    /** Returns why the last document could not be made, or null if it was made. */
    @Nullable
    String failure() {
        return failure;
    }

    /** Requests publication at once. */
    void requestPublish() {
        stateLock.lock();
        try {
            dirty = true;
            urgent = true;
            changed.signalAll();
        } finally {
            stateLock.unlock();
        }
    }

    /** Publishes the present content of the part as {@code audit.xml}, atomically. */
    void publish() throws IOException {
        publish(false);
    }

    private void publish(boolean gently) throws IOException {
        force();
        publishLock.lock();
        try (Snapshot now = source.snapshot()) {
            Path fresh = files.temporary("audit.xml");
            try (FileChannel out = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                for (long at = 0; at < now.size(); at += PIECE) {
                    long begun = System.nanoTime();
                    LogFiles.copy(now.part(), at, Math.min(now.size(), at + PIECE), out);
                    if (fsync != AuditLog.Fsync.NEVER) {
                        out.force(false);
                    }
                    if (gently) {
                        answerLiveness();
                    }
                    if (gently && at + PIECE < now.size() && !publishLock.hasQueuedThreads()) {
                        rest(Math.min(MAX_REST_NANOS, REST * (System.nanoTime() - begun)));
                    }
                }
                LogFiles.write(out, Line.CLOSING);
                if (fsync != AuditLog.Fsync.NEVER) {
                    out.force(true);
                }
            }
            Object made = LogFiles.keyOf(fresh);
            Files.move(fresh, files.published(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            key = made;
            failure = null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (IOException e) {
            failure = FileFailure.describe(e, files.published());
            // Half a document takes up space that the log itself may need.
            Files.deleteIfExists(files.temporary("audit.xml"));
            throw e;
        } finally {
            publishLock.unlock();
        }
    }

    /**
     * Checks whether the document is still the one that was published.
     *
     * @return what happened to it, for an event, reported once; null if it is in place
     */
    @Nullable
    String keepInPlace() throws IOException {
        if (!publishLock.tryLock()) {
            // Another one is being made right now.
            return null;
        }
        try {
            Object now = LogFiles.keyOf(files.published());
            if (key == null || key.equals(now)) {
                return null;
            }
            key = null;
            return LogFiles.name(files.published()) + LogFiles.describeChange(now) + "; it was published anew";
        } finally {
            publishLock.unlock();
        }
    }

    void stop() {
        stateLock.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            stateLock.unlock();
        }
        Thread running = thread;
        if (running != null) {
            try {
                running.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
