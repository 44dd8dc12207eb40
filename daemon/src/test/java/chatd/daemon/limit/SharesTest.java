package chatd.daemon.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharesTest {
    private final Shares shares = new Shares(64);

    private int takeAll(Object... holders) {
        int taken = 0;
        while (shares.take(1, List.of(holders))) {
            taken++;
        }
        return taken;
    }

    @Test
    void oneAloneHasHalfAndThereIsAlwaysSomeForWhoComesNext() {
        assertThat(List.of(takeAll("a"), takeAll("b"), takeAll("c"), takeAll("d"), takeAll("e"), takeAll("f")))
                .containsExactly(32, 16, 8, 4, 2, 1);
    }

    @Test
    void anAccountAndItsNetworkAreBothCounted() {
        assertThat(takeAll(1L, "network")).isEqualTo(32);
        assertThat(takeAll(2L, "network")).isZero();
        assertThat(takeAll(1L, "another")).isZero();
        assertThat(takeAll(2L, "another")).isEqualTo(16);
    }

    @Test
    void whatOnlyHasToFitMayHaveAll() {
        assertThat(takeAll()).isEqualTo(64);
    }

    @Test
    void ofWhatIsGivenBackTheRestIsStillHeld() {
        assertThat(shares.take(30, List.of("a"))).isTrue();
        shares.give(10, List.of("a"));
        // 20 are held, 44 free: 24 more are as many as were free before, 25 are not.
        assertThat(shares.take(25, List.of("a"))).isFalse();
        assertThat(shares.take(24, List.of("a"))).isTrue();
        shares.give(44, List.of("a"));
        assertThat(shares.take(64, List.of("a"))).isTrue();
    }

    @Test
    void whatWouldFitIsToldWithoutTakingIt() {
        assertThat(shares.take(60, List.of())).isTrue();
        assertThat(shares.wouldFit(5, List.of("b"), 0, List.of())).isFalse();
        assertThat(shares.wouldFit(5, List.of("b"), 1, List.of("a"))).isTrue();
        assertThat(shares.take(4, List.of("b"))).isTrue();
        // What b holds itself is given back as well, if it is b's.
        assertThat(shares.wouldFit(4, List.of("b"), 4, List.of("b"))).isTrue();
        assertThat(shares.wouldFit(4, List.of("b"), 4, List.of("a"))).isFalse();
    }

    @Test
    void whatIsGivenBackIsForOthersAndNothingIsKeptOfItsHolder() throws InterruptedException {
        Object holder = "a";
        assertThat(shares.take(64, List.of(holder))).isTrue();
        Thread giving = Thread.startVirtualThread(() -> shares.give(64, List.of(holder)));
        assertThat(shares.take(32, List.of("b"), Duration.ofMinutes(1))).isTrue();
        giving.join();
        assertThat(shares.take(64, List.of(), Duration.ofMillis(1))).isFalse();
    }
}
