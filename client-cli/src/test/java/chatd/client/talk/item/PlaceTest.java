package chatd.client.talk.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceTest {
    private static final ZonedDateTime NOW = ZonedDateTime.parse("2026-03-29T12:00:00+02:00[Europe/Berlin]");

    @ParameterizedTest
    @CsvSource({
        "2026-03-28, 2026-03-27T23:00:00Z",
        "2026-03-28 14:05, 2026-03-28T13:05:00Z",
        "2026-03-28T14:05:07, 2026-03-28T13:05:07Z",
        "2026-03-28T14:05:07.120Z, 2026-03-28T14:05:07.120Z",
        "2026-03-28T14:05:07+05:30, 2026-03-28T08:35:07Z",
        // The clocks went forward at 2 o'clock.
        "1:30, 2026-03-29T00:30:00Z",
        "02:30, 2026-03-29T01:30:00Z",
        "11:00:30, 2026-03-29T09:00:30Z",
        "today, 2026-03-28T23:00:00Z",
        "yesterday, 2026-03-27T23:00:00Z",
        "yesterday 14:05, 2026-03-28T13:05:00Z"
    })
    void timesAreInTheLocalZoneUnlessTheyNameAnother(String text, Instant time) {
        assertThat(Place.of(text, NOW)).isEqualTo(new Place.Time(time));
        assertThat(Place.isTime(text)).isTrue();
    }

    @Test
    void digitsAreTheNumberOfAMessage() {
        assertThat(Place.of("1041", NOW)).isEqualTo(new Place.Message(1041));
        assertThat(Place.of("#7", NOW)).isEqualTo(new Place.Message(7));
        assertThat(Place.isTime("1041")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bob",
                "2026-13-01",
                "2026-02-30",
                "25:00",
                "24:00",
                "tomorrow",
                "14:5",
                "2026-03-28 bob",
                "-1",
                "monday"
            })
    void anythingElseIsAnErrorThatQuotesIt(String text) {
        assertThatThrownBy(() -> Place.of(text, NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\" is neither");
    }
}
