package chatd.daemon.dispatch;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A session's messages in flight in the journal. They are not awaited one by one, since the journal preserves their
 * order; every other command waits for all of them. Not thread-safe: used by one thread at a time.
 */
final class PendingWrites {
    /** Maximum writes in flight per session, so that no session monopolises the journal. */
    private static final int MAX_IN_FLIGHT = 256;

    private final ArrayDeque<CompletableFuture<?>> inFlight = new ArrayDeque<>();

    /** Returns whether another write can be added without waiting. */
    boolean hasRoom() {
        while (!inFlight.isEmpty() && inFlight.getFirst().isDone()) {
            inFlight.removeFirst();
        }
        return inFlight.size() < MAX_IN_FLIGHT;
    }

    /** Waits until there is room. */
    void awaitRoom() throws InterruptedException {
        while (!hasRoom()) {
            await(inFlight.removeFirst());
        }
    }

    /** Adds a write; there must be room. */
    void add(CompletableFuture<?> write) {
        inFlight.add(write);
    }

    /** Waits for all writes; failures have already been answered. Blocks. */
    void awaitAll() throws InterruptedException {
        while (!inFlight.isEmpty()) {
            await(inFlight.removeFirst());
        }
    }

    private static void await(CompletableFuture<?> write) throws InterruptedException {
        try {
            write.get();
        } catch (ExecutionException e) {
            // Already answered when it failed.
        }
    }
}
