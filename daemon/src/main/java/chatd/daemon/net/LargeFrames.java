package chatd.daemon.net;

import java.util.concurrent.Semaphore;

/**
 * What all connections together hold of large frames: each waits for its turn before its body is read, so that many of
 * them at once do not use up the memory. Any thread.
 */
final class LargeFrames {
    /** Bytes of a body from which on a frame is a large one. */
    private static final long LARGE = 128 << 10;

    private final Semaphore kibibytes;
    private final int most;

    /** @param bytes of all bodies together */
    LargeFrames(long bytes) {
        this.most = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes >> 10));
        this.kibibytes = new Semaphore(most);
    }

    /** How much of it a body takes; 0 for one that is not large. */
    int share(long length) {
        return length < LARGE ? 0 : (int) Math.min(most, length >> 10);
    }

    boolean take(int share) {
        return kibibytes.tryAcquire(share);
    }

    void giveBack(int share) {
        kibibytes.release(share);
    }
}
