package chatd.daemon.net.stream;

import chatd.daemon.config.Config;
import java.time.Duration;

/**
 * How long a peer may take: to its first packet, to log in, and with a frame once begun. Counted in ticks while the
 * daemon owes it nothing. One thread.
 */
public final class Deadlines {
    static final Duration TICK = Duration.ofMillis(250);
    private static final int WINDOW_TICKS = 20;

    /** A frame that is so young is not late. */
    private static final int GRACE_TICKS = 240;

    private final long firstPacket;
    private final long logIn;
    private final long bytesAWindow;
    private final long wholeFrame;
    private long waited;
    private boolean packets;
    /** Of the frame, since it began. */
    private long frameTicks;

    private long frameBytes;

    /** Of those, before the present window. */
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

    /** A whole packet has come. */
    void packet() {
        packets = true;
        noFrame();
    }

    private void noFrame() {
        frameTicks = 0;
        frameBytes = 0;
        bytesBefore = 0;
    }

    /**
     * A tick in which the daemon owed nothing, and read.
     *
     * @param inFrame whether something has begun and has not ended
     * @param size of that, in bytes; 0 where it is not known
     * @return whether the time is up
     */
    boolean tick(boolean loggedIn, boolean inFrame, long size) {
        if (!loggedIn && (++waited >= logIn || (!packets && waited >= firstPacket))) {
            return true;
        }
        if (!inFrame) {
            noFrame();
            return false;
        }
        if (++frameTicks % WINDOW_TICKS != 0) {
            return false;
        }
        boolean stands = frameBytes - bytesBefore < bytesAWindow;
        bytesBefore = frameBytes;
        // In the middle of a large one it may stand still for a while; by the end it must be where it ought to be.
        boolean isLate = frameTicks > GRACE_TICKS && frameBytes < size * frameTicks / wholeFrame;
        return stands || isLate;
    }
}
