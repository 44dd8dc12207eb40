package chatd.client.script;

import chatd.client.net.ClientFailure;
import chatd.client.net.Link;
import chatd.client.talk.Download;
import chatd.client.talk.Exchange;
import chatd.client.talk.Item;
import chatd.client.talk.LoginExchange;
import chatd.client.talk.Outgoing;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.UserEvent;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A session for a script: one operation, on one connection, without questions. Not thread-safe. */
public final class ScriptSession implements Closeable {
    private final Link link;
    private final String me;
    private final List<String> people;

    /** @param in the answer of {@link LoginExchange#logIn}; its link is closed with this */
    public ScriptSession(LoginExchange.In in, String me) {
        this.link = in.link();
        this.me = me;
        this.people = in.roster().stream().map(person -> person.name()).toList();
    }

    /**
     * Sends a text, and waits until it is stored.
     *
     * @param to an empty list means everyone
     * @throws ClientFailure {@link ClientFailure#NO_SUCH} if a recipient is unknown; the others still get it
     */
    public void send(List<String> to, String text) throws IOException {
        accepted(to, run(Exchange.command(), List.of(new MessageCommand.SendText(Outgoing.audience(to), text))));
    }

    /** Sends a file; otherwise like {@link #send(List, String)}. */
    public void send(List<String> to, String name, long size, InputStream content) throws IOException {
        link.send(new FileCommand.SendFile(Outgoing.audience(to), name, size), content, sent -> {});
        accepted(to, run(Exchange.command(), List.of()));
    }

    private void accepted(List<String> to, Exchange exchange) {
        if (exchange.told().isEmpty()) {
            return;
        }
        String unknown = to.stream().filter(name -> !people.contains(name)).collect(Collectors.joining(", "));
        String told = String.join(" ", exchange.told());
        throw unknown.isEmpty()
                ? new ClientFailure(ClientFailure.NO, told)
                : new ClientFailure(ClientFailure.NO_SUCH, "Unknown: " + unknown + ". The server said: " + told);
    }

    /** Returns the last {@code count} items, oldest first. */
    public List<Item> history(long count) throws IOException {
        return run(Exchange.replay(count, done -> {}), List.of(new MessageCommand.Replay(count)))
                .items();
    }

    /**
     * Fetches a file.
     *
     * @throws ClientFailure {@link ClientFailure#NO_SUCH} if there is none for this account
     */
    public void fetch(long file, Download downloads) throws IOException {
        Exchange exchange = run(Exchange.fetch(downloads), List.of(new FileCommand.FetchFile(file)));
        if (downloads.whole() == null) {
            throw new ClientFailure(ClientFailure.NO_SUCH, String.join(" ", exchange.told()));
        }
    }

    /** Passes on each event until the connection ends. */
    public void listen(Consumer<Event> each) throws IOException {
        while (true) {
            each.accept(next());
        }
    }

    /** Sends a request, followed by the fence, and reads until the fence is answered. */
    private Exchange run(Exchange exchange, List<Command> commands) throws IOException {
        List<Command> all = new ArrayList<>(commands);
        all.add(new MessageCommand.Replay(0));
        link.send(all);
        while (!exchange.isOver()) {
            Event event = next();
            if (!exchange.take(event, Item.of(event, me)) && event instanceof FileEvent.Piece piece) {
                piece.content().bytes().release();
            }
        }
        return exchange;
    }

    private Event next() throws IOException {
        Event event = link.next();
        if (event == null) {
            throw new IOException("The server closed the connection.");
        }
        if (event instanceof UserEvent.WentOffline offline && offline.name().equals(me)) {
            throw new ClientFailure(
                    ClientFailure.NO_SERVER,
                    "The session was ended by the server: the account was logged in elsewhere, or an administrator"
                            + " ended it.");
        }
        return event;
    }

    @Override
    public void close() {
        link.close();
    }
}
