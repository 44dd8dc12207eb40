package chatd.audit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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

    /** Times as long as a piece took. */
    private static final int REST = 3;

    /** The part, opened for this reader alone, and how much of it is whole lines. */
    record Snapshot(FileChannel part, long size) implements Closeable {
        @Override
        public void close() throws IOException {
            part.close();
        }
    }

    /** Where snapshots come from. */
    interface Source {
        Snapshot snapshot() throws IOException;
    }

    private final LogFiles files;
    private final AuditLog.Fsync fsync;

    /** One document at a time is made. Taken before the log's own lock, never after it. */
    private final ReentrantLock one = new ReentrantLock();

    private final ReentrantLock waiting = new ReentrantLock();
    private final Condition changed = waiting.newCondition();
    private boolean dirty;
    private boolean urgent;
    private boolean stopped;
    private long size;
    private @Nullable Thread thread;

    Publisher(LogFiles files, AuditLog.Fsync fsync) {
        this.files = files;
        this.fsync = fsync;
    }

    void start(Source source) {
        Thread started = Thread.ofPlatform().name("audit-publisher").daemon().start(() -> run(source));
        thread = started;
    }

    private void run(Source source) {
        try {
            while (awaitChange()) {
                try {
                    publish(source, true);
                } catch (IOException e) {
                    // The next append meets the same disk and answers for it; the part is the truth in the meantime.
                    System.getLogger(Publisher.class.getName())
                            .log(System.Logger.Level.ERROR, "audit.xml can't be published: " + e.getMessage());
                }
                pauseAfter(source);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean awaitChange() throws InterruptedException {
        waiting.lock();
        try {
            while (!dirty && !stopped) {
                changed.await();
            }
            dirty = false;
            urgent = false;
            return !stopped;
        } finally {
            waiting.unlock();
        }
    }

    private void pauseAfter(Source source) throws InterruptedException {
        long nanos = TimeUnit.MILLISECONDS.toNanos(Math.max(PAUSE_MILLIS, 1_000 * bytes() / BYTES_A_SECOND));
        while (nanos > 0 && !isHurried()) {
            long slice = Math.min(nanos, TimeUnit.SECONDS.toNanos(1));
            pause(slice);
            nanos -= slice;
            if (nanos > 0 && fsync == AuditLog.Fsync.INTERVAL) {
                force(source);
            }
        }
    }

    private void pause(long nanos) throws InterruptedException {
        waiting.lock();
        try {
            long left = nanos;
            while (left > 0 && !urgent && !stopped) {
                left = changed.awaitNanos(left);
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

    /** What was appended is on the disk within a second, however seldom it is published. */
    private static void force(Source source) {
        try (Snapshot now = source.snapshot()) {
            now.part().force(false);
        } catch (IOException e) {
            System.getLogger(Publisher.class.getName())
                    .log(System.Logger.Level.ERROR, "audit.part can't be forced to the disk: " + e.getMessage());
        }
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
    void publish(Source source) throws IOException {
        publish(source, false);
    }

    private void publish(Source source, boolean gently) throws IOException {
        one.lock();
        try (Snapshot now = source.snapshot()) {
            if (fsync == AuditLog.Fsync.INTERVAL) {
                now.part().force(false);
            }
            Path fresh = files.temporary("audit.xml");
            try (FileChannel out = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                for (long at = 0; at < now.size(); at += PIECE) {
                    long begun = System.nanoTime();
                    AuditLog.copy(now.part(), at, Math.min(now.size(), at + PIECE), out);
                    if (fsync != AuditLog.Fsync.NEVER) {
                        out.force(false);
                    }
                    if (gently && at + PIECE < now.size() && !one.hasQueuedThreads()) {
                        rest(REST * (System.nanoTime() - begun));
                    }
                }
                AuditLog.write(out, AuditLog.END);
                if (fsync != AuditLog.Fsync.NEVER) {
                    out.force(true);
                }
            }
            Files.move(fresh, files.published(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            one.unlock();
        }
    }

    private void rest(long nanos) {
        try {
            pause(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
