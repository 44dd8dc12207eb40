package chatd.client.talk.request;

import chatd.protocol.command.DirectCommand;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.value.direct.Candidate;
import chatd.protocol.value.direct.DirectKind;
import chatd.protocol.value.direct.Endpoint;
import chatd.protocol.value.people.User;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Arranges direct sessions through the server, which introduces the users to each other. Each
 * method that sends blocks until the server has answered.
 */
public final class Calls {
    private static final int MAX_PENDING = 100;

    private final Requests requests;
    private final People people;
    private final String host;
    private volatile int udpPort;

    /** Events that arrived before there was a listener; at most {@link #MAX_PENDING}. */
    @GuardedBy("this")
    private final Deque<DirectEvent> pending = new ArrayDeque<>();

    @GuardedBy("this")
    private @Nullable Consumer<DirectEvent> listener;

    /** @param host the server's name or address */
    public Calls(Requests requests, People people, String host) {
        this.requests = requests;
        this.people = people;
        this.host = host;
    }

    public void setUdpPort(int port) {
        udpPort = port;
    }

    /**
     * Sets the listener, which is first given the pending events. It runs on the reading thread and
     * must not block.
     */
    public synchronized void listen(Consumer<DirectEvent> chosen) {
        listener = chosen;
        pending.forEach(chosen);
        pending.clear();
    }

    private synchronized void deliver(DirectEvent event) {
        if (listener != null) {
            listener.accept(event);
        } else if (pending.size() < MAX_PENDING) {
            pending.add(event);
        }
    }

    public void take(DirectEvent event) {
        switch (event) {
            case DirectEvent.Called called -> {
                people.learn(called.user(), called.name());
                called.names().forEach(people::learn);
            }
            case DirectEvent.Introduced introduced -> people.learn(introduced.user(), introduced.name());
            case DirectEvent.CandidatesChanged _ -> {}
            case DirectEvent.Declined _ -> {}
            case DirectEvent.Cancelled _ -> {}
            case DirectEvent.Ended _ -> {}
        }
        deliver(event);
    }

    /** Returns a user's name, or a group's. */
    public String name(long user) {
        return people.name(user);
    }

    /**
     * Returns the server's UDP addresses, at most one IPv4 and one IPv6. A client that asks there is
     * told its own address. Blocks.
     */
    public List<InetSocketAddress> udpAddresses() {
        if (udpPort == 0) {
            return List.of();
        }
        List<InetSocketAddress> addresses = new ArrayList<>();
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (addresses.stream().noneMatch(other -> isV4(other.getAddress()) == isV4(address))) {
                    addresses.add(new InetSocketAddress(address, udpPort));
                }
            }
        } catch (UnknownHostException e) {
            // Only the addresses that this machine knows itself are used then.
        }
        return addresses;
    }

    private static boolean isV4(InetAddress address) {
        return address instanceof Inet4Address;
    }

    /** Returns whether a recipient, as the session names it, is a group. */
    public boolean isGroup(String recipient) {
        return people.user(recipient) instanceof User.Group;
    }

    /** @param to recipients as the session names them; a group alone */
    public void call(List<String> to, DirectKind kind, String session, Endpoint own)
            throws IOException, InterruptedException {
        requests.command(id -> new DirectCommand.Call(
                people.user(to.getFirst()),
                to.stream().skip(1).map(people::user).toList(),
                kind,
                session,
                own,
                id));
    }

    public void accept(String session, Endpoint own) throws IOException, InterruptedException {
        requests.command(id -> new DirectCommand.Accept(session, own, id));
    }

    public void decline(String session) throws IOException, InterruptedException {
        requests.command(id -> new DirectCommand.Decline(session, id));
    }

    public void cancel(String session) throws IOException, InterruptedException {
        requests.command(id -> new DirectCommand.Cancel(session, id));
    }

    public void changeCandidates(String session, List<Candidate> candidates) throws IOException, InterruptedException {
        requests.command(id -> new DirectCommand.ChangeCandidates(session, candidates, id));
    }

    /** @param reason a word for the others and the log; empty for none */
    public void end(String session, String reason) throws IOException, InterruptedException {
        requests.command(id -> new DirectCommand.EndDirect(session, reason, id));
    }
}
