package chatd.admin.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventFilterTest {
    private static final String TEXT =
            "<event seq=\"7\" time=\"2026-11-20T06:15:00.123456Z\" type=\"text\" outcome=\"ok\""
                    + " user=\"U1\" name=\"alice\" address=\"2001:db8::7\" receivers=\"1\" chain=\"CCC\">"
                    + "<to user=\"U2\" name=\"bob\"/></event>";
    private static final String ADMIN = "<event seq=\"8\" time=\"2026-11-20T06:15:00.123457Z\" type=\"admin\""
            + " outcome=\"ok\" by=\"root\" command=\"log query\" chain=\"CCC\">"
            + "<argument name=\"type\" value=\"text\"/></event>";

    private static boolean matches(EventFilter filter, String line) {
        return filter.mayMatch(line) && filter.matches(line);
    }

    private static boolean matches(
            @Nullable String type, @Nullable String outcome, @Nullable String address, String line) {
        return matches(new EventFilter(type, outcome, address, null, null), line);
    }

    @Test
    void onlyTheEventsOwnAttributesCount() {
        assertThat(matches("text", "ok", "2001:db8::7", TEXT)).isTrue();
        assertThat(matches("text", "refused", "2001:db8::7", TEXT)).isFalse();
        assertThat(matches("text", "ok", "2001:DB8:0:0::7", TEXT)).isTrue();
        assertThat(matches("text", "ok", "2001:db8::8", TEXT)).isFalse();
        assertThat(matches(new EventFilter("text", null, null, null, null), ADMIN))
                .isFalse();
        // An attribute of an argument, which is not an attribute of the event.
        String misleading =
                ADMIN.replace("<argument name=\"type\" value=\"text\"/>", "<argument name=\"x\" type=\"text\"/>");
        assertThat(matches(new EventFilter("text", null, null, null, null), misleading))
                .isFalse();
    }

    @Test
    void valuesThatNoEventCanHaveAreRejected() {
        assertThatThrownBy(() -> matches("tex", null, null, TEXT))
                .hasMessageContaining("--type must be one of start, stop,");
        assertThatThrownBy(() -> matches(null, "OK", null, TEXT))
                .hasMessageContaining("--outcome must be one of ok, refused, failed");
        assertThatThrownBy(() -> matches(null, null, "localhost", TEXT))
                .hasMessageContaining("--address must be an address");
    }

    @Test
    void sinceIsInclusiveAndUntilIsExclusive() {
        Instant at = Instant.parse("2026-11-20T06:15:00.123456Z");
        assertThat(matches(new EventFilter(null, null, null, at, null), TEXT)).isTrue();
        assertThat(matches(new EventFilter(null, null, null, at.plusNanos(1000), null), TEXT))
                .isFalse();
        assertThat(new EventFilter(null, null, null, null, at).isPast(TEXT)).isTrue();
        assertThat(new EventFilter(null, null, null, null, at.plusNanos(1000)).isPast(TEXT))
                .isFalse();
    }
}
