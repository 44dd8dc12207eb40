package chatd.daemon.net.stream;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigReader;
import chatd.daemon.limit.KeyedRateLimit;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
    private static final int TICKS_PER_SECOND = 4;
    private static final KeyedRateLimit<Long> NO_LIMIT = Rate.ofAccounts(() -> 0);

    private static Deadlines deadlines() throws Exception {
        return new Deadlines(
                ConfigReader.read(null, Map.of("CHATD_LIMITS_FIRST_PACKET", "30s", "CHATD_LIMITS_LOG_IN", "5m"))
                        .limits());
    }

    /** Ticks until the deadline expires, for at most {@code limit} seconds; returns the seconds it took, or -1. */
    private static int secondsUntilExpiry(Deadlines deadlines, boolean loggedIn, boolean inFrame, int limit) {
        for (int tick = 1; tick <= limit * TICKS_PER_SECOND; tick++) {
            if (deadlines.tick(loggedIn, inFrame, 0)) {
                return tick / TICKS_PER_SECOND;
            }
        }
        return -1;
    }

    @Test
    void theFirstPacketHasThirtySeconds() throws Exception {
        assertThat(secondsUntilExpiry(deadlines(), false, false, 1000)).isEqualTo(30);
    }

    @Test
    void theLoginHasFiveMinutes() throws Exception {
        Deadlines deadlines = deadlines();
        deadlines.packet();
        assertThat(secondsUntilExpiry(deadlines, false, false, 1000)).isEqualTo(300);
    }

    @Test
    void aLoggedInClientMayBeSilent() throws Exception {
        Deadlines deadlines = deadlines();
        deadlines.packet();
        assertThat(secondsUntilExpiry(deadlines, true, false, 100_000)).isEqualTo(-1);
    }

    @Test
    void aFrameThatHasBegunMustKeepArriving() throws Exception {
        Deadlines deadlines = deadlines();
        deadlines.packet();
        assertThat(secondsUntilExpiry(deadlines, true, true, 100)).isEqualTo(5);
        for (int second = 0; second < 100; second++) {
            deadlines.received(1024);
            for (int tick = 0; tick < TICKS_PER_SECOND; tick++) {
                assertThat(deadlines.tick(true, true, 0)).isFalse();
            }
        }
        for (int second = 0; second < 4; second++) {
            deadlines.received(1000);
            assertThat(secondsUntilExpiry(deadlines, true, true, 1)).isEqualTo(-1);
        }
        deadlines.received(1000);
        assertThat(secondsUntilExpiry(deadlines, true, true, 1)).isEqualTo(1);
    }

    @Test
    void exceedingARateCausesAPauseNotARefusal() {
        Rate none = rate(0, 0, NO_LIMIT);
        Rate ten = rate(10, 0, NO_LIMIT);
        Rate bytes = rate(0, 1000, NO_LIMIT);
        for (int i = 0; i < 10; i++) {
            assertThat(none.count(1, 1_000_000, 1)).isZero();
            assertThat(ten.count(1, 1_000_000, 1)).isZero();
            assertThat(bytes.count(1, 100, 1)).isZero();
        }
        assertThat(ten.count(1, 1, 1)).isPositive();
        assertThat(bytes.count(1, 100, 1)).isPositive();
        assertThat(none.count(1, 1, 1)).isZero();
    }

    @Test
    void theBytesOfAllSessionsOfAnAccountAreCountedTogether() {
        KeyedRateLimit<Long> limit = Rate.ofAccounts(() -> 10_000);
        Rate one = rate(0, 0, limit);
        Rate another = rate(0, 0, limit);
        assertThat(one.count(1, 10_000, 1)).isZero();
        assertThat(another.count(1, 10_000, 1)).isZero();
        assertThat(one.count(0, 1_000_000, 1)).as("part of a file").isZero();
        assertThat(one.count(1, 1_000_000, 0)).as("before login").isZero();
        assertThat(another.count(1, 10_000, 2)).as("another account").isZero();
        assertThat(one.count(1, 1_000_000, 1)).isPositive();
        assertThat(another.count(1, 1, 1)).isPositive();
    }

    @Test
    void aShortMessageCountsAsEightKibibytes() {
        Rate rate = rate(0, 0, Rate.ofAccounts(() -> 800 << 10));
        assertThat(rate.count(200, 200, 1)).isZero();
        assertThat(rate.count(100, 100, 1)).isPositive();
    }

    private static Rate rate(long messages, long bytes, KeyedRateLimit<Long> ofAccounts) {
        return new Rate(new Config.Rates(messages, bytes, 0, 0, 0, 0, 0, 1, 0, 0), ofAccounts);
    }

    /** Returns the seconds after which a frame received at a constant rate is late; -1 if it never is. */
    private static int lateAfter(long size, int bytesASecond) throws Exception {
        Deadlines deadlines = deadlines();
        deadlines.packet();
        for (int second = 1; second <= size / bytesASecond; second++) {
            deadlines.received(bytesASecond);
            for (int tick = 0; tick < TICKS_PER_SECOND; tick++) {
                if (deadlines.tick(true, true, size)) {
                    return second;
                }
            }
        }
        return -1;
    }

    @Test
    void theLargerAFrameTheFasterItMustArrive() throws Exception {
        // 1 KiB/s is enough for a frame that arrives within half an hour.
        assertThat(lateAfter(1 << 20, 1024)).isEqualTo(-1);
        assertThat(lateAfter(16 << 20, 1100)).isEqualTo(65);
        assertThat(lateAfter(16 << 20, 9_000)).isEqualTo(65);
        assertThat(lateAfter(16 << 20, 10_000)).isEqualTo(-1);
    }

    @Test
    void aLargeFrameMayPauseForSeconds() throws Exception {
        Deadlines deadlines = deadlines();
        deadlines.packet();
        deadlines.received(8 << 20);
        for (int window = 0; window < 100; window++) {
            deadlines.received(5 * 1024);
            for (int tick = 0; tick < 5 * TICKS_PER_SECOND; tick++) {
                assertThat(deadlines.tick(true, true, 16 << 20)).isFalse();
            }
        }
    }
}
