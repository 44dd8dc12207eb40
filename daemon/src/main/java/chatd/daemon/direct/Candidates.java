package chatd.daemon.direct;

import chatd.daemon.config.Network;
import chatd.protocol.value.Candidate;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Decides which of a client's addresses are passed on: those that can be its own, so that nobody can have somebody else's
 * machine send to a third (page {@code direct.md}).
 */
final class Candidates {
    private static final int LEAST_PORT = 1_024;

    private static final Network UNIQUE_LOCAL = Network.parse("fc00::/7");
    private static final Network SHARED = Network.parse("100.64.0.0/10");

    /** Addresses that are nobody's, or stand for IPv4 addresses. */
    private static final List<Network> NOT_ONES_OWN = List.of(
            Network.parse("0.0.0.0/8"),
            Network.parse("240.0.0.0/4"),
            Network.parse("::/96"),
            Network.parse("64:ff9b::/32"),
            Network.parse("2002::/16"));

    private final SeenAddresses seen;

    Candidates(SeenAddresses seen) {
        this.seen = seen;
    }

    /**
     * Returns those that are passed on, each once, in their order, IPv6 before IPv4 and global ones before private ones.
     *
     * @param client the address of the client's TLS connection
     */
    List<Candidate> passed(String session, List<Candidate> named, InetAddress client) {
        return named.stream()
                .flatMap(candidate -> address(candidate).stream())
                .filter(address -> isOnesOwn(session, address, client))
                .distinct()
                .sorted(Comparator.comparingInt(Candidates::rank))
                .map(address -> new Candidate(NetUtil.toAddressString(address.getAddress()), address.getPort()))
                .toList();
    }

    private static Optional<InetSocketAddress> address(Candidate candidate) {
        try {
            return Optional.of(new InetSocketAddress(InetAddress.ofLiteral(candidate.address()), candidate.port()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static int rank(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address ? isPrivate(address.getAddress()) ? 1 : 0 : 2;
    }

    private boolean isOnesOwn(String session, InetSocketAddress candidate, InetAddress client) {
        InetAddress address = candidate.getAddress();
        if (candidate.getPort() < LEAST_PORT
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isMulticastAddress()
                || NOT_ONES_OWN.stream().anyMatch(network -> network.contains(address))) {
            return false;
        }
        return isPrivate(address) || Network.ofClient(client).contains(address) || seen.has(session, candidate);
    }

    private static boolean isPrivate(InetAddress address) {
        return address.isSiteLocalAddress() || UNIQUE_LOCAL.contains(address) || SHARED.contains(address);
    }
}
