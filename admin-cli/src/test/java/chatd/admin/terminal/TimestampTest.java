package chatd.admin.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampTest {
    private final Timestamp timestamp = new Timestamp();

    @ParameterizedTest
    @CsvSource({"90s, PT90S", "5m, PT5M", "2h, PT2H", "7d, P7D", "3w, P21D", "999999999w, PT167999999832H"})
    void aDurationMeansThatLongAgo(String text, Duration ago) {
        Instant before = Instant.now().minus(ago);
        assertThat(timestamp.convert(text)).isBetween(before, Instant.now().minus(ago));
    }

    @Test
    void aDateMeansItsStartAndAnInstantItself() {
        assertThat(timestamp.convert("2026-11-20")).isEqualTo("2026-11-20T00:00:00Z");
        assertThat(timestamp.convert("2026-11-20T06:15:00Z")).isEqualTo("2026-11-20T06:15:00Z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "h", "-2h", "2 h", "2H", "1000000000w", "2026-13-01", "06:15", "yesterday"})
    void invalidTimesAreRefusedWithTheValidForms(String text) {
        assertThatThrownBy(() -> timestamp.convert(text)).hasMessageContaining(Timestamp.FORMS);
    }

    @Test
    void aRangeMustNotBeEmpty() {
        Instant now = Instant.now();
        Timestamp.checkRange(now, now.plusSeconds(1));
        Timestamp.checkRange(null, now);
        Timestamp.checkRange(now, null);
        assertThatThrownBy(() -> Timestamp.checkRange(now, now))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.exit()).isEqualTo(Exit.USAGE));
    }
}
