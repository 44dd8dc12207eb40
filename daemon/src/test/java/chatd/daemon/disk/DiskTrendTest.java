package chatd.daemon.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DiskTrendTest {
    private static final long GIB = 1L << 30;
    private static final Instant BEGIN = Instant.parse("2026-11-01T12:00:00Z");

    private final DiskTrend trend = new DiskTrend("the log");

    private static Instant after(double days) {
        return BEGIN.plus(Duration.ofMinutes(Math.round(days * 24 * 60)));
    }

    private void record(double days, double gib) {
        trend.record(after(days), free(gib));
    }

    private static OptionalLong free(double gib) {
        return OptionalLong.of((long) (gib * GIB));
    }

    private String trouble(double days, double gib) {
        return trend.trouble(after(days), free(gib));
    }

    @Test
    void aDiskThatFillsWithinTwoWeeksIsReportedWithTheDay() {
        record(0, 20);
        assertThat(trouble(0.9, 10)).as("less than a day tells nothing").isEmpty();
        assertThat(trouble(2, 16))
                .isEqualTo(
                        "The disk of the log has 16 GiB free, and will be full on 2026-11-11 if it fills as it has since"
                                + " 2026-11-01: 2 GiB a day.");
        assertThat(trouble(2, 18)).as("in 18 days").isEmpty();
        assertThat(trouble(2, 21)).as("it is emptied").isEmpty();
        assertThat(trend.trouble(after(2), OptionalLong.empty())).isEmpty();
    }

    @Test
    void onlyTheLastTwoWeeksCount() {
        record(0, 100);
        record(0.01, 1);
        for (int day = 1; day <= 20; day++) {
            trend.record(after(day), OptionalLong.empty());
            record(day, 20);
        }
        assertThat(trouble(20, 20)).as("it has been as it is for two weeks").isEmpty();
        assertThat(trouble(21, 8)).contains("since 2026-11-07", "will be full on");
    }

    @Test
    void aClockThatWasAheadDoesNotHideTheTrend() {
        record(400, 20);
        record(1, 20);
        assertThat(trouble(3, 10)).contains("since 2026-11-02");
    }

    @Test
    void withoutMeasurementsNothingIsReported() {
        assertThat(trouble(3, 1)).isEmpty();
    }
}
