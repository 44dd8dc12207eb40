package chatd.daemon.login;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.config.Network;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rule 14 of the protocol. */
@Tag("slow")
class ThrottleTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("2001:db8::1");

    private final AtomicLong now = new AtomicLong();
    private final Ticker ticker = now::get;
    private final Throttle throttle = new Throttle(Network.parse("::1")::contains, ticker);

    private long wrong(String account, InetAddress address) {
        return throttle.attempt(Throttle.Target.nobody(account), address, false, 0)
                .delay()
                .toSeconds();
    }

    private static InetAddress elsewhere(int n) {
        return InetAddress.ofLiteral("2001:db8:0:%x::1".formatted(n));
    }

    @Test
    void theFourthTryFromOneAddressIsDelayedByEightSecondsAtMost() {
        assertThat(List.of(wrong("a", HERE), wrong("a", HERE), wrong("a", HERE)))
                .containsOnly(0L);
        assertThat(List.of(wrong("a", HERE), wrong("a", HERE), wrong("a", HERE), wrong("a", HERE), wrong("a", HERE)))
                .containsExactly(1L, 2L, 4L, 8L, 8L);
    }

    @Test
    void addressesOfOneNetworkCountAsOne() {
        for (int i = 0; i < 3; i++) {
            assertThat(wrong("a", InetAddress.ofLiteral("2001:db8::" + (i + 10))))
                    .isZero();
        }
        assertThat(wrong("a", HERE)).isEqualTo(1);
    }

    @Test
    void theEleventhTryFromAllAddressesIsDelayed() {
        for (int i = 0; i < 10; i++) {
            assertThat(wrong("a", elsewhere(i))).isZero();
        }
        assertThat(wrong("a", elsewhere(11))).isEqualTo(1);
        assertThat(wrong("a", elsewhere(12))).isEqualTo(2);
        assertThat(wrong("b", elsewhere(13))).isZero();
    }

    @Test
    void anAddressThatTheAccountKnowsIsNotSlowedByOthers() {
        for (int i = 0; i < 20; i++) {
            wrong("a", elsewhere(i));
        }
        assertThat(throttle.attempt(Throttle.Target.nobody("a"), HERE, true, 0).delay())
                .isEqualTo(Duration.ZERO);
        assertThat(throttle.attempt(Throttle.Target.nobody("a"), HERE, false, 0).delay())
                .isPositive();
    }

    @Test
    void atAnAddressThatTheAccountKnowsTheDelayIsFourSecondsAtMost() {
        List<Long> delays = IntStream.range(0, 8)
                .mapToObj(i -> throttle.attempt(Throttle.Target.nobody("a"), HERE, true, 0)
                        .delay()
                        .toSeconds())
                .toList();
        assertThat(delays).containsExactly(0L, 0L, 0L, 1L, 2L, 4L, 4L, 4L);
    }

    @Test
    void theHundredAndFirstTryFromOneAddressOverAllAccountsIsDelayed() {
        for (int i = 0; i < 100; i++) {
            assertThat(wrong("a" + i, HERE)).isZero();
        }
        assertThat(wrong("another", HERE)).isEqualTo(1);
    }

    @Test
    void exemptNetworksAreFreeOfTheLimitByAddressAlone() {
        InetAddress loopback = InetAddress.ofLiteral("::1");
        for (int i = 0; i < 200; i++) {
            assertThat(wrong("a" + i, loopback)).isZero();
        }
        for (int i = 0; i < 3; i++) {
            wrong("a", loopback);
        }
        assertThat(wrong("a", loopback)).isEqualTo(1);
    }

    @Test
    void countsAreForgottenAfterFifteenMinutes() {
        for (int i = 0; i < 4; i++) {
            wrong("a", HERE);
        }
        now.addAndGet(TimeUnit.MINUTES.toNanos(14));
        assertThat(wrong("a", HERE)).isEqualTo(2);
        now.addAndGet(TimeUnit.MINUTES.toNanos(15));
        assertThat(wrong("a", HERE)).isZero();
    }

    @Test
    void aRightPasswordClearsTheWrongOnesFromItsAddress() {
        for (int i = 0; i < 3; i++) {
            wrong("a", HERE);
        }
        throttle.attempt(Throttle.Target.nobody("a"), HERE, false, 0).recordSuccess();
        assertThat(wrong("a", HERE)).isZero();
    }

    @Test
    void forgottenTriesDelayNobody() {
        for (int i = 0; i < 12; i++) {
            wrong("a", HERE);
            wrong("b", elsewhere(i));
        }
        assertThat(throttle.counted(Throttle.Target.nobody("a"))).isEqualTo(12);
        assertThat(throttle.forget(Throttle.Target.nobody("a"))).isTrue();
        assertThat(throttle.forget(Throttle.Target.nobody("a"))).isFalse();
        assertThat(throttle.counted(Throttle.Target.nobody("a"))).isZero();
        assertThat(wrong("a", HERE)).isZero();
        assertThat(wrong("b", HERE)).isPositive();
    }

    @Test
    void triesThatAreNotWrongAreNotKept() {
        throttle.attempt(Throttle.Target.account(1), HERE, false, 0).recordSuccess();
        throttle.attempt(Throttle.Target.account(2), HERE, false, 0).takeBack();
        assertThat(throttle.size()).isZero();
    }

    @Test
    void howeverManyNamesThereAreTheCountsStayFew() {
        for (int i = 0; i < 300_000; i++) {
            wrong("a" + i, elsewhere(i % 50_000));
        }
        assertThat(throttle.size()).isLessThanOrEqualTo(4 * 65_536);
    }
}
