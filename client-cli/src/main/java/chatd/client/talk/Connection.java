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
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a session, with its pending requests. One thread reads; senders must serialise their requests;
 * {@link #cut} may be called from any thread.
 */
public final class Connection {
    /** How long nothing comes while a text has no answer, which takes milliseconds. */
    private static final Duration SILENCE = Duration.ofSeconds(15);

    /** How long nothing comes while a request has none: a password may take its time. */
    private static final Duration PATIENCE = Duration.ofSeconds(45);

    /** How long something has no answer while others do: it will have none. */
    private static final Duration LONGEST = Duration.ofSeconds(90);

    private static final Duration WATCH = Duration.ofSeconds(2);

    private final Link link;
    private final long begun = System.nanoTime();
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
     * Cuts the connection if nothing arrives for 15 s while a text has no answer, or for 45 s while a request has none, if
     * one of them has none for 90 s, or if this machine has lost the address from which it goes: the system takes many
     * minutes to notice while data is unacknowledged. A single request without an answer fails alone where that can be told.
     * Blocks until then, or until interrupted.
     *
     * @param texts returns those that have no answer
     */
    void watch(Supplier<List<Outgoing>> texts) {
        try {
            while (true) {
                Thread.sleep(WATCH);
                if (link.isStranded()) {
                    cut("This machine has another address now.");
                    return;
                }
                giveUp();
                Duration silence = since(lastRead);
                Duration text =
                        shorter(since(begun), oldest(texts.get().stream().map(Outgoing::age)));
                Duration request = oldest(asked.stream().map(Exchange::age));
                Duration fenced =
                        oldest(asked.stream().filter(Exchange::isFenced).map(Exchange::age));
                if (shorter(text, silence).compareTo(SILENCE) > 0
                        || shorter(request, silence).compareTo(PATIENCE) > 0) {
                    cut("The server does not answer.");
                    return;
                }
                if (text.compareTo(LONGEST) > 0 || fenced.compareTo(LONGEST) > 0) {
                    cut("The server answers others, but has not answered what was sent for %d s."
                            .formatted(LONGEST.toSeconds()));
                    return;
                }
            }
        } catch (InterruptedException e) {
            // It has ended.
        }
    }

    private static Duration oldest(Stream<Duration> ages) {
        return ages.max(Duration::compareTo).orElse(Duration.ZERO);
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Fails the requests that have no answer for so long that they will have none, whose place in the order says nothing. */
    private void giveUp() {
        List<Exchange> late = asked.stream()
                .filter(exchange -> !exchange.isFenced() && exchange.age().compareTo(LONGEST) > 0)
                .toList();
        for (Exchange exchange : late) {
            asked.remove(exchange);
            exchange.lost(new IOException("The server has not answered a request for %d s: %s."
                    .formatted(LONGEST.toSeconds(), exchange.what())));
        }
    }
}
