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
 * One connection of a conversation, and what was asked on it and is not answered yet. One thread reads; who sends sees to
 * it that questions are asked one after the other; {@link #cut} is any thread's.
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
     * Asks, with the fence behind it.
     *
     * @throws IllegalArgumentException where it fits no packet: nothing of it has gone
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

    /** The next event; null at the end. Blocks. */
    @Nullable
    Event next() throws IOException {
        Event event = link.next();
        lastRead = System.nanoTime();
        return event;
    }

    /** Whether an event was for what was asked first, and is nothing that arrived. */
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

    /** Ends it at once. Any thread. */
    void cut(String why) {
        cut = why;
        link.abort();
    }

    /** Why it ended: what was said when it was cut from here, else {@code otherwise}. */
    String end(String otherwise) {
        String why = cut;
        return why == null ? otherwise : why;
    }

    /** It has ended: nothing that was asked will be answered. */
    void lost(String why) {
        IOException lost = new IOException(why);
        asked.forEach(exchange -> exchange.lost(lost));
    }

    /**
     * Cuts it when nothing comes while something is asked: a peer that is gone without a word; the system would take
     * many minutes. Blocks until it is interrupted.
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
