package chatd.daemon.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How long background work waits while messages are delivered, by a clock that the tests move. */
class PaceTest {
    private static final double MIN = 0.1;
    private static final Duration CREDIT = Duration.ofMillis(5);
    private static final Duration WORK = Duration.ofMillis(1);

    /** Near overflow, where such a clock may be at any time. */
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);

    private final AtomicLong delivered = new AtomicLong(1_000_000);
    private final Pace pace = new Pace(MIN, 2, CREDIT, delivered::get, nanos::get);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /**
     * Lets one thread work as fast as it may for a time, with this many messages a second; returns
     * the share of the time that it worked.
     */
    private double share(long time, long rate) {
        long worked = 0;
        long end = nanos.get() + Duration.ofSeconds(time).toNanos();
        long begin = nanos.get();
        long before = delivered.get();
        while (nanos.get() - end < 0) {
            pass(WORK);
            delivered.set(before + (nanos.get() - begin) * rate / 1_000_000_000);
            pace.recordTime(WORK);
            worked += WORK.toNanos();
            pass(pace.untilFree());
        }
        return worked / (double) (nanos.get() - begin);
    }

    @Test
    void workDoesNotWaitWhileThereAreNoMessages() {
        assertThat(share(10, 0)).isEqualTo(1);
    }

    @Test
    void aMessageNowAndThenIsNoReasonToWait() {
        assertThat(share(10, 1)).isEqualTo(1);
    }

    @Test
    void theMoreMessagesTheSmallerTheShare() {
        share(5, 10);
        assertThat(share(20, 10)).isCloseTo(2 * 0.55, within(0.12)).isLessThanOrEqualTo(1);
        share(5, 90);
        assertThat(share(20, 90)).isCloseTo(2 * 0.19, within(0.02));
        share(5, 1_000_000);
        assertThat(share(20, 1_000_000)).isCloseTo(2 * MIN, within(0.001));
    }

    @Test
    void workStopsWaitingSoonAfterTheLastMessage() {
        share(20, 10_000);
        assertThat(share(20, 0)).isGreaterThan(0.75);
        assertThat(share(1, 0)).isEqualTo(1);
    }

    @Test
    void workDoneWithoutMessagesDoesNotCountLater() {
        share(1000, 0);
        pass(Duration.ofSeconds(1));
        delivered.addAndGet(1);
        assertThat(pace.untilFree()).isZero();
    }

    @Test
    void oldMessagesDoNotCount() {
        pass(Duration.ofHours(1));
        delivered.addAndGet(3600);
        assertThat(share(1, 0)).isEqualTo(1);
    }

    @Test
    void afterAnIdleTimeOnlyTheCreditIsUsedAtOnce() {
        share(20, 1_000_000);
        pass(Duration.ofSeconds(1));
        delivered.addAndGet(1_000_000);
        pass(CREDIT);
        pace.recordTime(CREDIT);
        assertThat(pace.untilFree()).isZero();
        pace.recordTime(CREDIT);
        assertThat(pace.untilFree()).isPositive();
    }
}
