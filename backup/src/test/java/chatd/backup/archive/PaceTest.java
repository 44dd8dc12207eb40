package chatd.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private long now;
    private final List<Long> rests = new ArrayList<>();

    private Pace pace(long rate) {
        return new Pace(rate, () -> now, nanos -> {
            rests.add(nanos);
            now += nanos;
        });
    }

    @Test
    void itRestsThreeTimesAsLongAsItWorked() throws Exception {
        Pace pace = pace(Pace.QUARTER);
        now += 4 * MILLI;
        pace.pass(1);
        now += 2 * MILLI;
        pace.pass(1);
        now += 10 * MILLI;
        pace.pass(1);
        assertThat(rests).containsExactly(18 * MILLI, 30 * MILLI);
    }

    /** Half an hour in which another file was written once made it rest for an hour and a half. */
    @Test
    void whatTookLongIsFollowedByNoLongRest() throws Exception {
        Pace pace = pace(Pace.QUARTER);
        now += 1_800 * SECOND;
        pace.pass(1);
        assertThat(rests).containsExactly(SECOND);
    }

    @Test
    void aRateHoldsAndNothingIsMadeUpForAfterAPause() throws Exception {
        Pace pace = pace(1_000);
        pace.pass(500);
        assertThat(rests).containsExactly(SECOND / 2);
        now += 1_800 * SECOND;
        // What a second allows, at once; the rest at its pace.
        pace.pass(500);
        pace.pass(1_000);
        pace.pass(1_000);
        assertThat(rests).containsExactly(SECOND / 2, SECOND);
    }

    @Test
    void withoutLimitItNeverRests() throws Exception {
        Pace pace = pace(Pace.UNLIMITED);
        now += 1_800 * SECOND;
        pace.pass(1_000_000);
        assertThat(rests).isEmpty();
    }
}
