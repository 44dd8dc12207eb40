package chatd.daemon.export;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Tells whether who is sent a copy takes it too slowly: what waits for them alone is held up. Any thread. */
final class ReaderWatch {
    /** Below this many bytes a second, while nothing but the reader is waited for, it is too slow. */
    static final long SLOW = 1 << 10;

    /** How long the reader has to have been waited for before it is judged. */
    static final Duration WINDOW = Duration.ofSeconds(30);

    private final LongSupplier nanos;

    @GuardedBy("this")
    private boolean isWaiting;

    /** When the current wait began. */
    @GuardedBy("this")
    private long since;

    /** Nanoseconds for which the reader was waited for in this window, and the bytes that it took meanwhile. */
    @GuardedBy("this")
    private long waited;

    @GuardedBy("this")
    private long bytes;

    /** @param nanos returns the time in nanoseconds */
    ReaderWatch(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Begins to wait for the reader. */
    synchronized void begin() {
        isWaiting = true;
        since = nanos.getAsLong();
    }

    /** Ends a wait. */
    synchronized void end(int taken) {
        roll();
        isWaiting = false;
        bytes += taken;
    }

    /** Returns whether the reader was too slow in the window that has just ended; false while it has not. */
    synchronized boolean isSlow() {
        roll();
        if (waited < WINDOW.toNanos()) {
            return false;
        }
        boolean isSlow = bytes < SLOW * WINDOW.toSeconds();
        waited = 0;
        bytes = 0;
        return isSlow;
    }

    @GuardedBy("this")
    private void roll() {
        if (isWaiting) {
            long now = nanos.getAsLong();
            waited += now - since;
            since = now;
        }
    }
}
