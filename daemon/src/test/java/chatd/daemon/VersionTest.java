package chatd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class VersionTest {
    @Test
    void aJavaOverFourMonthsOldCausesAWarning() {
        assertThat(Version.warning("2026-04-21", LocalDate.of(2026, 8, 20))).isEmpty();
        assertThat(Version.warning("2026-04-21", LocalDate.of(2026, 8, 21)))
                .hasValueSatisfying(text -> assertThat(text).contains("4 months old", "chatd-runtime"));
        assertThat(Version.warning("2025-10-21", LocalDate.of(2026, 11, 21)))
                .hasValueSatisfying(text -> assertThat(text).contains("13 months old"));
        assertThat(Version.warning("", LocalDate.of(2026, 11, 21))).isEmpty();
    }

    @Test
    void theRunningJavaIsNamed() {
        assertThat(Version.java()).contains(Runtime.version().toString(), System.getProperty("java.home"));
    }
}
