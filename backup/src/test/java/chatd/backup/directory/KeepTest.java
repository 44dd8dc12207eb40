package chatd.backup.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.backup.archive.BackupFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class KeepTest {
    private static final Instant NIGHT = Instant.parse("2026-11-30T03:00:00Z");

    private static List<String> kept(List<Instant> backups, String... rules) throws BackupFailure {
        List<Keep> parsed = new ArrayList<>();
        for (String rule : rules) {
            parsed.add(Keep.parse(rule));
        }
        return new TreeSet<>(Keep.kept(backups, parsed))
                .stream().map(time -> time.toString().substring(0, 13)).toList();
    }

    private static List<Instant> every(Duration interval, int count) {
        List<Instant> times = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            times.add(NIGHT.minus(interval.multipliedBy(i)));
        }
        return times;
    }

    @Test
    void theLastOfEachPeriodIsKept() throws BackupFailure {
        List<Instant> nights = every(Duration.ofDays(1), 400);
        assertThat(kept(nights, "3d")).containsExactly("2026-11-28T03", "2026-11-29T03", "2026-11-30T03");
        assertThat(kept(nights, "2d", "3w", "3m"))
                .containsExactly(
                        "2026-09-30T03", // a month
                        "2026-10-31T03", // a month
                        "2026-11-22T03", // a week, which ends on Sunday
                        "2026-11-29T03", // a day and a week
                        "2026-11-30T03");
        assertThat(kept(nights, "2y")).containsExactly("2025-12-31T03", "2026-11-30T03");
        assertThat(kept(every(Duration.ofMinutes(20), 30), "2h")).containsExactly("2026-11-30T02", "2026-11-30T03");
    }

    @Test
    void periodsWithoutBackupsDoNotCount() throws BackupFailure {
        assertThat(kept(every(Duration.ofDays(10), 5), "3d"))
                .containsExactly("2026-11-10T03", "2026-11-20T03", "2026-11-30T03");
    }

    @Test
    void theNewestIsAlwaysKept() throws BackupFailure {
        assertThat(Keep.kept(List.of(), List.of(Keep.parse("1d")))).isEmpty();
        assertThat(Keep.kept(List.of(NIGHT), List.of())).containsExactly(NIGHT);
    }

    @Test
    void whatIsNoRuleIsRefused() {
        for (String wrong : List.of("", "7", "d", "0d", "-1d", "7 days", "1x", "999999d")) {
            assertThatThrownBy(() -> Keep.parse(wrong))
                    .isInstanceOf(BackupFailure.class)
                    .hasMessageContaining("7d,4w,12m");
        }
    }
}
