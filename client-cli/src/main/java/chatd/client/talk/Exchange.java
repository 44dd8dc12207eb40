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
 * A request to the server, with the events received until its answer is complete. Every request is followed by a replay
 * of no items: commands take effect in order, so the <em>clear</em> that answers it is the fence (rule 8 of
 * {@code chat-1.md}), and no timer is needed. Fed by the thread that reads the link.
 */
public final class Exchange {
    /** The most items accepted beside those requested. */
    private static final int MORE = 10_000;

    private final boolean isReplay;
    private final long most;
    private final long asked = System.nanoTime();
    private final @Nullable Download downloads;
    private final Consumer<Exchange> then;
    private final List<Item> items = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final CompletableFuture<Exchange> done = new CompletableFuture<>();
    private @Nullable Verdict verdict;
    private boolean begun;

    /** The outcome of a password change. */
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

    private Exchange(boolean isReplay, long most, @Nullable Download downloads, Consumer<Exchange> then) {
        this.isReplay = isReplay;
        this.most = most + MORE;
        this.downloads = downloads;
        this.then = then;
    }

    /** @param then run by the reading thread when the answer is complete; never if the link ends first */
    public static Exchange command(Consumer<Exchange> then) {
        return new Exchange(false, 0, null, then);
    }

    public static Exchange command() {
        return command(exchange -> {});
    }

    /** Creates a request for the last {@code count} items; otherwise like {@link #command(Consumer)}. */
    public static Exchange replay(long count, Consumer<Exchange> then) {
        return new Exchange(true, count, null, then);
    }

    public static Exchange fetch(Download downloads) {
        return new Exchange(false, 0, downloads, exchange -> {});
    }

    /** Returns the items of the replay. */
    public List<Item> items() {
        return items;
    }

    /** Returns the texts of {@code server} in between: a refusal, or by chance something sent to everyone. */
    public List<String> told() {
        return told;
    }

    /** Returns the outcome of a password change, which has answers of its own; null for any other request. */
    @Nullable
    Verdict verdict() {
        return verdict;
    }

    /**
     * Takes an event if it belongs to this exchange.
     *
     * @param item the event as an item, if it is one
     * @return whether the event belongs to the answer alone, and is not unsolicited
     * @throws IOException if far more items arrive than were requested, or if the answer is ambiguous: a server that
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

    private static boolean take(Download downloads, FileEvent file) throws IOException {
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

    /** Returns when the request was made, as counted by {@link System#nanoTime}. */
    long asked() {
        return asked;
    }

    /** Returns whether the answer is complete. */
    public boolean isOver() {
        return done.isDone();
    }

    /** Fails the exchange, because the link has ended. */
    void lost(IOException why) {
        done.completeExceptionally(why);
    }

    /**
     * Blocks until the answer is complete.
     *
     * @throws IOException if the link ended first
     */
    Exchange await() throws IOException, InterruptedException {
        return await(Duration.ofDays(1));
    }

    /** Like {@link #await()}, but no longer than {@code patience}. */
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
