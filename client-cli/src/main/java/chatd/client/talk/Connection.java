package chatd.client.talk;

import chatd.client.net.Link;
import chatd.client.talk.exchange.Exchange;
import chatd.client.talk.exchange.PendingRequests;
import chatd.client.talk.item.Outgoing;
import chatd.protocol.command.Command;
import chatd.protocol.event.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a session, with its pending requests. One thread reads; senders must serialise their requests;
 * {@link #cut} may be called from any thread.
 */
public final class Connection {
    /** How often to check whether the server still answers. */
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(2);

    private final Link link;
    private final PendingRequests requests = new PendingRequests();
    private volatile @Nullable String cut;

    Connection(Link link) {
        this.link = link;
    }

    public Link link() {
        return link;
    }

    /**
     * Sends a request.
     *
     * @throws IllegalArgumentException if a value does not fit its packet; nothing of it has been sent
     */
    public <E extends Exchange> E ask(E exchange, List<Command> commands) throws IOException {
        requests.add(exchange);
        try {
            link.send(commands);
        } catch (IllegalArgumentException e) {
            requests.remove(exchange);
            throw e;
        }
        return exchange;
    }

    /** Returns the next event, or null at the end; blocks. */
    @Nullable
    Event next() throws IOException {
        Event event = link.next();
        requests.recordRead();
        return event;
    }

    /** Offers an event to the pending requests, the oldest first; returns whether it is part of an answer. */
    public boolean offerToRequests(Event event) throws IOException {
        return requests.offer(event);
    }

    /** Aborts the connection. May be called from any thread. */
    public void cut(String why) {
        cut = why;
        link.abort();
    }

    /** Returns why the connection ended: the reason given to {@link #cut}, else {@code otherwise}. */
    String endReason(String otherwise) {
        String why = cut;
        return why == null ? otherwise : why;
    }

    /** Fails all pending requests, because the connection has ended. */
    void lost(String why) {
        requests.lost(why);
    }

    /**
     * Cuts the connection if the server does not answer, as {@link PendingRequests#findTimeout} says, or if this
     * machine has lost the connection's local address: the system takes many minutes to notice while data is
     * unacknowledged. Blocks until then, or until interrupted.
     *
     * @param texts returns the texts that have no answer
     */
    void watch(Supplier<List<Outgoing>> texts) {
        try {
            while (true) {
                Thread.sleep(WATCH_INTERVAL);
                String why = link.isStranded()
                        ? "This machine has another address now."
                        : requests.findTimeout(
                                texts.get().stream().map(Outgoing::age).toList());
                if (why != null) {
                    cut(why);
                    return;
                }
            }
        } catch (InterruptedException e) {
            // The connection has ended.
        }
    }
}
