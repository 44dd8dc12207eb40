package chatd.daemon.direct;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What strangers can make the daemon remember by UDP is bounded. */
class SeenAddressesTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("2001:db8::7");

    private static byte[] session(long number) {
        return ByteBuffer.allocate(16).putLong(8, number).array();
    }

    private static boolean has(SeenAddresses seen, long session, int port) {
        return seen.has(HexFormat.of().formatHex(session(session)), new InetSocketAddress(HERE, port));
    }

    @Test
    void aSessionIsRememberedWithItsLastFourAddresses() {
        SeenAddresses seen = new SeenAddresses();
        for (int port = 1; port <= 5; port++) {
            seen.remember(session(1), new InetSocketAddress(HERE, port));
        }
        seen.remember(session(1), new InetSocketAddress(HERE, 5));
        assertThat(has(seen, 1, 1)).isFalse();
        for (int port = 2; port <= 5; port++) {
            assertThat(has(seen, 1, port)).as("%d", port).isTrue();
        }
        assertThat(has(seen, 2, 2)).isFalse();
    }

    @Test
    void theNumberOfSessionsIsBounded() {
        SeenAddresses seen = new SeenAddresses();
        for (long session = 0; session < 100_000; session++) {
            seen.remember(session(session), new InetSocketAddress(HERE, 5_000));
        }
        assertThat(seen.size()).isBetween(1L, 8_192L);
    }
}
