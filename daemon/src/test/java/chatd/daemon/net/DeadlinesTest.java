package chatd.daemon.net;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigReader;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
    private static final int TICKS_A_SECOND = 4;

    private static Deadlines deadlines() throws Exception {
        return new Deadlines(
                ConfigReader.read(null, Map.of("CHATD_LIMITS_FIRST_PACKET", "30s", "CHATD_LIMITS_LOG_IN", "5m"))
                        .limits());
    }

    /** Ticks until the time is up, at most so many seconds; the seconds it took. */
    private static int secondsUntilUp(Deadlines deadlines, boolean loggedIn, boolean inFrame, int most) {
        for (int tick = 1; tick <= most * TICKS_A_SECOND; tick++) {
            if (deadlines.tick(loggedIn, inFrame)) {
                return tick / TICKS_A_SECOND;
            }
        }
        return -1;
    }

    @Test
    void theFirstPacketHasThirtySeconds() throws Exception {
        assertThat(secondsUntilUp(deadlines(), false, false, 1000)).isEqualTo(30);
    }

    @Test
    void theLogInHasFiveMinutes() throws Exception {
        Deadlines deadlines = deadlines();
        deadlines.packet();
        assertThat(secondsUntilUp(deadlines, false, false, 1000)).isEqualTo(300);
    }

    @Test
    void whoIsLoggedInMayBeSilent() throws Exception {
        Deadlines deadlines = deadlines();
        deadlines.packet();
        assertThat(secondsUntilUp(deadlines, true, false, 100_000)).isEqualTo(-1);
    }

    @Test
    void aFrameThatHasBegunMustComeOn() throws Exception {
        Deadlines deadlines = deadlines();
        deadlines.packet();
        assertThat(secondsUntilUp(deadlines, true, true, 100)).isEqualTo(5);
        for (int second = 0; second < 100; second++) {
            deadlines.received(1024);
            for (int tick = 0; tick < TICKS_A_SECOND; tick++) {
                assertThat(deadlines.tick(true, true)).isFalse();
            }
        }
        for (int second = 0; second < 4; second++) {
            deadlines.received(1000);
            assertThat(secondsUntilUp(deadlines, true, true, 1)).isEqualTo(-1);
        }
        deadlines.received(1000);
        assertThat(secondsUntilUp(deadlines, true, true, 1)).isEqualTo(1);
    }

    @Test
    void aRateIsAPauseNotARefusal() {
        Rate none = new Rate(new Config.Rates(0, 0));
        Rate ten = new Rate(new Config.Rates(10, 0));
        Rate bytes = new Rate(new Config.Rates(0, 1000));
        for (int i = 0; i < 10; i++) {
            assertThat(none.count(1, 1_000_000)).isZero();
            assertThat(ten.count(1, 1_000_000)).isZero();
            assertThat(bytes.count(1, 100)).isZero();
        }
        assertThat(ten.count(1, 1)).isPositive();
        assertThat(bytes.count(1, 100)).isPositive();
        assertThat(none.count(1, 1)).isZero();
    }
}
