package chatd.daemon.net.stream;

import chatd.daemon.config.Config;
import java.time.Duration;

/**
 * Time limits for a peer: until its first packet, until login, and for a frame in progress. Counted in ticks, and only
 * while the daemon owes the peer nothing. One thread.
 */
public final class Deadlines {
    static final Duration TICK = Duration.ofMillis(250);
    private static final int WINDOW_TICKS = 20;

    /** Age in ticks up to which a frame is never late. */
    private static final int GRACE_TICKS = 240;

    private final long firstPacket;
    private final long logIn;
    private final long bytesAWindow;
    private final long wholeFrame;
    private long waited;
    private boolean hasPacket;
    /** Ticks since the current frame began. */
    private long frameTicks;

    private long frameBytes;

    /** Bytes of the current frame received before the current window. */
    private long bytesBefore;

    public Deadlines(Config.Limits limits) {
        this.firstPacket = ticks(limits.firstPacket());
        this.logIn = ticks(limits.logIn());
        this.wholeFrame = ticks(limits.frameTime());
        this.bytesAWindow = limits.frameProgress() * WINDOW_TICKS * TICK.toMillis() / 1_000;
    }

    private static long ticks(Duration time) {
        return Math.max(1, time.dividedBy(TICK));
    }

    void received(int bytes) {
        frameBytes += bytes;
    }

    /** Records that a complete packet has arrived. */
    void packet() {
        hasPacket = true;
        resetFrame();
    }

    private void resetFrame() {
        frameTicks = 0;
        frameBytes = 0;
        bytesBefore = 0;
    }

    /**
     * Counts a tick in which the daemon owed nothing and was reading.
     *
     * @param inFrame whether a frame is in progress
     * @param size the frame's size in bytes; 0 if unknown
     * @return whether a time limit has expired
     */
    boolean tick(boolean loggedIn, boolean inFrame, long size) {
        if (!loggedIn && (++waited >= logIn || (!hasPacket && waited >= firstPacket))) {
            return true;
        }
        if (!inFrame) {
            resetFrame();
            return false;
        }
        if (++frameTicks % WINDOW_TICKS != 0) {
            return false;
        }
        boolean isStalled = frameBytes - bytesBefore < bytesAWindow;
        bytesBefore = frameBytes;
        // A large frame may slow to the minimum rate for a while, as long as its average rate keeps up.
        boolean isLate = frameTicks > GRACE_TICKS && frameBytes < size * frameTicks / wholeFrame;
        return isStalled || isLate;
    }
}
