package chatd.client.talk;

import chatd.client.talk.item.Outgoing;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Tells a view which texts were sent and are not known to be stored: from half a second after they were sent, each second,
 * until all are. Thread-safe; its own lock is held while the view is told, so that what it was told last is valid.
 */
final class Pending {
    private static final Duration SOON = Duration.ofMillis(500);
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final View view;

    /** Whether a thread of it runs. */
    @GuardedBy("this")
    private boolean isTelling;

    /** Whether the view shows any. */
    @GuardedBy("this")
    private boolean isShown;

    Pending(View view) {
        this.view = view;
    }

    /**
     * Begins, after something was sent.
     *
     * @param unanswered returns the texts that have no answer yet
     */
    synchronized void sent(Supplier<List<Outgoing>> unanswered) {
        if (!isTelling) {
            isTelling = true;
            Thread.startVirtualThread(() -> run(unanswered));
        }
    }

    /** Tells the view at once, if it shows something that may have been answered. */
    synchronized void answered(Supplier<List<Outgoing>> unanswered) {
        if (isShown) {
            tell(unanswered);
        }
    }

    private void run(Supplier<List<Outgoing>> unanswered) {
        try {
            Thread.sleep(SOON);
            while (goesOn(unanswered)) {
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException e) {
            // The program ends.
        }
    }

    /** Tells the view; returns whether there are any; if not, the thread ends. */
    private synchronized boolean goesOn(Supplier<List<Outgoing>> unanswered) {
        tell(unanswered);
        isTelling = isShown;
        return isShown;
    }

    private synchronized void tell(Supplier<List<Outgoing>> unanswered) {
        List<Outgoing> texts = unanswered.get();
        if (isShown || !texts.isEmpty()) {
            view.pending(texts);
        }
        isShown = !texts.isEmpty();
    }
}
