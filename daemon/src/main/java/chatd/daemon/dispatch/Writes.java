package chatd.daemon.dispatch;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A session's messages that are on their way through the journal. They need not be waited for one by one, since the
 * journal keeps their order; every other command waits for all of them. One thread.
 */
final class Writes {
    /** Under way at once for one session, so that none has the journal to itself. */
    private static final int MOST = 256;

    private final ArrayDeque<CompletableFuture<?>> underWay = new ArrayDeque<>();

    /** Whether one more can be taken in without waiting. */
    boolean hasRoom() {
        while (!underWay.isEmpty() && underWay.getFirst().isDone()) {
            underWay.removeFirst();
        }
        return underWay.size() < MOST;
    }

    /** Waits until there is room. */
    void awaitRoom() throws InterruptedException {
        while (!hasRoom()) {
            await(underWay.removeFirst());
        }
    }

    /** Takes one in, where there is room. */
    void add(CompletableFuture<?> write) {
        underWay.add(write);
    }

    /** Waits for all; how each ended was said when it did. */
    void awaitAll() throws InterruptedException {
        while (!underWay.isEmpty()) {
            await(underWay.removeFirst());
        }
    }

    private static void await(CompletableFuture<?> write) throws InterruptedException {
        try {
            write.get();
        } catch (ExecutionException e) {
            // Answered already, where it happened.
        }
    }
}
