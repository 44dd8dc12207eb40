package chatd.daemon.net;

import chatd.daemon.config.Config;
import chatd.daemon.config.Network;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Limits the number of connections, in total and per address. Any thread. */
final class Admission {
    private final Supplier<Config> config;
    private final AtomicInteger all = new AtomicInteger();
    private final Map<Network, Integer> byAddress = new ConcurrentHashMap<>();

    Admission(Supplier<Config> config) {
        this.config = config;
    }

    /** Counts a connection if it is within the limits; returns whether it is. */
    boolean admit(InetAddress address) {
        Config now = config.get();
        int ofOne = byAddress.merge(Network.ofClient(address), 1, Integer::sum);
        boolean room = all.incrementAndGet() <= now.limits().connections();
        if (room && (ofOne <= now.limits().connectionsPerAddress() || now.isExempt(address))) {
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
