package chatd.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.daemon.ClockGuard.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClockGuardTest {
    private static final Instant TIME = Instant.parse("2026-11-20T06:15:00Z");

    @TempDir
    private Path directory;

    private final List<Duration> noticed = new ArrayList<>();
    private Reading now = new Reading("boot-1", Duration.ofHours(5), TIME);

    @BeforeEach
    void runOnce() throws IOException {
        try (ClockGuard guard = guard(Duration.ofDays(1))) {
            guard.check();
            guard.begin(Optional.empty(), noticed::add);
        }
    }

    private ClockGuard guard(Duration limit) {
        return new ClockGuard(directory.resolve("lib/clock"), () -> Optional.of(now), limit);
    }

    /** Lets the machine run for a time, and its clock go ahead of that by another. */
    private void pass(Duration time, Duration ahead) {
        now = new Reading(
                now.boot(), now.running().plus(time), now.time().plus(time).plus(ahead));
    }

    @Test
    void aClockAheadOfTheMachinesUptimeIsRefusedUntilItIsSetOrAccepted() throws IOException {
        pass(Duration.ofMinutes(5), Duration.ofDays(400));
        assertThatThrownBy(() -> guard(Duration.ofDays(1)).check())
                .hasMessageContaining("the clock is 400 days ahead: it says 2027-12-25T06:20:00Z")
                .hasMessageContaining("the machine has run for only 5 minutes since")
                .hasMessageContaining("chatd --config FILE --accept-clock");
        Reading wrong = now;
        pass(Duration.ZERO, Duration.ofDays(-400));
        guard(Duration.ofDays(1)).check();
        now = wrong;
        guard(Duration.ZERO).check();
        guard(Duration.ofDays(401)).check();
        guard(Duration.ofDays(1)).accept();
        guard(Duration.ofDays(1)).check();
        assertThat(noticed).isEmpty();
    }

    @Test
    void aLongStopOfTheDaemonIsNoJumpOfTheClock() throws IOException {
        pass(Duration.ofDays(40), Duration.ofHours(23));
        try (ClockGuard guard = guard(Duration.ofDays(1))) {
            guard.check();
            guard.begin(Optional.of(now.time().minusSeconds(60)), noticed::add);
            assertThat(guard.trouble()).isEmpty();
        }
        assertThat(noticed).isEmpty();
    }

    /** Nobody knows how long the machine was off. */
    @Test
    void aJumpAcrossARestartOfTheMachineIsNoticedAndReported() throws IOException {
        now = new Reading("boot-2", Duration.ofMinutes(1), TIME.plus(Duration.ofDays(30)));
        try (ClockGuard guard = guard(Duration.ofDays(1))) {
            guard.check();
            guard.begin(Optional.of(TIME), noticed::add);
            assertThat(noticed).containsExactly(Duration.ofDays(30));
            assertThat(guard.trouble()).startsWith("The clock jumped ahead by 30 days.");
            pass(Duration.ofHours(25), Duration.ZERO);
            assertThat(guard.trouble()).as("a day later").isEmpty();
        }
    }

    @Test
    void aJumpWhileItRunsIsNoticedAtTheLatestWhenItStops() throws IOException {
        try (ClockGuard guard = guard(Duration.ofDays(1))) {
            guard.begin(Optional.of(TIME), noticed::add);
            pass(Duration.ofHours(2), Duration.ofDays(3));
        }
        assertThat(noticed).containsExactly(Duration.ofDays(3));
        guard(Duration.ofDays(1)).check();
    }

    /** The key may be in a directory of root's. */
    @Test
    void anUnwritableFileDoesNotPreventTheStart() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        try (ClockGuard guard = new ClockGuard(file.resolve("clock"), () -> Optional.of(now), Duration.ofDays(1))) {
            guard.check();
            guard.begin(Optional.of(TIME), noticed::add);
            assertThat(guard.trouble()).isEmpty();
        }
    }

    @Test
    void anUnreadableFileDoesNotPreventTheStart() throws IOException {
        for (String text :
                List.of("", "x", "boot-1 now then", "boot-1 PT1S", "boot-1 PT5H 2026-11-20T06:15:00Z more")) {
            Files.writeString(directory.resolve("lib/clock"), text);
            assertThatCode(() -> guard(Duration.ofDays(1)).check()).as(text).doesNotThrowAnyException();
        }
        Files.write(directory.resolve("lib/clock"), new byte[] {(byte) 0xff, (byte) 0xfe});
        guard(Duration.ofDays(1)).check();
        // A container whose uptime is its own.
        now = new Reading("boot-1", Duration.ofSeconds(1), TIME.plus(Duration.ofDays(2)));
        new Reading("boot-1", Duration.ofDays(100), TIME).write(directory.resolve("lib/clock"));
        guard(Duration.ofDays(1)).check();
        new ClockGuard(directory.resolve("lib/clock"), Optional::empty, Duration.ofDays(1)).check();
        assertThat(Reading.now(Clock.systemUTC())).hasValueSatisfying(reading -> {
            assertThat(reading.boot()).hasSize(36);
            assertThat(reading.running()).isPositive();
        });
    }
}
