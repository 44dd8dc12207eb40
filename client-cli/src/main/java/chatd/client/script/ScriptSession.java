package chatd.client.script;

import chatd.client.net.ClientFailure;
import chatd.client.talk.ChatSession;
import chatd.client.talk.Download;
import chatd.client.talk.View;
import chatd.client.talk.item.FileToSend;
import chatd.client.talk.item.HistoryScope;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Outgoing;
import chatd.client.talk.item.Place;
import chatd.client.talk.resume.ResumedSession;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A session for a script, without questions. Its events arrive on another thread; its methods are for one thread at a
 * time.
 */
public final class ScriptSession implements Closeable {
    private final ChatSession session;
    private final ScriptView heard;

    /** @param heard the view with which the session began */
    public ScriptSession(ChatSession session, ScriptView heard) {
        this.session = session;
        this.heard = heard;
    }

    /** Receives what happens in a session. */
    public interface Listener {
        default void received(Item item) {}

        default void presence(String name, boolean online) {}

        /** Called when the connection is lost; the session continues when it is {@link #reconnected}. */
        default void lost(String why) {}

        default void reconnected() {}
    }

    /** The view that collects what a script needs of its session. Thread-safe. */
    public static final class ScriptView implements View {
        private final Listener listener;
        private final CompletableFuture<String> end = new CompletableFuture<>();

        @GuardedBy("this")
        private final List<String> told = new ArrayList<>();

        @GuardedBy("this")
        private List<Item> replay = List.of();

        public ScriptView(Listener listener) {
            this.listener = listener;
        }

        private synchronized String told() {
            return String.join(" ", told);
        }

        private synchronized List<Item> replay() {
            return replay;
        }

        @Override
        public void received(Item item) {
            if (item.isFromServer() && item.number() == 0) {
                synchronized (this) {
                    if (told.size() < 10) {
                        told.add(item.text());
                    }
                }
            }
            listener.received(item);
        }

        @Override
        public void sent(Item item) {
            // The script knows.
        }

        @Override
        public synchronized void replayed(Replay of) {
            replay = of.items();
        }

        @Override
        public void presence(String name, Presence presence) {
            listener.presence(name, presence == Presence.ONLINE);
        }

        @Override
        public void lost(String why) {
            listener.lost(why);
        }

        @Override
        public void reconnected() {
            listener.reconnected();
        }

        @Override
        public void ended(String why) {
            end.complete(why);
        }
    }

    /** Returns a listener that ignores everything. */
    public static Listener ignoringListener() {
        return new Listener() {};
    }

    /** Returns the session itself. */
    public ChatSession session() {
        return session;
    }

    /** An operation that sends something. */
    private interface Sending {
        Outgoing send(List<String> to) throws IOException, InterruptedException;
    }

    /**
     * Sends a text, and waits until it is stored.
     *
     * @param to an empty list means everyone
     * @return its number; 0 if the server gives none
     * @throws ClientFailure {@link ClientFailure#NO_SUCH} if a recipient is unknown; the others still get it
     */
    public long send(List<String> to, String text, long answered, String id) throws IOException, InterruptedException {
        return sent(to, known -> session.say(known, text, answered, id));
    }

    /** Sends a file; otherwise like {@link #send(List, String, long, String)}. */
    public long send(List<String> to, FileToSend file, String id) throws IOException, InterruptedException {
        return sent(
                to,
                known -> id.isEmpty()
                        ? session.send(known, file, bytes -> {})
                        : numbered().send(known, file, id, bytes -> {}));
    }

    private long sent(List<String> to, Sending sending) throws IOException, InterruptedException {
        ChatSession.Recipients recipients = session.recipients(to);
        List<String> known = recipients.known();
        List<String> unknown = recipients.unknown();
        String problem = unknown.stream()
                .map(name -> "There is no user called " + name + "." + session.groupHint(name))
                .collect(Collectors.joining(" "));
        if (!to.isEmpty() && known.isEmpty()) {
            throw new ClientFailure(ClientFailure.NO_SUCH, problem + " Nothing was sent.");
        }
        long number;
        try {
            number = sending.send(known).await();
        } catch (Outgoing.Refused e) {
            throw new ClientFailure(e.exit(), String.valueOf(e.getMessage()));
        }
        if (!unknown.isEmpty()) {
            throw new ClientFailure(
                    ClientFailure.NO_SUCH, problem + " It was sent to " + String.join(", ", known) + ".");
        }
        return number;
    }

    /**
     * Reads a history, oldest first.
     *
     * @param since where it begins; if empty, the last items are read, else the first ones
     * @param until where it ends; empty for its end
     * @throws ClientFailure if a place is given, or a conversation, and the connection speaks {@code chat/1}
     */
    public void history(HistoryScope scope, Optional<Place> since, Optional<Place> until, long count, Consumer<Item> to)
            throws IOException, InterruptedException {
        HistoryScope meant = session.resolve(scope);
        if (since.isPresent() || until.isPresent()) {
            numbered().histories().read(meant, since, until, count, to);
        } else {
            session.history(meant, count);
            heard.replay().forEach(to);
        }
    }

    /**
     * Fetches a file.
     *
     * @throws ClientFailure {@link ClientFailure#NO_SUCH} if there is none for this account
     */
    public void fetch(long file, Download downloads) throws IOException, InterruptedException {
        session.fetch(file, downloads);
        if (downloads.whole() == null) {
            throw new ClientFailure(ClientFailure.NO_SUCH, heard.told());
        }
    }

    /** Waits until the session ends; returns why, a sentence. */
    public String end() throws InterruptedException {
        try {
            return heard.end.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Returns the session with what {@code chat/1} does not carry.
     *
     * @throws ClientFailure if this one speaks {@code chat/1}
     */
    public ResumedSession numbered() {
        return ResumedSession.require(session);
    }

    @Override
    public void close() throws IOException {
        try {
            session.leave();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
