package chatd.client.talk.exchange;

import chatd.protocol.event.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A request to the server, until its answer is complete. Fed by the thread that reads the link. */
public abstract class Exchange {
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();

    /**
     * Takes an event if it belongs to this exchange.
     *
     * @return whether the event belongs to the answer alone, and is not unsolicited
     */
    protected abstract boolean take(Event event) throws IOException;

    /** Returns whether everything that arrives before its answer belongs to it, not to a later request. */
    protected abstract boolean isFenced();

    /** Completes the exchange. */
    protected final void complete() {
        done.complete(true);
    }

    /** Returns what was requested, in words, for the error message about a missing answer. */
    protected abstract String description();

    /** Returns whether the answer is complete. */
    public final boolean isComplete() {
        return done.isDone();
    }

    /** Fails the exchange, because the link has ended. */
    final void lost(IOException why) {
        done.completeExceptionally(why);
    }

    /**
     * Blocks until the answer is complete.
     *
     * @throws IOException if the link ended first, or the server does not answer, as {@link PendingRequests#findTimeout} judges it
     */
    public final void await() throws IOException, InterruptedException {
        await(Duration.ofDays(1));
    }

    /** Like {@link #await()}, but no longer than {@code timeout}. */
    public final void await(Duration timeout) throws IOException, InterruptedException {
        try {
            done.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("The server does not answer.", e);
        } catch (ExecutionException e) {
            throw new IOException(
                    String.valueOf(Objects.requireNonNull(e.getCause()).getMessage()), e);
        }
    }
}
