package chatd.daemon.net.http;

import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request on its way from the event loop to the thread that carries the request out.
 * While too much of it waits, reading pauses.
 */
final class RequestBody {
    /** Bytes that may wait before reading pauses; the socket's own buffer may add to them. */
    private static final int MAX_WAITING = 128 << 10;

    /** The time in which as much must arrive as {@code limits.frame-progress} demands. */
    private static final Duration WINDOW = Duration.ofSeconds(5);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();

    private final Consumer<Boolean> reading;
    private final long leastBytes;

    @GuardedBy("lock")
    private int bytes;

    /** Nanoseconds for which a reader has waited in the present window, and the bytes taken in it. */
    @GuardedBy("lock")
    private long waited;

    @GuardedBy("lock")
    private long taken;

    @GuardedBy("lock")
    private boolean isPaused;

    @GuardedBy("lock")
    private boolean isWhole;

    @GuardedBy("lock")
    private boolean isOver;

    @GuardedBy("lock")
    private boolean isBroken;

    /**
     * @param reading tells the connection whether to read on; any thread
     * @param progress bytes that have to arrive per second
     */
    RequestBody(Consumer<Boolean> reading, long progress) {
        this.reading = reading;
        this.leastBytes = progress * WINDOW.toSeconds();
    }

    /** Adds what was received, and takes ownership of its reference. On the event loop. */
    void add(ByteBuf part, boolean isLast) {
        lock.lock();
        try {
            isWhole |= isLast;
            if (isOver || !part.isReadable()) {
                part.release();
            } else {
                waiting.add(part);
                bytes += part.readableBytes();
                if (bytes > MAX_WAITING && !isPaused) {
                    isPaused = true;
                    reading.accept(false);
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Records that what arrives is not a valid HTTP body. On the event loop. */
    void markBroken() {
        lock.lock();
        try {
            isBroken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether all of it has been received. */
    boolean isWhole() {
        lock.lock();
        try {
            return isWhole;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves the next bytes into a buffer. Blocks.
     *
     * @return how many; 0 at the end; -1 if the rest does not come: the connection is gone, or too slow
     * @throws Refusal {@link Code#MALFORMED} if the rest can't be read
     */
    int read(byte[] into) throws InterruptedException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !isWhole && !isOver && !isBroken) {
                long begin = System.nanoTime();
                var _ = changed.awaitNanos(WINDOW.toNanos() - waited);
                waited += System.nanoTime() - begin;
                if (waited >= WINDOW.toNanos()) {
                    if (taken < leastBytes) {
                        return -1;
                    }
                    waited = 0;
                    taken = 0;
                }
            }
            if (isBroken && waiting.isEmpty()) {
                throw new Refusal(Code.MALFORMED, "The chunks of the body are not valid HTTP/1.1.");
            }
            return isOver && waiting.isEmpty() ? -1 : take(into);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private int take(byte[] into) {
        int count = 0;
        for (ByteBuf first = waiting.peek(); first != null && count < into.length; first = waiting.peek()) {
            int some = Math.min(first.readableBytes(), into.length - count);
            first.readBytes(into, count, some);
            count += some;
            if (!first.isReadable()) {
                waiting.remove().release();
            }
        }
        bytes -= count;
        taken += count;
        if (isPaused && bytes <= MAX_WAITING / 2 && !isOver) {
            isPaused = false;
            reading.accept(true);
        }
        return count;
    }

    /** Records that nothing more will arrive; what waits can still be read. On the event loop. */
    void end() {
        lock.lock();
        try {
            isOver |= !isWhole;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Drops what waits, and whatever arrives later: nobody will read it. Any thread. */
    void close() {
        lock.lock();
        try {
            isOver = true;
            for (@Nullable ByteBuf one = waiting.poll(); one != null; one = waiting.poll()) {
                one.release();
            }
            bytes = 0;
            if (isPaused) {
                isPaused = false;
                reading.accept(true);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
