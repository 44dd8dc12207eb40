package chatd.client.direct;

import chatd.protocol.value.direct.Candidate;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.util.concurrent.Future;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a path to another side of a direct session: probes the addresses that it has named, and those from which
 * its probes come; whoever is to open the connection does so at the first address that answers. Runs on the session's
 * event loop.
 */
final class PathFinder {
    /** When probes are sent to each address, in milliseconds. */
    private static final int[] PROBES = {0, 200, 600, 1_400, 3_000};

    /**
     * Maximum number of probes, within {@link #PROBES_SECONDS}, to an address that has sent nothing: it may belong to
     * somebody else.
     */
    private static final int MAX_PROBES = 8;

    private static final int PROBES_SECONDS = 15;

    /** Maximum number of such addresses within that time; any further ones are not tried. */
    private static final int MAX_SILENT = 64;

    /** How many times to look for a path again after a loss. */
    private static final int ATTEMPTS = 6;

    /** Maximum number of addresses from which probes came, though the other side has not named them. */
    private static final int MAX_FOUND = 4;

    private final Peer peer;
    private final DirectSession session;
    private final DirectSocket socket;

    /** The addresses that are tried, with whether the other side has named them. */
    private final Map<InetSocketAddress, Boolean> addresses = new LinkedHashMap<>();

    /** How many probes were sent recently to each address from which nothing has come. */
    private final Map<InetSocketAddress, Integer> probesSent = new HashMap<>();

    private @Nullable InetSocketAddress chosenAddress;

    /** Whether a probe of the other side has come. */
    private boolean heard;

    /** Whether an answer to one of our probes has come. */
    private boolean answered;

    private int attempts;

    /** Counts the searches: what was scheduled for an earlier one does nothing. */
    private int round;

    PathFinder(Peer peer, DirectSession session, DirectSocket socket, List<Candidate> candidates) {
        this.peer = peer;
        this.session = session;
        this.socket = socket;
        setCandidates(candidates);
    }

    /** Returns whether an address is one of those that are tried. */
    boolean knows(SocketAddress address) {
        return addresses.containsKey(address);
    }

    /** Resets the count of failed searches. */
    void resetAttempts() {
        attempts = 0;
    }

    /** Replaces the addresses with those that the other side names now. */
    void setCandidates(List<Candidate> candidates) {
        addresses.keySet().forEach(socket::disallow);
        addresses.clear();
        for (Candidate candidate : candidates) {
            addresses.put(new InetSocketAddress(InetAddress.ofLiteral(candidate.address()), candidate.port()), true);
        }
    }

    /** Looks for a path to the other side. */
    void seek() {
        int number = ++round;
        chosenAddress = null;
        answered = false;
        heard = false;
        List.copyOf(addresses.keySet()).forEach(address -> probe(address, number));
        var _ = socket.loop().schedule(() -> giveUp(number), session.timeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void probe(InetSocketAddress address, int number) {
        for (int delay : PROBES) {
            var _ = socket.loop()
                    .schedule(
                            () -> {
                                if (number == round
                                        && chosenAddress == null
                                        && !peer.isUp()
                                        && !peer.isGone()
                                        && mayProbe(address)) {
                                    int nonce = ThreadLocalRandom.current().nextInt();
                                    socket.send(session.probe(Datagram.Kind.PROBE, nonce), address);
                                }
                            },
                            delay,
                            TimeUnit.MILLISECONDS);
        }
    }

    /** Counts a probe to an address; returns false if it has been sent enough. */
    private boolean mayProbe(InetSocketAddress address) {
        int sent = probesSent.getOrDefault(address, 0);
        if (sent == MAX_PROBES || (sent == 0 && probesSent.size() == MAX_SILENT)) {
            return false;
        }
        if (sent == 0) {
            var _ = socket.loop().schedule(() -> probesSent.remove(address), PROBES_SECONDS, TimeUnit.SECONDS);
        }
        probesSent.put(address, sent + 1);
        return true;
    }

    private void giveUp(int number) {
        if (number != round || peer.isUp() || peer.isGone()) {
            return;
        }
        if (peer.wasUp() && ++attempts < ATTEMPTS) {
            seek();
            // Announce again: the addresses may have been lost, or have changed.
            session.listener().searchStarted(peer.user);
            return;
        }
        giveUp();
    }

    /** Stops looking for a path, and tells the listener why none was found; does nothing while there is a connection. */
    void giveUp() {
        if (!peer.isUp() && !peer.isGone()) {
            peer.abandon();
            session.listener().unreachable(peer.user, explainFailure());
        }
    }

    /** Returns what was tried, and which side's firewall it looks like, as sentences. */
    private String explainFailure() {
        if (addresses.isEmpty()) {
            return "The other side named no address that could be tried.";
        }
        boolean named6 = addresses.keySet().stream().anyMatch(PathFinder::isV6);
        boolean named4 = addresses.keySet().stream().anyMatch(address -> !isV6(address));
        String tried = "Tried "
                + String.join(
                        ", ",
                        addresses.keySet().stream()
                                .map(address -> new Candidate(
                                                OwnAddresses.text(address.getAddress()), address.getPort())
                                        .toString())
                                .toList())
                + ". ";
        if (!(named6 && session.addresses().has(true))
                && !(named4 && session.addresses().has(false))) {
            return tried + "The two of you have no kind of address in common: one has only IPv6, the other only IPv4.";
        }
        if (answered) {
            return tried + "An answer arrived by UDP, but no connection could be made.";
        }
        if (heard) {
            return tried
                    + "Probes from the other side arrived here, but it did not answer those sent to it: probably the firewall of"
                    + " the other side blocks them.";
        }
        return tried
                + (session.addresses().hasDaemonAnswered()
                        ? "Nothing arrived: probably there are firewalls, or routers that use a new port for each connection, on"
                                + " both sides or on the other one."
                        : "The server did not answer by UDP either: probably a firewall on this side blocks outgoing"
                                + " UDP.");
    }

    private static boolean isV6(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address;
    }

    /** Handles a probe, or the answer to one, that has the session's number and this side's key. */
    void datagram(Datagram datagram, InetSocketAddress from) {
        if (peer.isGone()) {
            return;
        }
        if (!addresses.containsKey(from)) {
            if (addresses.values().stream().filter(named -> !named).count() >= MAX_FOUND) {
                return;
            }
            addresses.put(from, false);
            probe(from, round);
        }
        socket.allow(from);
        probesSent.remove(from);
        heard = true;
        if (datagram.kind() == Datagram.Kind.PROBE) {
            socket.send(session.probe(Datagram.Kind.ECHO, datagram.nonce()), from);
            return;
        }
        answered = true;
        if (chosenAddress == null && !peer.isUp()) {
            chosenAddress = from;
            if (peer.isInitiator) {
                dial(from, round);
            }
        }
    }

    private void dial(InetSocketAddress to, int number) {
        Future<QuicChannel> dialed = socket.dial(to);
        dialed.addListener(done -> {
            if (peer.isGone() || number != round) {
                if (done.isSuccess()) {
                    var _ = dialed.getNow().close();
                }
            } else if (!done.isSuccess()) {
                var _ = socket.loop()
                        .schedule(
                                () -> {
                                    if (number == round && !peer.isUp() && !peer.isGone()) {
                                        dial(to, number);
                                    }
                                },
                                PROBES[1],
                                TimeUnit.MILLISECONDS);
            } else if (!peer.key.equals(Peer.keyOf(dialed.getNow()))) {
                var _ = dialed.getNow().close();
            } else {
                peer.open(dialed.getNow());
            }
        });
    }
}
