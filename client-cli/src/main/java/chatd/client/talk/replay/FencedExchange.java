package chatd.client.talk.replay;

import chatd.client.talk.ChatSession;
import chatd.client.talk.Download;
import chatd.client.talk.exchange.Exchange;
import chatd.client.talk.item.Item;
import chatd.protocol.command.Command;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.GroupEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Code;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request to the server, with the events received until its answer is complete. Every request is followed by a replay
 * of no items: commands take effect in order, so the <em>clear</em> that answers it is the fence (rule 8 of
 * {@code chat-1.md}), and no timer is needed.
 */
final class FencedExchange extends Exchange {
    /** Maximum number of items accepted in excess of those requested. */
    private static final int EXCESS = 10_000;

    private final boolean isReplay;
    private final long maxItems;
    private final @Nullable Download download;
    private final Consumer<FencedExchange> then;
    private final String me;
    private final List<Item> items = new ArrayList<>();
    private final List<String> serverTexts = new ArrayList<>();
    private ChatSession.@Nullable Verdict verdict;
    private boolean hasBegun;

    private FencedExchange(
            String me, boolean isReplay, long maxItems, @Nullable Download download, Consumer<FencedExchange> then) {
        this.me = me;
        this.isReplay = isReplay;
        this.maxItems = maxItems + EXCESS;
        this.download = download;
        this.then = then;
    }

    /** @param then run by the reading thread when the answer is complete; never if the link ends first */
    static FencedExchange command(String me, Consumer<FencedExchange> then) {
        return new FencedExchange(me, false, 0, null, then);
    }

    static FencedExchange command(String me) {
        return command(me, exchange -> {});
    }

    /** Creates a request for the last {@code count} items; otherwise like {@link #command(String, Consumer)}. */
    static FencedExchange replay(String me, long count, Consumer<FencedExchange> then) {
        return new FencedExchange(me, true, count, null, then);
    }

    static FencedExchange fetch(String me, Download download) {
        return new FencedExchange(me, false, 0, download, exchange -> {});
    }

    @Override
    protected String description() {
        return isReplay ? "history" : download != null ? "file" : "command";
    }

    /** Returns the items of the replay. */
    List<Item> items() {
        return items;
    }

    /**
     * Returns the texts that the server sent in between: a refusal, or by chance something sent to
     * everyone.
     */
    List<String> serverTexts() {
        return serverTexts;
    }

    /** Returns the outcome of a password change, which has answers of its own; null for any other request. */
    ChatSession.@Nullable Verdict verdict() {
        return verdict;
    }

    /**
     * Consumes an event if it belongs to this exchange.
     *
     * @throws IOException if far more items arrive than were requested, or if the answer is ambiguous: a server that
     *     refuses a replay answers with a text alone, and then the first <em>clear</em> would be the fence
     */
    @Override
    protected boolean take(Event event) throws IOException {
        return switch (event) {
            case MessageEvent.Message message ->
                take(Item.of(message, message.sender().equals(me)));
            case MessageEvent.ClearScreen clear -> {
                cleared();
                yield true;
            }
            case FileEvent file when download != null -> take(download, file);
            case UserEvent.PasswordChanged changed -> setVerdict(ChatSession.Verdict.CHANGED);
            case SessionEvent.Refused refused -> setVerdict(verdict(refused.code()));
            case SessionEvent _ -> false;
            case UserEvent _ -> false;
            case GroupEvent _ -> false;
            case DirectEvent _ -> false;
            case MessageEvent _ -> false;
            case FileEvent _ -> false;
        };
    }

    private boolean setVerdict(ChatSession.@Nullable Verdict found) {
        if (found != null) {
            verdict = found;
        }
        return found != null;
    }

    private static boolean take(Download download, FileEvent file) throws IOException {
        switch (file) {
            case FileEvent.FileContent content -> download.begin(content.name(), content.size());
            case FileEvent.Piece piece -> download.write(piece.content());
            // Only by chat-json/1.
            case FileEvent.Chunk _ -> {}
            case FileEvent.End _ -> {}
        }
        return true;
    }

    private boolean take(Item item) throws IOException {
        if (items.size() + serverTexts.size() > maxItems) {
            throw new IOException("The server sends more than it was asked for.");
        }
        if (isReplay && hasBegun) {
            items.add(item);
            return true;
        }
        if (item.isFromServer()) {
            serverTexts.add(item.text());
        }
        return false;
    }

    private void cleared() throws IOException {
        if (isReplay && !hasBegun) {
            if (!serverTexts.isEmpty()) {
                throw new IOException("The server said: " + String.join(" ", serverTexts));
            }
            hasBegun = true;
            return;
        }
        then.accept(this);
        complete();
    }

    @Override
    protected boolean isFenced() {
        return true;
    }

    private static ChatSession.@Nullable Verdict verdict(Code refusal) {
        return switch (refusal) {
            case WRONG_PASSWORD -> ChatSession.Verdict.WRONG_OLD_PASSWORD;
            case BAD_PASSWORD -> ChatSession.Verdict.BAD_NEW_PASSWORD;
            default -> null;
        };
    }

    /** Returns the commands of a request, followed by the fence. */
    static List<Command> fenced(List<Command> commands) {
        List<Command> all = new ArrayList<>(commands);
        all.add(new MessageCommand.Replay(0));
        return all;
    }
}
