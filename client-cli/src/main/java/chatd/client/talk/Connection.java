package chatd.client.talk;

import chatd.client.net.Link;
import chatd.protocol.command.Command;
import chatd.protocol.event.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a session, with its pending requests. One thread reads; senders must serialise their requests;
 * {@link #cut} may be called from any thread.
 */
public final class Connection {
    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final Duration WATCH = Duration.ofSeconds(5);

    private final Link link;
    private final Deque<Exchange> asked = new ConcurrentLinkedDeque<>();
    private volatile long lastRead = System.nanoTime();
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
        asked.add(exchange);
        try {
            link.send(commands);
        } catch (IllegalArgumentException e) {
            asked.remove(exchange);
            throw e;
        }
        return exchange;
    }

    /** Returns the next event, or null at the end; blocks. */
    @Nullable
    Event next() throws IOException {
        Event event = link.next();
        lastRead = System.nanoTime();
        return event;
    }

    /** Offers an event to the pending requests, the oldest first; returns whether it is part of an answer. */
    public boolean answers(Event event) throws IOException {
        for (Iterator<Exchange> each = asked.iterator(); each.hasNext(); ) {
            Exchange exchange = each.next();
            boolean isTaken = exchange.take(event);
            if (exchange.isOver()) {
                each.remove();
            }
            if (isTaken) {
                return true;
            }
            if (exchange.isFenced()) {
                return false;
            }
        }
        return false;
    }

    /** Aborts the connection. May be called from any thread. */
    public void cut(String why) {
        cut = why;
        link.abort();
    }

    /** Returns why the connection ended: the reason given to {@link #cut}, else {@code otherwise}. */
    String end(String otherwise) {
        String why = cut;
        return why == null ? otherwise : why;
    }

    /** Fails all pending requests, because the connection has ended. */
    void lost(String why) {
        IOException lost = new IOException(why);
        asked.forEach(exchange -> exchange.lost(lost));
    }

    /**
     * Cuts the connection if nothing arrives for 45 s while a request is pending, or this machine has lost the address from
     * which it goes: the system takes many minutes to notice while data is unacknowledged. Blocks until then, or until
     * interrupted.
     */
    void watch() {
        try {
            while (true) {
                Thread.sleep(WATCH);
                if (link.isStranded()) {
                    cut("This machine has another address now.");
                    return;
                }
                Exchange first = asked.peek();
                long now = System.nanoTime();
                if (first != null && now - first.asked() > PATIENCE.toNanos() && now - lastRead > PATIENCE.toNanos()) {
                    cut("The server does not answer.");
                    return;
                }
            }
        } catch (InterruptedException e) {
            // It has ended.
        }
    }
}
