package chatd.daemon.limit;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.config.Network;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharesTest {
    private final Shares shares = new Shares(64);

    private static Holder account(String name) {
        return new Holder.OfAccount(name.hashCode());
    }

    private static Holder network(String address) {
        return new Holder.OfNetwork(new Network(InetAddress.ofLiteral(address), 32));
    }

    private int takeAll(Holder... holders) {
        int taken = 0;
        while (shares.take(1, List.of(holders))) {
            taken++;
        }
        return taken;
    }

    @Test
    void eachHolderHasAtMostHalfOfWhatIsFreeSoThatSomeIsLeft() {
        assertThat(List.of(
                        takeAll(account("a")),
                        takeAll(account("b")),
                        takeAll(account("c")),
                        takeAll(account("d")),
                        takeAll(account("e")),
                        takeAll(account("f"))))
                .containsExactly(32, 16, 8, 4, 2, 1);
    }

    @Test
    void anAccountAndItsNetworkAreBothCounted() {
        assertThat(takeAll(account("a"), network("192.0.2.1"))).isEqualTo(32);
        assertThat(takeAll(account("b"), network("192.0.2.1"))).isZero();
        assertThat(takeAll(account("a"), network("192.0.2.2"))).isZero();
        assertThat(takeAll(account("b"), network("192.0.2.2"))).isEqualTo(16);
    }

    @Test
    void withoutHoldersAllMayBeTaken() {
        assertThat(takeAll()).isEqualTo(64);
    }

    @Test
    void afterAPartIsGivenBackTheRestIsStillHeld() {
        assertThat(shares.take(30, List.of(account("a")))).isTrue();
        shares.give(10, List.of(account("a")));
        // 20 are held, 44 free: with 24 more, as many are held as were free before; with 25 more, too many.
        assertThat(shares.take(25, List.of(account("a")))).isFalse();
        assertThat(shares.take(24, List.of(account("a")))).isTrue();
        shares.give(44, List.of(account("a")));
        assertThat(shares.take(64, List.of(account("a")))).isTrue();
    }

    @Test
    void wouldFitTakesNothing() {
        assertThat(shares.take(60, List.of())).isTrue();
        assertThat(shares.wouldFit(5, List.of(account("b")), 0, List.of())).isFalse();
        assertThat(shares.wouldFit(5, List.of(account("b")), 1, List.of(account("a"))))
                .isTrue();
        assertThat(shares.take(4, List.of(account("b")))).isTrue();
        // What would be given back counts for b only if it is b's own.
        assertThat(shares.wouldFit(4, List.of(account("b")), 4, List.of(account("b"))))
                .isTrue();
        assertThat(shares.wouldFit(4, List.of(account("b")), 4, List.of(account("a"))))
                .isFalse();
    }

    @Test
    void whatIsGivenBackIsForOthersAndItsHolderIsForgotten() throws InterruptedException {
        Holder holder = account("a");
        assertThat(shares.take(64, List.of(holder))).isTrue();
        Thread giving = Thread.startVirtualThread(() -> shares.give(64, List.of(holder)));
        assertThat(shares.take(32, List.of(account("b")), Duration.ofMinutes(1)))
                .isTrue();
        giving.join();
        assertThat(shares.take(64, List.of(), Duration.ofMillis(1))).isFalse();
    }
}
