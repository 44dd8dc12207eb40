package chatd.client.script;

import chatd.client.net.ClientFailure;
import chatd.client.net.Link;
import chatd.client.net.UnknownServer;
import chatd.protocol.command.Command;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Secret;
import chatd.protocol.value.User;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A user's own messages with the number, time and salt that bind them to the daemon's log (page {@code audit-log.md},
 * "Proof"). Uses a session of its own, beside the user's others. Not thread-safe.
 */
public final class Receipts implements Closeable {
    /** The device name of the session: only another receipt session takes its place. */
    private static final String DEVICE = "receipt";

    /** How long to wait for an answer: a server that throttles password guessing answers only after some seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Link link;
    /** Names by account number, as far as the server has sent them. */
    private final Map<Long, String> names = new HashMap<>();

    private Receipts(Link link) {
        this.link = link;
    }

    /**
     * Logs in.
     *
     * @param server a connector that speaks JSON: {@code chat/1} has no receipts
     * @throws ClientFailure if the login is refused, or the server can't be reached or is not trusted
     */
    public static Receipts logIn(Link.To server, String user, Secret password) throws IOException, UnknownServer {
        Link link = server.connect();
        try {
            link.send(List.of(new SessionCommand.LogIn(new User.Named(user), password, DEVICE, "")));
            Event answer = next(link);
            while (!(answer instanceof SessionEvent.Welcome)) {
                if (answer instanceof SessionEvent.Refused refused) {
                    throw new ClientFailure(
                            switch (refused.code()) {
                                case BUSY, THROTTLED, UNLOGGED, INTERNAL -> ClientFailure.TRY_LATER;
                                default -> ClientFailure.LOG_IN_REFUSED;
                            },
                            refusal(refused, user));
                }
                answer = next(link);
            }
            return new Receipts(link);
        } catch (IOException | RuntimeException e) {
            link.close();
            throw e;
        }
    }

    private static String refusal(SessionEvent.Refused refused, String user) {
        return switch (refused.code()) {
            case WRONG_PASSWORD -> "The password is wrong.";
            case NO_SUCH_USER -> "There is no user called " + user + ".";
            case MUST_CHANGE_PASSWORD ->
                "This is a one-time password, which must be changed first. Use a terminal without a command,"
                        + " or `passwd`.";
            case DISABLED -> "The account is disabled.";
            case THROTTLED -> "There were too many wrong passwords. Try again later.";
            default -> refused.text().isEmpty() ? "The server refused the login." : refused.text();
        };
    }

    /** Returns the last {@code count} messages, oldest first. */
    public List<MessageEvent.Message> last(int count) throws IOException {
        List<MessageEvent.Message> items = new ArrayList<>();
        boolean more = true;
        while (more && items.size() < count) {
            long before =
                    items.isEmpty() ? Long.MAX_VALUE : stored(items.getFirst()).number();
            int limit = Math.min(MessageCommand.ReadHistory.MOST, count - items.size());
            MessageEvent.Page page = page(new MessageCommand.ReadHistory(null, before, -1, limit, ""));
            names.putAll(page.names());
            items.addAll(0, page.items());
            more = page.more() && !page.items().isEmpty();
        }
        return items;
    }

    /** Returns the message with this number, if it is one of the user's own. */
    public Optional<MessageEvent.Message> numbered(long number) throws IOException {
        return page(new MessageCommand.ReadHistory(null, number + 1, number - 1, 1, "")).items().stream()
                .findFirst();
    }

    private MessageEvent.Page page(Command question) throws IOException {
        link.send(List.of(question));
        while (true) {
            // Skip unsolicited events, such as texts to everyone.
            Event event = next(link);
            if (event instanceof MessageEvent.Page page) {
                return page;
            }
            if (event instanceof SessionEvent.Refused refused) {
                throw new ClientFailure(ClientFailure.NO, refused.text());
            }
        }
    }

    private static Event next(Link link) throws IOException {
        Event event = link.next(PATIENCE);
        if (event == null) {
            throw new IOException("The server closed the connection, or does not answer.");
        }
        return event;
    }

    /** Returns the data that binds a message to the log; every message here has it. */
    public static MessageEvent.Stored stored(MessageEvent.Message message) {
        MessageEvent.Stored stored = message.stored();
        if (stored == null) {
            throw new IllegalArgumentException("a message without a receipt");
        }
        return stored;
    }

    /** Returns a user's name if it is known, else the number. */
    public String name(long user) {
        return user == MessageEvent.Stored.SERVER ? User.SERVER : names.getOrDefault(user, "U" + user);
    }

    @Override
    public void close() {
        link.close();
    }
}
