package chatd.client.direct;

import chatd.protocol.value.direct.Candidate;
import chatd.protocol.value.direct.Endpoint;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The addresses at which this side of a direct session may be reached, as this machine knows them and the daemon sees them.
 */
final class OwnAddresses {
    /** How long to wait for answers from the daemon. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofMillis(900);

    private static final int MAX_ATTEMPTS = 3;

    private final String session;
    private final DirectKey key;

    /** The questions to the daemon that are not answered yet, by their nonces, and the answers. Event loop. */
    private final Map<Integer, CountDownLatch> asked = new LinkedHashMap<>();

    /** The addresses that the daemon has seen. Event loop. */
    private final Set<InetSocketAddress> seen = new LinkedHashSet<>();

    private volatile boolean hasDaemonAnswered;
    private volatile boolean has6;
    private volatile boolean has4;

    OwnAddresses(String session, DirectKey key) {
        this.session = session;
        this.key = key;
    }

    /** Returns whether an IPv6, or an IPv4, address was named. */
    boolean has(boolean v6) {
        return v6 ? has6 : has4;
    }

    /** Returns whether the daemon has answered by UDP. */
    boolean hasDaemonAnswered() {
        return hasDaemonAnswered;
    }

    /** Handles an answer from the daemon. Event loop. */
    void answered(Datagram datagram) {
        CountDownLatch waiting = asked.remove(datagram.nonce());
        if (waiting != null) {
            hasDaemonAnswered = true;
            seen.add(datagram.address(session));
            waiting.countDown();
        }
    }

    /**
     * Returns at which addresses this side may be reached, as this machine knows them and the daemon sees them. Blocks, for
     * a second at most.
     *
     * @param daemon where it answers by UDP; one address of each family
     */
    Endpoint endpoint(DirectSocket socket, Collection<InetSocketAddress> daemon)
            throws IOException, InterruptedException {
        CountDownLatch answers = new CountDownLatch(daemon.size());
        socket.run(() -> {
            seen.clear();
            for (InetSocketAddress address : daemon) {
                int nonce = ThreadLocalRandom.current().nextInt();
                asked.put(nonce, answers);
                ask(socket, address, nonce, MAX_ATTEMPTS);
            }
            return true;
        });
        boolean _ = answers.await(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        Set<InetSocketAddress> all = new LinkedHashSet<>(socket.run(() -> {
            asked.clear();
            return List.copyOf(seen);
        }));
        for (InetAddress own : own()) {
            all.add(new InetSocketAddress(own, socket.port()));
        }
        has6 = all.stream().anyMatch(address -> address.getAddress() instanceof Inet6Address);
        has4 = all.stream().anyMatch(address -> !(address.getAddress() instanceof Inet6Address));
        return new Endpoint(
                all.stream()
                        .filter(address -> !address.getAddress().isLoopbackAddress())
                        .map(address -> new Candidate(text(address.getAddress()), address.getPort()))
                        .distinct()
                        .limit(Endpoint.MAX_CANDIDATES)
                        .toList(),
                key.fingerprint());
    }

    private void ask(DirectSocket socket, InetSocketAddress daemon, int nonce, int times) {
        if (times > 0 && asked.containsKey(nonce)) {
            socket.send(Datagram.ask(nonce, session), daemon);
            var _ = socket.loop()
                    .schedule(
                            () -> ask(socket, daemon, nonce, times - 1),
                            ANSWER_TIMEOUT.toMillis() / (MAX_ATTEMPTS + 1),
                            TimeUnit.MILLISECONDS);
        }
    }

    static String text(InetAddress address) {
        return NetUtil.toAddressString(address);
    }

    /** Returns this machine's addresses, as people read them. */
    static List<String> texts() {
        return own().stream().map(OwnAddresses::text).toList();
    }

    /** Returns this machine's addresses, IPv6 first. */
    private static List<InetAddress> own() {
        List<InetAddress> own = new ArrayList<>();
        try {
            for (NetworkInterface one : NetworkInterface.networkInterfaces().toList()) {
                if (one.isUp() && !one.isLoopback()) {
                    one.inetAddresses()
                            .filter(address -> !address.isLinkLocalAddress() && !address.isMulticastAddress())
                            .forEach(own::add);
                }
            }
        } catch (SocketException e) {
            // The addresses that the daemon sees must suffice.
        }
        own.sort(Comparator.comparingInt(address -> address instanceof Inet6Address ? 0 : 1));
        return own;
    }
}
