package chatd.client.talk;

import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Code;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What was asked of the server, and what came before its answer was over. Every question is followed by a replay of no
 * items: commands take effect in order, so the <em>clear</em> that answers it is the fence (rule 8 of {@code
 * chat-1.md}), and no timer is needed. Fed by the thread that reads the link.
 */
public final class Exchange {
    /** Of what comes beside what was asked for. */
    private static final int MORE = 10_000;

    private final boolean isReplay;
    private final long most;
    private final long asked = System.nanoTime();
    private final @Nullable Downloads downloads;
    private final Consumer<Exchange> then;
    private final List<Item> items = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final CompletableFuture<Exchange> done = new CompletableFuture<>();
    private @Nullable Verdict verdict;
    private boolean begun;

    /** What becomes of a change of password. */
    public enum Verdict {
        CHANGED,
        WRONG_OLD_PASSWORD,
        BAD_NEW_PASSWORD;

        private static @Nullable Verdict of(Code refusal) {
            return switch (refusal) {
                case WRONG_PASSWORD -> WRONG_OLD_PASSWORD;
                case BAD_PASSWORD -> BAD_NEW_PASSWORD;
                default -> null;
            };
        }
    }

    private Exchange(boolean isReplay, long most, @Nullable Downloads downloads, Consumer<Exchange> then) {
        this.isReplay = isReplay;
        this.most = most + MORE;
        this.downloads = downloads;
        this.then = then;
    }

    /** @param then done by the thread that reads, when the answer is over; never where the link ends before */
    public static Exchange command(Consumer<Exchange> then) {
        return new Exchange(false, 0, null, then);
    }

    public static Exchange command() {
        return command(exchange -> {});
    }

    /** For the last {@code count} items; else as {@link #command(Consumer)}. */
    public static Exchange replay(long count, Consumer<Exchange> then) {
        return new Exchange(true, count, null, then);
    }

    public static Exchange fetch(Downloads downloads) {
        return new Exchange(false, 0, downloads, exchange -> {});
    }

    /** What the replay had. */
    public List<Item> items() {
        return items;
    }

    /** What {@code server} said in between: a refusal, or by chance something said to all. */
    public List<String> told() {
        return told;
    }

    /** What became of a change of password, which has answers of its own; else null. */
    @Nullable
    Verdict verdict() {
        return verdict;
    }

    /**
     * Takes what is for it.
     *
     * @param item the event as an item, where it is one
     * @return whether it was for this alone, and is nothing that arrived
     * @throws IOException where a file can't be written; or where it can't be told what the answer is: a server that
     *     refuses a replay answers with a text alone, and then the first <em>clear</em> would be the fence
     */
    public boolean take(Event event, @Nullable Item item) throws IOException {
        return switch (event) {
            case MessageEvent.Message message when item != null -> take(item);
            case MessageEvent.ClearScreen clear -> {
                cleared();
                yield true;
            }
            case FileEvent file when downloads != null -> take(downloads, file);
            case UserEvent.PasswordChanged changed -> judged(Verdict.CHANGED);
            case SessionEvent.Refused refused -> judged(Verdict.of(refused.code()));
            case SessionEvent other -> false;
            case UserEvent other -> false;
            case MessageEvent other -> false;
            case FileEvent other -> false;
        };
    }

    private boolean judged(@Nullable Verdict its) {
        if (its != null) {
            verdict = its;
        }
        return its != null;
    }

    private static boolean take(Downloads downloads, FileEvent file) throws IOException {
        switch (file) {
            case FileEvent.FileContent content -> downloads.begin(content);
            case FileEvent.Piece piece -> downloads.take(piece.content());
        }
        return true;
    }

    private boolean take(Item item) throws IOException {
        if (items.size() + told.size() > most) {
            throw new IOException("The server sends more than it was asked for.");
        }
        if (isReplay && begun) {
            items.add(item);
            return true;
        }
        if (item.isFromServer()) {
            told.add(item.text());
        }
        return false;
    }

    private void cleared() throws IOException {
        if (isReplay && !begun) {
            if (!told.isEmpty()) {
                throw new IOException("The server said: " + String.join(" ", told));
            }
            begun = true;
            return;
        }
        then.accept(this);
        done.complete(this);
    }

    /** When it was asked, as {@link System#nanoTime} counts. */
    long asked() {
        return asked;
    }

    /** Whether the answer is over. */
    public boolean isOver() {
        return done.isDone();
    }

    /** The link has ended. */
    void lost(IOException why) {
        done.completeExceptionally(why);
    }

    /**
     * Blocks until the answer is over.
     *
     * @throws IOException where the link ended before
     */
    Exchange await() throws IOException, InterruptedException {
        return await(Duration.ofDays(1));
    }

    /** As {@link #await()}, but no longer than {@code patience}. */
    Exchange await(Duration patience) throws IOException, InterruptedException {
        try {
            return done.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("The server does not answer.", e);
        } catch (ExecutionException e) {
            throw new IOException(
                    String.valueOf(
                            java.util.Objects.requireNonNull(e.getCause()).getMessage()),
                    e);
        }
    }
}
