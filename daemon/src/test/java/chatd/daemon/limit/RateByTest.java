package chatd.daemon.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.daemon.model.Refusal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How much an account may do, by a clock that the tests move. */
class RateByTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final AtomicLong nanos = new AtomicLong(1);
    private final AtomicLong limit = new AtomicLong(60);
    private final KeyedRateLimit<Long> rate =
            new KeyedRateLimit<>(limit::get, max -> max, MINUTE, Long.MAX_VALUE, nanos::get);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private void refused(long account, long amount) {
        assertThatThrownBy(() -> rate.charge(account, amount, "things a minute"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("At most %d things a minute".formatted(limit.get()));
    }

    @Test
    void anAmountOfZeroCostsNothing() {
        rate.charge(1L, 60, "things a minute");
        rate.charge(1L, 0, "things a minute");
        rate.refund(1L, 0);
        refused(1, 1);
    }

    @Test
    void aDecisionThatIsRepeatedIsCountedOnce() {
        limit.set(2);
        KeyedRateLimit<Long>.Once first = rate.once();
        assertThat(first.take(1L)).isTrue();
        assertThat(first.take(1L)).isTrue();
        assertThat(first.take(2L)).isTrue();
        KeyedRateLimit<Long>.Once second = rate.once();
        assertThat(second.take(1L)).isTrue();
        KeyedRateLimit<Long>.Once third = rate.once();
        assertThat(third.take(1L)).isFalse();
        assertThat(third.take(1L)).as("what was refused was not counted").isFalse();
        assertThat(second.take(1L)).isTrue();
        assertThat(third.take(2L)).isTrue();
    }

    @Test
    void aBurstIsAllowedAndThenARate() {
        rate.charge(1L, 60, "things a minute");
        refused(1, 1);
        rate.charge(2L, 60, "things a minute");
        pass(Duration.ofSeconds(3));
        refused(1, 4);
        rate.charge(1L, 3, "things a minute");
        refused(1, 1);
    }

    @Test
    void amountsRefusedOrTakenBackAreNotCounted() {
        rate.charge(1L, 59, "things a minute");
        refused(1, 2);
        rate.charge(1L, 1, "things a minute");
        rate.refund(1L, 2);
        refused(1, 3);
        rate.charge(1L, 2, "things a minute");
        rate.refund(7L, 1_000);
        rate.charge(7L, 60, "things a minute");
        refused(7, 1);
    }

    @Test
    void aNewLimitAppliesAtOnceEvenToBusyAccounts() {
        rate.charge(1L, 60, "things a minute");
        limit.set(100);
        rate.charge(1L, 100, "things a minute");
        refused(1, 1);
        limit.set(0);
        assertThatCode(() -> rate.charge(1L, 1_000_000, "things a minute")).doesNotThrowAnyException();
        assertThat(rate.chargeAlways(1L, 1_000_000)).isZero();
    }

    @Test
    void debtIsNotForgottenAfterAShortPeriod() {
        KeyedRateLimit<Long> fast =
                new KeyedRateLimit<>(() -> 10, limit -> limit, Duration.ofSeconds(2), Long.MAX_VALUE, nanos::get);
        assertThat(fast.chargeAlways(1L, 110)).isEqualTo(Duration.ofSeconds(20).toNanos());
        pass(Duration.ofSeconds(10));
        assertThat(fast.chargeAlways(1L, 5)).isEqualTo(Duration.ofSeconds(11).toNanos());
    }

    @Test
    void aPairIsLimitedInEachPeriod() {
        KeyedRateLimit<Long> pairs = new KeyedRateLimit<>(
                () -> 3, KeyedRateLimit.UNTIL_THE_NEXT, Duration.ofDays(1), Long.MAX_VALUE, nanos::get);
        for (int day = 0; day < 3; day++) {
            for (int i = 0; i < 3; i++) {
                assertThat(pairs.take(1L)).isTrue();
            }
            for (int hour = 0; hour < 23; hour++) {
                assertThat(pairs.take(1L)).as("day %d, hour %d", day, hour).isFalse();
                pass(Duration.ofHours(1));
            }
            pass(Duration.ofHours(1));
        }
    }

    @Test
    void workAlreadyDoneIsPaidForWithAPause() {
        assertThat(rate.chargeAlways(1L, 60)).isZero();
        assertThat(rate.chargeAlways(1L, 30)).isEqualTo(Duration.ofSeconds(30).toNanos());
        assertThat(rate.chargeAlways(2L, 30)).isZero();
        pass(Duration.ofSeconds(30));
        assertThat(rate.chargeAlways(1L, 1)).isEqualTo(Duration.ofSeconds(1).toNanos());
    }
}
