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
 * The files that are being sent and fetched, each on a thread of its own while the user goes on. Where there is no prompt,
 * they are on the user's thread, one after the other. Thread-safe.
 */
final class RunningTransfers {
    /** The most at once. */
    private static final int MOST = 8;

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
     * @param thread null if it runs on another's thread
     * @param cancel gives it up
     */
    private record Running(String what, @Nullable Thread thread, Runnable cancel) {}

    /** Sends or fetches something. */
    interface Work {
        /** @throws InterruptedException if it was given up */
        void run(Screen.Progress progress) throws IOException, InterruptedException;
    }

    /**
     * Begins a transfer.
     *
     * @param what what is done, such as {@code sending plan.pdf to bob}
     * @param title what it is called beside its progress
     * @param cut what has to be done to give it up besides interrupting its thread; null for nothing
     * @param cancelled what is said then
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
            if (running.size() >= MOST) {
                throw new ClientFailure(
                        ClientFailure.FAILED,
                        MOST
                                + " files are under way already; /files lists them, /cancel NUMBER gives one up. Nothing was done.");
            }
            int number = next();
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
                failed(progress, cancelled);
            } catch (IOException | RuntimeException e) {
                failed(progress, String.valueOf(e.getMessage()));
            }
        } finally {
            remove(number);
        }
    }

    private void failed(Screen.Progress progress, String why) {
        presenter.notice(SafeText.line(progress.title()) + ": " + why);
    }

    private synchronized void remove(int number) {
        running.remove(number);
    }

    /**
     * Adds something that another thread receives; returns where it tells its progress, and closes it at the end.
     *
     * @param cancel gives it up; any thread
     */
    synchronized Receiving receiving(String what, String title, Runnable cancel) {
        int number = next();
        running.put(number, new Running(what, null, cancel));
        return new Receiving(number, screen.progress(title, "/cancel " + number));
    }

    /** Something that is being received. */
    final class Receiving {
        private final int number;
        private final Screen.Progress shown;

        private Receiving(int number, Screen.Progress shown) {
            this.number = number;
            this.shown = shown;
        }

        void at(long bytes, long size) {
            shown.at(bytes, size);
        }

        void close() {
            remove(number);
            shown.close();
        }
    }

    @GuardedBy("this")
    private int next() {
        return running.isEmpty() ? 1 : running.lastKey() + 1;
    }

    /** Shows what is under way. */
    synchronized void list() {
        presenter.notice(
                running.isEmpty()
                        ? "No files are under way."
                        : running.entrySet().stream()
                                .map(one -> one.getKey() + "  " + one.getValue().what())
                                .collect(Collectors.joining("\n")));
    }

    /** @param number which one to give up; 0 for the only one */
    synchronized void cancel(int number) {
        Running its = number == 0 && running.size() == 1 ? running.get(running.firstKey()) : running.get(number);
        if (its != null) {
            its.cancel().run();
        } else if (running.isEmpty()) {
            presenter.notice("No files are under way.");
        } else {
            presenter.notice((number == 0 ? "Which one? " : "There is no file " + number + " under way. ")
                    + "/files lists them, /cancel NUMBER gives one up.");
        }
    }

    synchronized int count() {
        return running.size();
    }

    /** Gives up all of them; blocks until they are cleaned up, for a moment at most. */
    void cancelAll() throws InterruptedException {
        List<Running> all;
        synchronized (this) {
            all = new ArrayList<>(running.values());
        }
        all.forEach(its -> its.cancel().run());
        for (Running its : all) {
            Thread thread = its.thread();
            if (thread != null) {
                thread.join(PATIENCE);
            }
        }
    }
}
