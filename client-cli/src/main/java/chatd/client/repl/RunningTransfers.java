package chatd.client.repl;

import chatd.client.net.ClientFailure;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.text.SafeText;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The files that are being sent and fetched, each on a thread of its own in the background. Without a prompt, transfers
 * run on the user's thread, one after the other. Thread-safe.
 */
final class RunningTransfers {
    /** Maximum number of transfers at once. */
    private static final int MAX_RUNNING = 8;

    /** How long the end of the program waits for cancelled transfers to be cleaned up. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Screen screen;
    private final Presenter presenter;

    /** By their numbers, which start again from 1 once nothing runs. Guarded by this object. */
    @GuardedBy("this")
    private final SortedMap<Integer, Running> running = new TreeMap<>();

    RunningTransfers(Screen screen, Presenter presenter) {
        this.screen = screen;
        this.presenter = presenter;
    }

    /**
     * A transfer.
     *
     * @param thread null if it runs on somebody else's thread
     * @param cancel cancels it
     */
    private record Running(String what, @Nullable Thread thread, Runnable cancel) {}

    /** Sends or fetches something. */
    interface Work {
        /** @throws InterruptedException if it was cancelled */
        void run(Screen.Progress progress) throws IOException, InterruptedException;
    }

    /**
     * Begins a transfer.
     *
     * @param what what is done, such as {@code sending plan.pdf to bob}
     * @param title what it is called next to its progress
     * @param cut what else to do to cancel it, besides interrupting its thread; null for nothing
     * @param cancelled the notice shown when it was cancelled
     * @throws ClientFailure if there are too many
     */
    void start(String what, String title, @Nullable Runnable cut, String cancelled, Work work)
            throws IOException, InterruptedException {
        if (!screen.isInteractive()) {
            try (Screen.Progress none = screen.progress(title, "")) {
                work.run(none);
            }
            return;
        }
        synchronized (this) {
            if (running.size() >= MAX_RUNNING) {
                throw new ClientFailure(
                        ClientFailure.FAILED,
                        MAX_RUNNING
                                + " file transfers are in progress already; /files lists them, /cancel NUMBER cancels one. Nothing was done.");
            }
            int number = nextNumber();
            Thread thread = Thread.ofVirtual().unstarted(() -> run(number, title, cancelled, work));
            running.put(number, new Running(what, thread, () -> {
                if (cut != null) {
                    cut.run();
                }
                thread.interrupt();
            }));
            thread.start();
        }
    }

    private void run(int number, String title, String cancelled, Work work) {
        try (Screen.Progress progress = screen.progress(title, "/cancel " + number)) {
            try {
                work.run(progress);
            } catch (InterruptedException e) {
                reportFailure(progress, cancelled);
            } catch (IOException | RuntimeException e) {
                reportFailure(progress, String.valueOf(e.getMessage()));
            }
        } finally {
            remove(number);
        }
    }

    private void reportFailure(Screen.Progress progress, String why) {
        presenter.notice(SafeText.line(progress.title()) + ": " + why);
    }

    private synchronized void remove(int number) {
        running.remove(number);
    }

    /**
     * Adds a transfer that another thread receives; returns a handle for its progress, to be closed at the end.
     *
     * @param cancel cancels it; any thread
     */
    synchronized Receiving receiving(String what, String title, Runnable cancel) {
        int number = nextNumber();
        running.put(number, new Running(what, null, cancel));
        return new Receiving(number, screen.progress(title, "/cancel " + number));
    }

    /** A transfer that is being received. */
    final class Receiving {
        private final int number;
        private final Screen.Progress shown;

        private Receiving(int number, Screen.Progress shown) {
            this.number = number;
            this.shown = shown;
        }

        void update(long bytes, long size) {
            shown.updateBytes(bytes, size);
        }

        void close() {
            remove(number);
            shown.close();
        }
    }

    @GuardedBy("this")
    private int nextNumber() {
        return running.isEmpty() ? 1 : running.lastKey() + 1;
    }

    /** Shows what is under way. */
    synchronized void list() {
        presenter.notice(
                running.isEmpty()
                        ? "No file transfers are in progress."
                        : running.entrySet().stream()
                                .map(one -> one.getKey() + "  " + one.getValue().what())
                                .collect(Collectors.joining("\n")));
    }

    /** @param number which one to cancel; 0 for the only one */
    synchronized void cancel(int number) {
        Running transfer = number == 0 && running.size() == 1 ? running.get(running.firstKey()) : running.get(number);
        if (transfer != null) {
            transfer.cancel().run();
        } else if (running.isEmpty()) {
            presenter.notice("No file transfers are in progress.");
        } else {
            presenter.notice((number == 0 ? "Which one? " : "There is no file " + number + " under way. ")
                    + "/files lists them, /cancel NUMBER gives one up.");
        }
    }

    synchronized int count() {
        return running.size();
    }

    /** Cancels all transfers; blocks until they are cleaned up, for each at most {@link #PATIENCE}. */
    void cancelAll() throws InterruptedException {
        List<Running> all;
        synchronized (this) {
            all = new ArrayList<>(running.values());
        }
        all.forEach(transfer -> transfer.cancel().run());
        for (Running transfer : all) {
            Thread thread = transfer.thread();
            if (thread != null) {
                thread.join(PATIENCE);
            }
        }
    }
}
