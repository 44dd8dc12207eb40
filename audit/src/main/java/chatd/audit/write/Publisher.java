package chatd.audit.write;

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
 * Makes whole documents of the open segment, by copy and rename, so that a reader at any moment finds one that is
 * complete. One thread of its own, less often the larger the segment: a second for each 8 MiB. It leaves the disk to
 * others most of the time: 64 MiB brought to it at once let every commit of the database wait for half a second.
 */
final class Publisher {
    private static final long BYTES_A_SECOND = 8 << 20;
    private static final long PAUSE_MILLIS = 750;
    private static final long PIECE = 1 << 20;

    /** Times as long as a piece took; on a slow disk no longer than 64 MiB leave it in eight seconds. */
    private static final int REST = 3;

    private static final long MOST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(75);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    /**
     * The part, opened for this reader alone, and how much of it is whole lines.
     *
     * @param segment its number
     * @param size in bytes
     * @param seals in it that the journal was not told of
     */
    record Snapshot(FileChannel part, long segment, long size, List<String> seals) implements Closeable {
        @Override
        public void close() throws IOException {
            part.close();
        }
    }

    /** Where snapshots come from. */
    interface Source {
        Snapshot snapshot() throws IOException;

        /** Brings the part to the disk, as far as it is to be there. */
        void force() throws IOException;
    }

    private final LogFiles files;
    private final AuditLog.Fsync fsync;
    private final Source source;

    /** One document at a time is made. Taken before the log's own lock, never after it. */
    private final ReentrantLock one = new ReentrantLock();

    private final ReentrantLock waiting = new ReentrantLock();
    private final Condition changed = waiting.newCondition();
    private boolean dirty;
    private boolean urgent;
    private boolean stopped;
    private boolean looking;

    /** How often it was asked for a sign of life, and how often it has given one since it was asked. */
    private long asked;

    private long answered;
    private volatile @Nullable String failure;

    /** What the document's name has to stand for; null until there is one. One document at a time. */
    private @Nullable Object key;

    /** Of its thread. */
    private @Nullable String said;

    private long size;
    private @Nullable Thread thread;
    /** When the part was last forced. */
    private volatile long forced = System.nanoTime();

    Publisher(LogFiles files, AuditLog.Fsync fsync, Source source) {
        this.files = files;
        this.fsync = fsync;
        this.source = source;
    }

    /** @param meanwhile what else is to be looked after, every second or more often but amid a large segment */
    void start(Runnable meanwhile) {
        Thread started = Thread.ofPlatform().name("audit-publisher").daemon().start(() -> run(meanwhile));
        thread = started;
    }

    private void run(Runnable meanwhile) {
        try {
            while (awaitChange(meanwhile)) {
                long begun = System.nanoTime();
                long pause = Math.max(PAUSE_MILLIS, 1_000 * bytes() / BYTES_A_SECOND);
                try {
                    publish(true);
                    unsay();
                    rest(TimeUnit.MILLISECONDS.toNanos(pause) - (System.nanoTime() - begun));
                } catch (IOException e) {
                    say(String.valueOf(e.getMessage()));
                    wake(bytes());
                    pause(RETRY_NANOS, true);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Once, however often it is tried again. */
    private void say(String why) {
        if (!why.equals(said)) {
            said = why;
            System.getLogger(Publisher.class.getName())
                    .log(System.Logger.Level.ERROR, "the log can't be brought to the disk: " + why);
        }
    }

    private void unsay() {
        if (said != null) {
            System.getLogger(Publisher.class.getName())
                    .log(System.Logger.Level.INFO, "the log is brought to the disk again");
            said = null;
        }
    }

    /** False where it is to end. */
    private boolean awaitChange(Runnable meanwhile) throws InterruptedException {
        while (true) {
            try {
                meanwhile.run();
            } catch (RuntimeException e) {
                // It looks again in a moment; without this thread nothing would be published, sealed or mended.
                System.getLogger(Publisher.class.getName())
                        .log(System.Logger.Level.ERROR, "the log was not looked after", e);
            }
            waiting.lock();
            try {
                if (!dirty && !stopped && !looking) {
                    changed.awaitNanos(LOOK_NANOS);
                }
                looking = false;
                answered();
                if (dirty || stopped) {
                    dirty = false;
                    urgent = false;
                    return !stopped;
                }
            } finally {
                waiting.unlock();
            }
        }
    }

    /** Leaves the disk to others, but for what was appended meanwhile, which is on it within a second. */
    private void rest(long nanos) throws IOException, InterruptedException {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !isHurried(); left = end - System.nanoTime()) {
            long due = forced + TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS) - System.nanoTime();
            if (fsync == AuditLog.Fsync.INTERVAL && due <= 0) {
                force();
            } else {
                pause(fsync == AuditLog.Fsync.INTERVAL ? Math.min(left, due) : left, false);
            }
        }
    }

    /** @param untilLook whether it ends, too, when something is to be looked after */
    private void pause(long nanos, boolean untilLook) throws InterruptedException {
        waiting.lock();
        try {
            long left = nanos;
            while (left > 0 && !urgent && !stopped && !(untilLook && looking)) {
                left = changed.awaitNanos(left);
                answered();
            }
        } finally {
            waiting.unlock();
        }
    }

    private long bytes() {
        waiting.lock();
        try {
            return size;
        } finally {
            waiting.unlock();
        }
    }

    private boolean isHurried() {
        waiting.lock();
        try {
            return urgent || stopped;
        } finally {
            waiting.unlock();
        }
    }

    /** What was appended is on the disk within a second, however seldom it is published, and however long that takes. */
    private void force() throws IOException {
        source.force();
        forced = System.nanoTime();
    }

    /** Says that the part has grown to {@code bytes}. */
    void wake(long bytes) {
        waiting.lock();
        try {
            size = bytes;
            if (!dirty) {
                dirty = true;
                changed.signalAll();
            }
        } finally {
            waiting.unlock();
        }
    }

    /** Asks for what else is looked after to be looked after now. */
    void look() {
        waiting.lock();
        try {
            looking = true;
            changed.signalAll();
        } finally {
            waiting.unlock();
        }
    }

    /** A sign of life of its thread, which holds the lock. */
    private void answered() {
        if (answered != asked) {
            answered = asked;
            changed.signalAll();
        }
    }

    /** A sign of life amid something that takes its time. On its thread. */
    void goesOn() {
        waiting.lock();
        try {
            answered();
        } finally {
            waiting.unlock();
        }
    }

    /** Returns once its thread has looked after the log, or has ended. */
    void answer() throws InterruptedException {
        waiting.lock();
        try {
            long mine = ++asked;
            looking = true;
            changed.signalAll();
            while (answered < mine && !stopped) {
                changed.await();
            }
        } finally {
            waiting.unlock();
        }
    }

    /** Why the last document could not be made; null where it could. */
    @Nullable
    String failure() {
        return failure;
    }

    /** Says that there is something to publish at once. */
    void hurry() {
        waiting.lock();
        try {
            dirty = true;
            urgent = true;
            changed.signalAll();
        } finally {
            waiting.unlock();
        }
    }

    /** Makes {@code audit.xml} a whole document of what there is of the part, at once or not at all. */
    void publish() throws IOException {
        publish(false);
    }

    private void publish(boolean gently) throws IOException {
        force();
        one.lock();
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
                        goesOn();
                    }
                    if (gently && at + PIECE < now.size() && !one.hasQueuedThreads()) {
                        rest(Math.min(MOST_REST_NANOS, REST * (System.nanoTime() - begun)));
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
            failure = String.valueOf(e.getMessage());
            // Half a document takes room that the log itself may need.
            Files.deleteIfExists(files.temporary("audit.xml"));
            throw e;
        } finally {
            one.unlock();
        }
    }

    /**
     * Looks whether the document still is what was published.
     *
     * @return what became of it, for an event, told once; null where it is as it should be
     */
    @Nullable
    String keepInPlace() throws IOException {
        if (!one.tryLock()) {
            // Another is just being made.
            return null;
        }
        try {
            Object now = LogFiles.keyOf(files.published());
            if (key == null || key.equals(now)) {
                return null;
            }
            key = null;
            return LogFiles.name(files.published()) + LogFiles.fate(now) + "; it was published anew";
        } finally {
            one.unlock();
        }
    }

    void stop() {
        waiting.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            waiting.unlock();
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
