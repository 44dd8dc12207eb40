package chatd.client.talk.exchange;

import chatd.protocol.event.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The requests of one connection that have no answer yet, and whether the server still answers. Thread-safe. */
public final class PendingRequests {
    /** How long nothing may arrive while a text has no answer, which usually takes milliseconds. */
    public static final Duration SILENCE = Duration.ofSeconds(15);

    /** How long nothing may arrive while a request has no answer: a password may take its time. */
    public static final Duration PATIENCE = Duration.ofSeconds(45);

    /** How long a text or request may have no answer while others are answered: after that it never will have one. */
    static final Duration LONGEST = Duration.ofSeconds(90);

    private final LongSupplier nanos;
    private final long begun;
    private final Deque<Waiting> pending = new ConcurrentLinkedDeque<>();
    private volatile long lastRead;

    /** A request, and when it was made or the last part of its answer arrived. */
    private static final class Waiting {
        final Exchange exchange;
        volatile long touched;

        Waiting(Exchange exchange, long touched) {
            this.exchange = exchange;
            this.touched = touched;
        }
    }

    public PendingRequests() {
        this(System::nanoTime);
    }

    /** @param nanos the time in nanoseconds, from an arbitrary origin */
    public PendingRequests(LongSupplier nanos) {
        this.nanos = nanos;
        this.begun = nanos.getAsLong();
        this.lastRead = begun;
    }

    /** Records a request that is about to be sent. */
    public void add(Exchange exchange) {
        pending.add(new Waiting(exchange, nanos.getAsLong()));
    }

    /** Forgets a request that was not sent. */
    public void remove(Exchange exchange) {
        pending.removeIf(each -> each.exchange.equals(exchange));
    }

    /** Records that something has arrived. */
    public void recordRead() {
        lastRead = nanos.getAsLong();
    }

    /** Offers an event to the requests, the oldest first; returns whether it is part of an answer. */
    public boolean offer(Event event) throws IOException {
        for (Iterator<Waiting> each = pending.iterator(); each.hasNext(); ) {
            Waiting request = each.next();
            Exchange exchange = request.exchange;
            boolean isTaken = exchange.take(event);
            if (exchange.isComplete()) {
                each.remove();
            } else if (exchange.isFenced()) {
                request.touched = nanos.getAsLong();
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

    /** Fails all requests, because the connection has ended. */
    public void lost(String why) {
        IOException lost = new IOException(why);
        pending.forEach(each -> each.exchange.lost(lost));
    }

    /**
     * Fails the requests that have had no answer for 90 s, unless they are fenced.
     *
     * @param texts ages of the texts that have no answer
     * @return why the connection is to be given up: nothing has arrived for 15 s while a text has no answer, or for 45
     *     s while a request has none, or a text or a fenced request has had none for 90 s; null to keep it
     */
    public @Nullable String findTimeout(List<Duration> texts) {
        failLate();
        Duration silence = since(lastRead);
        Duration text = oldest(texts.stream());
        Duration request = oldest(ages(exchange -> true));
        if (shorter(shorter(since(begun), text), silence).compareTo(SILENCE) > 0
                || shorter(request, silence).compareTo(PATIENCE) > 0) {
            return "The server does not answer.";
        }
        if (shorter(since(begun), text).compareTo(LONGEST) > 0
                || oldest(ages(Exchange::isFenced)).compareTo(LONGEST) > 0) {
            return "The server answers others, but has not answered what was sent for %d s."
                    .formatted(LONGEST.toSeconds());
        }
        return null;
    }

    private void failLate() {
        List<Waiting> late = new ArrayList<>();
        for (Waiting each : pending) {
            if (!each.exchange.isFenced() && since(each.touched).compareTo(LONGEST) > 0) {
                late.add(each);
            }
        }
        for (Waiting each : late) {
            pending.remove(each);
            each.exchange.lost(new IOException("The server has not answered a request for %d s: %s."
                    .formatted(LONGEST.toSeconds(), each.exchange.description())));
        }
    }

    private Stream<Duration> ages(Predicate<Exchange> which) {
        return pending.stream().filter(each -> which.test(each.exchange)).map(each -> since(each.touched));
    }

    private Duration since(long from) {
        return Duration.ofNanos(nanos.getAsLong() - from);
    }

    private static Duration oldest(Stream<Duration> ages) {
        return ages.max(Duration::compareTo).orElse(Duration.ZERO);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
