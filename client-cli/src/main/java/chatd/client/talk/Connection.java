package chatd.client.talk;

import chatd.client.net.Link;
import chatd.protocol.command.Command;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a conversation, with its pending requests. One thread reads; senders must serialise their requests;
 * {@link #cut} may be called from any thread.
 */
final class Connection {
    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final Duration WATCH = Duration.ofSeconds(5);

    private final Link link;
    private final Deque<Exchange> asked = new ConcurrentLinkedDeque<>();
    private volatile long lastRead = System.nanoTime();
    private volatile @Nullable String cut;

    Connection(Link link) {
        this.link = link;
    }

    Link link() {
        return link;
    }

    /**
     * Sends a request, followed by the fence.
     *
     * @throws IllegalArgumentException if a value does not fit its packet; nothing of it has been sent
     */
    Exchange ask(Exchange exchange, List<Command> commands) throws IOException {
        List<Command> all = new ArrayList<>(commands);
        all.add(new MessageCommand.Replay(0));
        asked.add(exchange);
        try {
            link.send(all);
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

    /** Offers an event to the oldest pending request; returns whether it is part of that answer, not unsolicited. */
    boolean answers(Event event, @Nullable Item item) throws IOException {
        Exchange first = asked.peek();
        if (first == null || !first.take(event, item)) {
            return false;
        }
        if (first.isOver()) {
            asked.poll();
        }
        return true;
    }

    /** Aborts the connection. May be called from any thread. */
    void cut(String why) {
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
     * Cuts the connection if nothing arrives for 45 s while a request is pending: the peer has vanished, which the
     * system takes many minutes to notice while data is unacknowledged. Blocks until then, or until interrupted.
     */
    void watch() {
        try {
            while (true) {
                Thread.sleep(WATCH);
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
