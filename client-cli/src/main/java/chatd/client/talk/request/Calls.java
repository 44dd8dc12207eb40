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

/** The introduction to direct sessions by the server. Each method that sends blocks until the server has answered. */
public final class Calls {
    private static final int MOST_KEPT = 100;

    private final Requests requests;
    private final People people;
    private final String host;
    private volatile int udpPort;

    /** What came while nobody listened; at most {@link #MOST_KEPT}. */
    @GuardedBy("this")
    private final Deque<DirectEvent> kept = new ArrayDeque<>();

    @GuardedBy("this")
    private @Nullable Consumer<DirectEvent> listener;

    /** @param host the server's name or address */
    public Calls(Requests requests, People people, String host) {
        this.requests = requests;
        this.people = people;
        this.host = host;
    }

    public void enter(int port) {
        udpPort = port;
    }

    /** Sets who is told of calls, at first of those that came before; on the reading thread, which must not be blocked. */
    public synchronized void listen(Consumer<DirectEvent> by) {
        listener = by;
        kept.forEach(by);
        kept.clear();
    }

    private synchronized void tell(DirectEvent event) {
        if (listener != null) {
            listener.accept(event);
        } else if (kept.size() < MOST_KEPT) {
            kept.add(event);
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
        tell(event);
    }

    /** Returns a user's name, or a group's. */
    public String name(long user) {
        return people.name(user);
    }

    /** Returns where the server can be asked by UDP for one's own address: one of each kind that it has. Blocks. */
    public List<InetSocketAddress> udp() {
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
            // What this machine knows by itself has to be enough.
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

    public void change(String session, List<Candidate> candidates) throws IOException, InterruptedException {
        requests.command(id -> new DirectCommand.ChangeCandidates(session, candidates, id));
    }

    /** @param reason a word for the others and the log; empty for none */
    public void end(String session, String reason) throws IOException, InterruptedException {
        requests.command(id -> new DirectCommand.EndDirect(session, reason, id));
    }
}
