package chatd.daemon.files;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.files.Reservations.Demand;
import chatd.daemon.files.Reservations.Outcome;
import chatd.daemon.files.Reservations.Quotas;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReservationsTest {
    private static final long ALICE = 2;
    private static final long BOB = 3;

    /** Where a monotonic clock begins is arbitrary: here, shortly before it overflows. */
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

    private final Reservations reservations = new Reservations(nanos::get);

    private static Quotas quotas(long account, long server) {
        return new Quotas(limit(account), limit(server));
    }

    private static OptionalLong limit(long bytes) {
        return bytes == 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    private Outcome reserve(long account, long stored, long bytes, Quotas quotas) {
        return reservations.reserve(new Demand(account, stored, bytes, true), quotas, () -> 0);
    }

    private Outcome.Granted granted(long account, long stored, long bytes, Quotas quotas) {
        Outcome outcome = reserve(account, stored, bytes, quotas);
        assertThat(outcome).isInstanceOf(Outcome.Granted.class);
        return (Outcome.Granted) outcome;
    }

    @Test
    void anAccountFillsItsQuotaToTheLastByte() {
        granted(ALICE, 60, 40, quotas(100, 0));
        assertThat(reserve(BOB, 60, 41, quotas(100, 0))).isEqualTo(new Outcome.AccountFull(60, 100));
    }

    @Test
    void whatOthersReserveDoesNotCountTowardAnAccount() {
        granted(ALICE, 0, 100, quotas(100, 0));
        granted(BOB, 0, 100, quotas(100, 0));
    }

    @Test
    void twoUploadsCountTogetherUntilOneIsClosed() {
        Outcome.Granted first = granted(ALICE, 0, 60, quotas(100, 0));
        granted(ALICE, 0, 40, quotas(100, 0));
        assertThat(reserve(ALICE, 0, 1, quotas(100, 0))).isEqualTo(new Outcome.AccountFull(100, 100));
        first.reservation().close();
        first.reservation().close();
        granted(ALICE, 0, 60, quotas(100, 0));
        assertThat(reserve(ALICE, 0, 1, quotas(100, 0))).isEqualTo(new Outcome.AccountFull(100, 100));
    }

    @Test
    void theServersQuotaCountsAContentThatHasBegunOnce() {
        AtomicLong contents = new AtomicLong(50);
        Outcome.Granted first =
                (Outcome.Granted) reservations.reserve(new Demand(ALICE, 0, 30, true), quotas(0, 100), contents::get);
        assertThat(reservations.reserve(new Demand(BOB, 0, 21, true), quotas(0, 100), contents::get))
                .isEqualTo(new Outcome.ServerFull());
        contents.addAndGet(30);
        first.reservation().contentStarted();
        assertThat(reservations.reserve(new Demand(BOB, 0, 20, true), quotas(0, 100), contents::get))
                .isInstanceOf(Outcome.Granted.class);
        // Closing it once its content has begun gives nothing back a second time.
        first.reservation().close();
        assertThat(reservations.reserve(new Demand(BOB, 0, 1, true), quotas(0, 100), contents::get))
                .isEqualTo(new Outcome.ServerFull());
    }

    @Test
    void aContentThatIsStoredAlreadyTakesNoRoomOfTheServer() {
        Demand again = new Demand(ALICE, 0, 80, false);
        assertThat(reservations.reserve(again, quotas(100, 90), () -> 90)).isInstanceOf(Outcome.Granted.class);
        assertThat(reservations.reserve(again, quotas(100, 90), () -> 90)).isEqualTo(new Outcome.AccountFull(80, 100));
    }

    @Test
    void whatWasRefusedReservesNothing() {
        assertThat(reserve(ALICE, 0, 80, quotas(100, 50))).isEqualTo(new Outcome.ServerFull());
        assertThat(reserve(ALICE, 0, 101, quotas(100, 50))).isEqualTo(new Outcome.AccountFull(0, 100));
        granted(ALICE, 0, 50, quotas(50, 50));
    }

    @Test
    void eachLevelIsWarnedOfOnceAnHour() {
        assertThat(granted(ALICE, 0, 79, quotas(100, 0)).accountLevel()).isZero();
        assertThat(granted(ALICE, 0, 1, quotas(100, 0)).accountLevel()).isEqualTo(80);
        assertThat(granted(ALICE, 0, 1, quotas(100, 0)).accountLevel()).isZero();
        assertThat(granted(ALICE, 0, 14, quotas(100, 0)).accountLevel()).isEqualTo(95);
        assertThat(granted(ALICE, 0, 1, quotas(100, 0)).accountLevel()).isZero();
        nanos.addAndGet(Reservations.WARNING_INTERVAL.toNanos());
        assertThat(granted(ALICE, 0, 1, quotas(100, 0)).accountLevel()).isZero();
        nanos.incrementAndGet();
        assertThat(granted(ALICE, 0, 1, quotas(100, 0)).accountLevel()).isEqualTo(95);
    }

    @Test
    void theServersQuotaIsWarnedOfApartFromAnAccounts() {
        Outcome.Granted both = granted(ALICE, 0, 80, quotas(100, 100));
        assertThat(both.accountLevel()).isEqualTo(80);
        assertThat(both.serverLevel()).isEqualTo(80);
        Outcome.Granted other = granted(BOB, 0, 1, quotas(100, 100));
        assertThat(other.accountLevel()).isZero();
        assertThat(other.serverLevel()).isZero();
    }
}
