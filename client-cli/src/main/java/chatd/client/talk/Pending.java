package chatd.client.talk;

import chatd.client.talk.item.Outgoing;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Tells a view which texts were sent and are not known to be stored: from half a second after they were sent, each second,
 * until all are. Thread-safe; its own lock is held while the view is told, so that the last it is told holds.
 */
final class Pending {
    private static final Duration SOON = Duration.ofMillis(500);
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final View view;
    private final Supplier<List<Outgoing>> unanswered;

    /** Whether a thread of it runs. */
    @GuardedBy("this")
    private boolean isTelling;

    /** Whether the view shows any. */
    @GuardedBy("this")
    private boolean isShown;

    /** @param unanswered returns the texts that have no answer yet */
    Pending(View view, Supplier<List<Outgoing>> unanswered) {
        this.view = view;
        this.unanswered = unanswered;
    }

    /** Begins, after something was sent. */
    synchronized void sent() {
        if (!isTelling) {
            isTelling = true;
            Thread.startVirtualThread(this::run);
        }
    }

    /** Tells the view at once, if it shows something that may have been answered. */
    synchronized void answered() {
        if (isShown) {
            tell();
        }
    }

    private void run() {
        try {
            Thread.sleep(SOON);
            while (goesOn()) {
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException e) {
            // The program ends.
        }
    }

    /** Tells the view; returns whether there are any, without which the thread ends. */
    private synchronized boolean goesOn() {
        tell();
        isTelling = isShown;
        return isShown;
    }

    private synchronized void tell() {
        List<Outgoing> texts = unanswered.get();
        if (isShown || !texts.isEmpty()) {
            view.pending(texts);
        }
        isShown = !texts.isEmpty();
    }
}
