package chatd.daemon.net;

import chatd.daemon.config.Config;
import java.time.Duration;

/**
 * How long a peer may take: to its first packet, to log in, and with a frame once begun. Counted in ticks while the
 * daemon owes it nothing. One thread.
 */
final class Deadlines {
    static final Duration TICK = Duration.ofMillis(250);
    private static final int WINDOW_TICKS = 20;

    private final long firstPacket;
    private final long logIn;
    private final long bytesAWindow;
    private long waited;
    private boolean packets;
    private int frameTicks;
    private long frameBytes;

    Deadlines(Config.Limits limits) {
        this.firstPacket = ticks(limits.firstPacket());
        this.logIn = ticks(limits.logIn());
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
        frameTicks = 0;
        frameBytes = 0;
    }

    /**
     * A tick in which the daemon owed nothing, and read.
     *
     * @param inFrame whether something has begun and has not ended
     * @return whether the time is up
     */
    boolean tick(boolean loggedIn, boolean inFrame) {
        if (!loggedIn && (++waited >= logIn || (!packets && waited >= firstPacket))) {
            return true;
        }
        if (!inFrame) {
            frameTicks = 0;
            frameBytes = 0;
            return false;
        }
        if (++frameTicks < WINDOW_TICKS) {
            return false;
        }
        boolean tooSlow = frameBytes < bytesAWindow;
        frameTicks = 0;
        frameBytes = 0;
        return tooSlow;
    }
}
