package chatd.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class NetworkTest {
    private static InetAddress address(String text) {
        return InetAddress.ofLiteral(text);
    }

    @Test
    void aNetworkContainsItsAddresses() {
        assertThat(Network.parse("127.0.0.0/8").contains(address("127.200.3.4")))
                .isTrue();
        assertThat(Network.parse("127.0.0.0/8").contains(address("128.0.0.1"))).isFalse();
        assertThat(Network.parse("2001:db8::/33").contains(address("2001:db8:7fff::1")))
                .isTrue();
        assertThat(Network.parse("2001:db8::/33").contains(address("2001:db8:8000::1")))
                .isFalse();
        assertThat(Network.parse("::1").contains(address("::1"))).isTrue();
        assertThat(Network.parse("0.0.0.0/0").contains(address("::1"))).isFalse();
    }

    @Test
    void anIpv6ClientIsIdentifiedByHalfOfItsAddress() {
        assertThat(Network.ofClient(address("2001:db8::1:2:3:4")))
                .isEqualTo(Network.ofClient(address("2001:db8::5:6:7:8")))
                .isNotEqualTo(Network.ofClient(address("2001:db8:0:1::1")));
        assertThat(Network.ofClient(address("192.0.2.1"))).isNotEqualTo(Network.ofClient(address("192.0.2.2")));
    }

    @Test
    void whatIsNoNetworkIsRefused() {
        assertThatThrownBy(() -> Network.parse("192.0.2.0/33")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Network.parse("example.org/8")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Network.parse("192.0.2.0/x")).isInstanceOf(IllegalArgumentException.class);
    }
}
