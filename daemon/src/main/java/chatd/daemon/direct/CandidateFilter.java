package chatd.daemon.direct;

import chatd.daemon.config.Network;
import chatd.protocol.value.direct.Candidate;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides which of a client's addresses are passed on, and to whom: those that are likely its own,
 * so that nobody can make somebody else's machine send to a third party (page {@code direct.md}).
 */
final class CandidateFilter {
    private static final int MIN_PORT = 1_024;

    private static final Network UNIQUE_LOCAL = Network.parse("fc00::/7");
    private static final Network SHARED = Network.parse("100.64.0.0/10");

    /** Networks whose addresses belong to nobody, or map IPv4 addresses. */
    private static final List<Network> NEVER_OWN = List.of(
            Network.parse("0.0.0.0/8"),
            Network.parse("240.0.0.0/4"),
            Network.parse("::/96"),
            Network.parse("64:ff9b::/32"),
            Network.parse("2002::/16"));

    private final SeenAddresses seen;

    CandidateFilter(SeenAddresses seen) {
        this.seen = seen;
    }

    /**
     * Addresses that may be a client's own.
     *
     * @param all those, each once
     * @param local those of them that are private and that the daemon has not seen: only clients in
     *     the same network can reach them; for anybody else they would belong to machines in their own
     *     network
     */
    record Vetted(List<Candidate> all, Set<Candidate> local) {
        /**
         * Returns those to pass on to another client.
         *
         * @param client the address of the client's TLS connection
         * @param other the address of that other client
         */
        List<Candidate> visibleTo(InetAddress client, InetAddress other) {
            return Network.ofClient(client).equals(Network.ofClient(other))
                    ? all
                    : all.stream()
                            .filter(candidate -> !local.contains(candidate))
                            .toList();
        }
    }

    /**
     * Returns the addresses that may be passed on, in order: IPv6 before IPv4 and global ones
     * before private ones.
     *
     * @param client the address of the client's TLS connection
     */
    Vetted vet(String session, List<Candidate> named, InetAddress client) {
        List<InetSocketAddress> own = named.stream()
                .flatMap(candidate -> address(candidate).stream())
                .filter(address ->
                        isPossible(address) && (isPrivate(address.getAddress()) || isSeen(session, address, client)))
                .distinct()
                .sorted(Comparator.comparingInt(CandidateFilter::rank))
                .toList();
        return new Vetted(
                own.stream().map(CandidateFilter::candidate).toList(),
                own.stream()
                        .filter(address -> !isSeen(session, address, client)
                                && !Network.around(client).contains(address.getAddress()))
                        .map(CandidateFilter::candidate)
                        .collect(Collectors.toSet()));
    }

    private static Candidate candidate(InetSocketAddress address) {
        return new Candidate(NetUtil.toAddressString(address.getAddress()), address.getPort());
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

    private static boolean isPossible(InetSocketAddress candidate) {
        InetAddress address = candidate.getAddress();
        return candidate.getPort() >= MIN_PORT
                && !address.isLoopbackAddress()
                && !address.isLinkLocalAddress()
                && !address.isMulticastAddress()
                && NEVER_OWN.stream().noneMatch(network -> network.contains(address));
    }

    /**
     * Returns whether something has been received from an address, or the client is in its network.
     */
    private boolean isSeen(String session, InetSocketAddress candidate, InetAddress client) {
        return Network.ofClient(client).contains(candidate.getAddress()) || seen.has(session, candidate);
    }

    private static boolean isPrivate(InetAddress address) {
        return address.isSiteLocalAddress() || UNIQUE_LOCAL.contains(address) || SHARED.contains(address);
    }
}
