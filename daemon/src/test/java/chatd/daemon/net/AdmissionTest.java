package chatd.daemon.net;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigReader;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Who may connect, and who gives way, with limits of 100 connections in all, 40 per network, and 60
 * that have not logged in.
 */
class AdmissionTest {
    private static final String ATTACKER = "2001:db8::bad";
    private static final String NEIGHBOUR = "2001:db8::1";
    private static final String ELSEWHERE = "2001:db8:1::1";

    private final Admission admission;
    private final List<String> closed = new ArrayList<>();

    AdmissionTest() throws Exception {
        Config config = ConfigReader.read(
                null,
                Map.of(
                        "CHATD_LIMITS_CONNECTIONS", "100",
                        "CHATD_LIMITS_CONNECTIONS_PER_ADDRESS", "40",
                        "CHATD_LIMITS_STRANGERS", "60"));
        admission = new Admission(() -> config);
    }

    private Admission.@Nullable Admitted connect(String address) {
        return admission.admit(InetAddress.ofLiteral(address), () -> closed.add(address));
    }

    private Admission.Admitted connected(String address) {
        return requireNonNull(connect(address), address);
    }

    /**
     * Connects until a connection is refused or closes another; returns how many were admitted
     * before.
     */
    private int fill(String address) {
        int count = 0;
        int before = closed.size();
        while (connect(address) != null && closed.size() == before) {
            count++;
        }
        return count;
    }

    @Test
    void handshakesOfOneAddressLeaveRoomForItsNeighboursAndGiveWayAmongThemselves() {
        // As many are left for the rest of its network.
        assertThat(fill(ATTACKER)).isEqualTo(20);
        assertThat(closed).containsExactly(ATTACKER);
        for (int i = 0; i < 1_000; i++) {
            assertThat(connect(ATTACKER)).isNotNull();
        }
        assertThat(closed).hasSize(1_001).containsOnly(ATTACKER);
        connected(NEIGHBOUR);
        connected(ELSEWHERE);
        assertThat(closed).hasSize(1_001);
    }

    @Test
    void inAFullNetworkANeighbourReplacesTheOldestHandshakeOfTheAddressWithTheMost() {
        fill(ATTACKER);
        for (int i = 0; i < 10; i++) {
            connected("2001:db8::beef:" + i).handshakeCompleted();
        }
        closed.clear();
        Admission.Admitted neighbour = connected(NEIGHBOUR);
        assertThat(closed).containsExactly(ATTACKER);
        neighbour.handshakeCompleted();
        neighbour.loggedIn();
        // Whatever comes afterwards, a client that has logged in stays.
        for (int i = 0; i < 200; i++) {
            connect(ATTACKER);
        }
        assertThat(closed).doesNotContain(NEIGHBOUR);
    }

    /** An attacker has as many addresses of its /64 as it wants: the oldest handshakes go, so that new ones have time. */
    @Test
    void ofAddressesWithOneHandshakeEachTheOldestGivesWay() {
        for (int i = 0; i < 500; i++) {
            connect("2001:db8::a:%x".formatted(i * 7919 % 65_536));
        }
        closed.clear();
        connected(NEIGHBOUR);
        for (int i = 0; i < 20; i++) {
            connect("2001:db8::b:%x".formatted(i * 7919 % 65_536));
        }
        assertThat(closed).hasSize(21).doesNotContain(NEIGHBOUR);
    }

    @Test
    void aCompletedHandshakeDoesNotGiveWay() {
        for (int i = 0; i < 20; i++) {
            connected(ATTACKER).handshakeCompleted();
        }
        assertThat(connect(ATTACKER)).isNull();
        connected(NEIGHBOUR);
        assertThat(closed).isEmpty();
    }

    @Test
    void connectionsAreLimitedPerNetworkAndInAll() {
        List<Admission.Admitted> all = new ArrayList<>();
        for (String network : List.of("2001:db8:1::1", "2001:db8:2::1", "2001:db8:3::1")) {
            Admission.Admitted next = connect(network);
            while (next != null && all.size() < 100) {
                next.handshakeCompleted();
                next.loggedIn();
                all.add(next);
                next = connect(network);
            }
            assertThat(all).hasSizeLessThanOrEqualTo(100);
        }
        assertThat(all).hasSize(100);
        assertThat(connect("2001:db8:4::1")).isNull();
        all.getFirst().closed();
        all.getFirst().closed();
        connected("2001:db8:1::1").handshakeCompleted();
        assertThat(connect("2001:db8:1::1")).isNull();
        // None was closed to make room for another.
        assertThat(closed).isEmpty();
    }

    @Test
    void nothingIsKeptOfConnectionsThatHaveClosed() {
        for (int i = 0; i < 1_000; i++) {
            Admission.Admitted one = connected("2001:db8:%x::1".formatted(i));
            if (i % 3 == 0) {
                one.handshakeCompleted();
            }
            if (i % 3 == 1) {
                one.loggedIn();
            }
            one.closed();
            one.loggedIn();
            one.handshakeCompleted();
        }
        assertThat(admission.networks()).isZero();
        // Everything is free again.
        assertThat(fill(ATTACKER)).isEqualTo(20);
    }
}
