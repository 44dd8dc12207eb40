package chatd.daemon.direct;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.protocol.value.direct.Candidate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses of a client are passed on, and to whom. */
class CandidatesTest {
    private static final String SESSION = "000102030405060708090a0b0c0d0e0f";
    private static final String FAR = "198.51.100.9";

    private final SeenAddresses seen = new SeenAddresses();
    private final CandidateFilter candidates = new CandidateFilter(seen);

    private static InetAddress address(String text) {
        return InetAddress.ofLiteral(text);
    }

    /**
     * Returns those of the addresses a client names that are passed on to another client; both are
     * given by their own addresses.
     */
    private List<String> passedOn(String client, String other, String... named) {
        return candidates
                .vet(
                        SESSION,
                        List.of(named).stream()
                                .map(each -> new Candidate(each, 40_000))
                                .toList(),
                        address(client))
                .visibleTo(address(client), address(other))
                .stream()
                .map(Candidate::address)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        // Its own address, or one of its own network
        "203.0.113.5, 198.51.100.9, 203.0.113.5, true",
        "2001:db8::1, 198.51.100.9, 2001:db8::2, true",
        // Somebody else's
        "203.0.113.5, 198.51.100.9, 203.0.113.6, false",
        "2001:db8::1, 198.51.100.9, 2001:db8:1::2, false",
        // Private, for a client elsewhere: there it could be that client's own router
        "203.0.113.5, 198.51.100.9, 192.168.1.1, false",
        "203.0.113.5, 198.51.100.9, 10.0.0.1, false",
        "203.0.113.5, 198.51.100.9, 172.16.0.1, false",
        "203.0.113.5, 198.51.100.9, 100.64.0.1, false",
        "203.0.113.5, 198.51.100.9, fd00::1, false",
        "2001:db8::1, 2001:db8:1::2, fd00::1, false",
        // Behind the same router
        "203.0.113.5, 203.0.113.5, 192.168.1.7, true",
        "2001:db8::1, 2001:db8::2, fd00::1, true",
        // The daemon is in the same private network
        "192.168.1.7, 192.168.9.9, 192.168.1.7, true",
        "192.168.1.7, 192.168.9.9, 192.168.1.8, true",
        "192.168.1.7, 192.168.9.9, 192.168.9.1, false",
        "fd00::1, 192.168.9.9, fd00::2, true",
        "fd00::1, 192.168.9.9, fd00:1::2, false"
    })
    void anAddressIsPassedOnWhereItIsLikelyTheClientsOwn(
            String client, String other, String named, boolean isPassedOn) {
        assertThat(passedOn(client, other, named)).isEqualTo(isPassedOn ? List.of(named) : List.of());
    }

    @Test
    void anAddressThatTheDaemonHasSeenIsPassedOnToAnybody() {
        for (String from : List.of("192.0.2.77", "10.9.8.7")) {
            assertThat(passedOn("203.0.113.5", FAR, from)).isEmpty();
            seen.remember(HexFormat.of().parseHex(SESSION), new InetSocketAddress(from, 40_000));
            assertThat(passedOn("203.0.113.5", FAR, from)).containsExactly(from);
        }
    }

    @Test
    void globalAddressesComeFirstAndEachOnce() {
        assertThat(passedOn("2001:db8::1", "2001:db8::9", "192.168.1.7", "fd00::1", "2001:db8::1", "2001:db8::1"))
                .containsExactly("2001:db8::1", "fd00::1", "192.168.1.7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1", "::1", "fe80::1", "ff02::1", "224.0.0.1", "0.0.0.0", "255.255.255.255", "no address"
            })
    void anAddressThatNoClientCanHaveIsNotPassedOn(String named) {
        assertThat(passedOn("127.0.0.1", "127.0.0.1", named)).isEmpty();
    }

    @Test
    void portsOfServicesAreNotPassedOn() {
        List<Candidate> named = List.of(new Candidate("203.0.113.5", 1_023), new Candidate("203.0.113.5", 1_024));
        assertThat(candidates
                        .vet(SESSION, named, address("203.0.113.5"))
                        .visibleTo(address("203.0.113.5"), address(FAR)))
                .containsExactly(new Candidate("203.0.113.5", 1_024));
    }
}
