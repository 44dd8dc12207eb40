package chatd.client.talk;

import chatd.client.talk.item.Outgoing;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Keeps a view informed of the texts that were sent and are not known to be stored: half a second after they were sent,
 * then each second until all are stored. Thread-safe; the view is called under this object's lock, so that its last
 * call is never out of date.
 */
final class PendingReporter {
    private static final Duration FIRST_DELAY = Duration.ofMillis(500);
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final View view;

    /** Whether the thread that updates the view runs. */
    @GuardedBy("this")
    private boolean isTelling;

    /** Whether the view shows any. */
    @GuardedBy("this")
    private boolean isShown;

    PendingReporter(View view) {
        this.view = view;
    }

    /**
     * Starts updating the view, after something was sent.
     *
     * @param unanswered returns the texts that have no answer yet
     */
    synchronized void sent(Supplier<List<Outgoing>> unanswered) {
        if (!isTelling) {
            isTelling = true;
            Thread.startVirtualThread(() -> run(unanswered));
        }
    }

    /** Updates the view at once, if it shows something that may have been answered. */
    synchronized void answered(Supplier<List<Outgoing>> unanswered) {
        if (isShown) {
            update(unanswered);
        }
    }

    private void run(Supplier<List<Outgoing>> unanswered) {
        try {
            Thread.sleep(FIRST_DELAY);
            while (updateAgain(unanswered)) {
                Thread.sleep(INTERVAL);
            }
        } catch (InterruptedException e) {
            // The program ends.
        }
    }

    /** Updates the view; returns whether texts are pending; if not, the thread ends. */
    private synchronized boolean updateAgain(Supplier<List<Outgoing>> unanswered) {
        update(unanswered);
        isTelling = isShown;
        return isShown;
    }

    private synchronized void update(Supplier<List<Outgoing>> unanswered) {
        List<Outgoing> texts = unanswered.get();
        if (isShown || !texts.isEmpty()) {
            view.pending(texts);
        }
        isShown = !texts.isEmpty();
    }
}
