package chatd.daemon.net;

import chatd.daemon.config.Config;
import chatd.daemon.config.Network;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** How many connections there are, in all and from one address. Any thread. */
final class Admission {
    private final int most;
    private final int mostOfOne;
    private final java.util.List<Network> exempt;
    private final AtomicInteger all = new AtomicInteger();
    private final Map<Network, Integer> byAddress = new ConcurrentHashMap<>();

    Admission(Config config) {
        this.most = config.limits().connections();
        this.mostOfOne = config.limits().connectionsPerAddress();
        this.exempt = config.throttle().exempt();
    }

    /** Counts a connection, if there is room for it. */
    boolean admit(InetAddress address) {
        int now = byAddress.merge(Network.ofClient(address), 1, Integer::sum);
        boolean room = all.incrementAndGet() <= most;
        if (room && (now <= mostOfOne || exempt.stream().anyMatch(free -> free.contains(address)))) {
            return true;
        }
        leave(address);
        return false;
    }

    void leave(InetAddress address) {
        all.decrementAndGet();
        byAddress.computeIfPresent(Network.ofClient(address), (network, count) -> count == 1 ? null : count - 1);
    }
}
