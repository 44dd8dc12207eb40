package chatd.client.talk.request;

import chatd.client.net.ClientFailure;
import chatd.client.talk.Connection;
import chatd.client.talk.Download;
import chatd.client.talk.NotConnected;
import chatd.protocol.command.Command;
import chatd.protocol.event.Event;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.people.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

/**
 * Sends requests on a session's current connection, each with an identifier of its own, and waits for their answers. Any
 * thread but the reading one.
 */
public final class Requests {
    /** Maximum length of an identifier, in bytes of UTF-8. */
    private static final int ID_BYTES = 64;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Object sendLock;
    private final ConnectionSource source;

    /** Supplies the current connection. */
    public interface ConnectionSource {
        Connection current() throws NotConnected;
    }

    /** @param sending the lock held while something is sent */
    public Requests(Object sending, ConnectionSource source) {
        this.sendLock = sending;
        this.source = source;
    }

    /** Returns a new identifier. */
    public static String id() {
        byte[] random = new byte[12];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /**
     * Returns the identifier of the message that one of several receivers gets: the same one
     * whenever it is sent again, so that the server deduplicates it.
     *
     * @param given the identifier given by the user; empty for a new one
     * @throws IllegalArgumentException if that is too long for any server
     */
    public static String id(String given, List<String> to, String receiver) {
        if (given.isEmpty()) {
            return id();
        }
        byte[] bytes = given.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > ID_BYTES) {
            throw new IllegalArgumentException(
                    "An id has at most %d bytes; this one has %d. Nothing was sent.".formatted(ID_BYTES, bytes.length));
        }
        if (to.size() <= 1) {
            return given;
        }
        byte[] seed = (given + '\n' + People.wireName(receiver)).getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(Download.sha256().digest(seed), 0, 16);
    }

    /** Sends a request whose command has this identifier; does not wait. */
    public Request ask(String id, Command command, Class<? extends Event> answer) throws IOException {
        synchronized (sendLock) {
            return source.current().ask(new Request(describe(command), id, answer), List.of(command));
        }
    }

    /** Returns what a command does, as in "read history". */
    private static String describe(Command command) {
        return command.getClass()
                .getSimpleName()
                .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
    }

    /**
     * Sends a request and waits for its answer; blocks.
     *
     * @throws ClientFailure if it is refused
     */
    public <E extends Event> E request(Function<String, Command> command, Class<E> answer)
            throws IOException, InterruptedException {
        String id = id();
        return request(id, command.apply(id), answer);
    }

    /** Like {@link #request(Function, Class)}, for a command that has its identifier. */
    public <E extends Event> E request(String id, Command command, Class<E> answer)
            throws IOException, InterruptedException {
        Request request = ask(id, command, answer);
        request.await();
        SessionEvent.Refused refusal = request.refusal();
        if (refusal != null) {
            throw failure(refusal);
        }
        return Objects.requireNonNull(answer.cast(request.answer()));
    }

    /** Like {@link #request(Function, Class)}, for a command without an answer of its own. */
    public void command(Function<String, Command> command) throws IOException, InterruptedException {
        request(command, SessionEvent.Accepted.class);
    }

    /** Sends a command without waiting for an answer. */
    void send(Command command) throws IOException {
        synchronized (sendLock) {
            source.current().link().send(List.of(command));
        }
    }

    public static ClientFailure failure(SessionEvent.Refused refusal) {
        return failure(refusal.code(), refusal.text());
    }

    /** @param text what the server said; empty if nothing */
    public static ClientFailure failure(Code code, String text) {
        int exit = switch (code) {
            case NO_SUCH_USER, NO_SUCH_GROUP, NO_SUCH_MESSAGE, NO_SUCH_FILE, NO_SUCH_REQUEST, NO_SUCH_SESSION ->
                ClientFailure.NO_SUCH;
            case NAME_TAKEN -> ClientFailure.CONFLICT;
            case THROTTLED, BUSY -> ClientFailure.TRY_LATER;
            default -> ClientFailure.FAILED;
        };
        return new ClientFailure(exit, text.isEmpty() ? "The server refused it: " + code.word() + "." : text);
    }

    public static User user(String name) {
        return new User.Named(name);
    }
}
