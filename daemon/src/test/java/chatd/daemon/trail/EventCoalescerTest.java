package chatd.daemon.trail;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.audit.event.AuditEvent;
import chatd.daemon.config.Network;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EventCoalescerTest {
    private final List<AuditEvent> logged = Collections.synchronizedList(new ArrayList<>());

    private static Network address(String text) {
        return Network.around(InetAddress.ofLiteral(text));
    }

    private static AuditEvent refused(String address) {
        return new AuditEvent.ConnectionRefused(address, "too-many");
    }

    @Test
    void theFirstIsLoggedAtOnceAndTheRestAsOne() {
        try (EventCoalescer strangers = new EventCoalescer(Duration.ofSeconds(10), 16, logged::add)) {
            for (int i = 1; i <= 100; i++) {
                strangers.logCoalesced("too-many", address("192.0.2." + i), refused("192.0.2." + i));
            }
            assertThat(logged).containsExactly(refused("192.0.2.1"));
        }
        assertThat(logged).containsExactly(refused("192.0.2.1"), new AuditEvent.Coalesced(refused("192.0.2.100"), 99));
    }

    @Test
    void loggingLaterBlocksNobody() throws Exception {
        CountDownLatch disk = new CountDownLatch(1);
        EventCoalescer strangers = new EventCoalescer(Duration.ofSeconds(10), 16, event -> {
            awaitUninterruptibly(disk);
            logged.add(event);
        });
        for (String by : List.of("192.0.2.1", "192.0.3.1", "192.0.4.1")) {
            strangers.runLater(() -> strangers.logCoalesced("too-many", address(by), refused(by)));
        }
        assertThat(logged).isEmpty();
        disk.countDown();
        strangers.close();
        strangers.runLater(() -> strangers.logCoalesced("timeout", address("192.0.2.1"), refused("d")));
        assertThat(logged)
                .containsExactly(refused("192.0.2.1"), refused("192.0.3.1"), refused("192.0.4.1"), refused("d"));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void kindsAndNetworksAreCoalescedSeparately() {
        try (EventCoalescer strangers = new EventCoalescer(Duration.ofSeconds(10), 16, logged::add)) {
            strangers.logCoalesced("too-many", address("192.0.2.1"), refused("a"));
            strangers.logCoalesced("timeout", address("192.0.2.1"), refused("b"));
            strangers.logCoalesced("too-many", address("192.0.3.1"), refused("c"));
            strangers.logCoalesced("too-many", address("2001:db8::1"), refused("d"));
            strangers.logCoalesced("too-many", address("2001:db8:0:1::1"), refused("e"));
        }
        assertThat(logged).hasSize(5).doesNotHaveAnyElementsOfTypes(AuditEvent.Coalesced.class);
    }

    @Test
    void howeverManyNetworksThereAreTheLogStaysSmall() {
        try (EventCoalescer strangers = new EventCoalescer(Duration.ofSeconds(10), 16, logged::add)) {
            for (int i = 0; i < 50_000; i++) {
                strangers.logCoalesced("x", address("10.%d.%d.1".formatted(i / 250, i % 250)), refused("x"));
            }
        }
        assertThat(logged.size()).isLessThan(10_010);
    }

    @Test
    void accountsAreCoalescedSeparatelyAsLongAsTheyAreFew() {
        try (EventCoalescer strangers = new EventCoalescer(Duration.ofSeconds(10), 16, logged::add)) {
            for (long account = 1; account <= 100; account++) {
                for (int i = 0; i < 3; i++) {
                    strangers.logCoalesced("wrong-password", account, address("192.0.2.1"), refused("U" + account));
                }
            }
            strangers.logCoalesced("wrong-password", 1L, address("192.0.3.1"), refused("elsewhere"));
            assertThat(logged).hasSize(16 + 1 + 1).contains(refused("elsewhere"));
        }
        assertThat(logged)
                .contains(
                        new AuditEvent.Coalesced(refused("U1"), 2),
                        new AuditEvent.Coalesced(refused("U100"), 84 * 3 - 1));
    }

    @Test
    void aWindowIsOpenForItsTimeAndThenTheNextOneIsLoggedAtOnce() {
        AtomicLong now = new AtomicLong();
        try (EventCoalescer strangers = new EventCoalescer(Duration.ofSeconds(10), 16, logged::add, now::get)) {
            strangers.logCoalesced("timeout", address("192.0.2.1"), refused("a"));
            strangers.logCoalesced("timeout", address("192.0.2.1"), refused("b"));
            now.addAndGet(Duration.ofSeconds(4).toNanos());
            strangers.logCoalesced("timeout", address("192.0.3.1"), refused("c"));
            strangers.logCoalesced("timeout", address("192.0.2.1"), refused("d"));
            now.addAndGet(Duration.ofSeconds(6).toNanos() - 1);
            assertThat(strangers.sweep()).isTrue();
            assertThat(logged).as("it is not over yet").containsExactly(refused("a"), refused("c"));
            now.incrementAndGet();
            assertThat(strangers.sweep()).as("the second is open").isTrue();
            assertThat(logged)
                    .endsWith(new AuditEvent.Coalesced(refused("d"), 2))
                    .hasSize(3);
            strangers.logCoalesced("timeout", address("192.0.2.1"), refused("e"));
            assertThat(logged).endsWith(refused("e")).hasSize(4);
            now.addAndGet(Duration.ofSeconds(10).toNanos());
            assertThat(strangers.sweep())
                    .as("of one event alone nothing is left to log")
                    .isFalse();
            assertThat(logged).hasSize(4);
        }
        assertThat(logged).hasSize(4);
    }

    @Test
    void theSeparateWindowsOfANetworkAreFreedWhenTheyEnd() {
        AtomicLong now = new AtomicLong();
        try (EventCoalescer strangers = new EventCoalescer(Duration.ofSeconds(10), 2, logged::add, now::get)) {
            for (long account = 1; account <= 4; account++) {
                strangers.logCoalesced("wrong-password", account, address("192.0.2.1"), refused("U" + account));
            }
            assertThat(logged).as("two apart, and one for the rest").hasSize(3);
            now.addAndGet(Duration.ofSeconds(10).toNanos());
            assertThat(strangers.sweep()).isFalse();
            assertThat(logged).hasSize(4).endsWith(new AuditEvent.Coalesced(refused("U4"), 1));
            strangers.logCoalesced("wrong-password", 7L, address("192.0.2.1"), refused("U7"));
            strangers.logCoalesced("wrong-password", 8L, address("192.0.2.1"), refused("U8"));
            assertThat(logged).hasSize(6).endsWith(refused("U7"), refused("U8"));
        }
    }
}
