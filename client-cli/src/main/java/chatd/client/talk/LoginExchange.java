package chatd.client.talk;

import chatd.client.net.ClientFailure;
import chatd.client.net.Link;
import chatd.client.net.UnknownServer;
import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.Document;
import chatd.protocol.value.Presence;
import chatd.protocol.value.Secret;
import chatd.protocol.value.User;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The operations that need no session: logging in, registering and changing the password. Each uses a connection of its
 * own, so that the user may take any time between two answers. Thread-safe.
 */
public final class LoginExchange {
    /** How long to wait for the text that may follow a refused registration; nothing says whether one will. */
    private static final Duration FOR_A_TEXT = Duration.ofMillis(500);

    /** How long to wait for an answer: a server that throttles password guessing answers only after some seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Link.To server;
    private final String user;

    public LoginExchange(Link.To server, String user) {
        this.server = server;
        this.user = user;
    }

    /** Returns the name of the account. */
    public String user() {
        return user;
    }

    /** Why a request was refused. */
    public enum Reason {
        WRONG_PASSWORD,
        NO_SUCH_USER,
        MUST_CHANGE,
        NAME_TAKEN,
        BAD_NAME,
        BAD_PASSWORD,
        /** A refusal without a code of its own, explained by the text. It may be temporary. */
        OTHER
    }

    /** The server's answer. */
    public sealed interface Answer {}

    /** Success; for a login see {@link In}. */
    public record Done() implements Answer {}

    /**
     * A successful login; the link belongs to the caller.
     *
     * @param lastLogin the time of the previous login; empty for never
     * @param tookOver whether this login ended another session of the account
     */
    public record In(Link link, Optional<Instant> lastLogin, boolean tookOver, List<Presence> roster, Document settings)
            implements Answer {}

    /** @param text a sentence for the user, which may quote the server */
    public record Refused(Reason reason, String text) implements Answer {}

    /**
     * Logs in.
     *
     * @throws ClientFailure if the server can't be reached or is not trusted, or the connection is lost
     */
    public Answer logIn(Secret password) throws UnknownServer {
        Link link = server.connect();
        try {
            Event answer = ask(link, new SessionCommand.LogIn(new User.Named(user), password, null, ""));
            if (answer instanceof SessionEvent.Welcome in) {
                return entered(link, in);
            }
            return switch (code(answer)) {
                case WRONG_PASSWORD -> refused(link, Reason.WRONG_PASSWORD, "The password is wrong.");
                case NO_SUCH_USER -> noSuchUser(link);
                case MUST_CHANGE_PASSWORD ->
                    refused(link, Reason.MUST_CHANGE, "This is a one-time password, which must be changed first.");
                case null, default -> other(link, answer);
            };
        } catch (IOException e) {
            throw lost(link, e);
        }
    }

    private static In entered(Link link, SessionEvent.Welcome in) throws IOException {
        if (next(link) instanceof UserEvent.Settings settings) {
            return new In(link, in.lastLogin(), in.displaced(), in.roster(), settings.document());
        }
        throw new IOException("The server did not send the settings.");
    }

    private Refused noSuchUser(Link link) {
        return refused(link, Reason.NO_SUCH_USER, "There is no user called " + user + ".");
    }

    /** Changes the password, including one that must be changed. */
    public Answer changePassword(Secret old, Secret chosen) throws UnknownServer {
        Link link = server.connect();
        try {
            Event answer = ask(link, new AccountCommand.ChangePassword(new User.Named(user), old, chosen));
            if (answer instanceof UserEvent.PasswordChanged) {
                return done(link);
            }
            return switch (code(answer)) {
                case WRONG_PASSWORD -> refused(link, Reason.WRONG_PASSWORD, "The old password is wrong.");
                case BAD_PASSWORD -> refused(link, Reason.BAD_PASSWORD, "The new password breaks the rules.");
                case NO_SUCH_USER -> noSuchUser(link);
                case null, default -> other(link, answer);
            };
        } catch (IOException e) {
            throw lost(link, e);
        }
    }

    /** Registers the account. */
    public Answer register(Secret password) throws UnknownServer {
        Link link = server.connect();
        try {
            Event answer = ask(link, new AccountCommand.Register(user, password));
            if (answer instanceof UserEvent.Registered) {
                return done(link);
            }
            return switch (code(answer)) {
                case NAME_TAKEN ->
                    refused(
                            link,
                            Reason.NAME_TAKEN,
                            "The name " + user + " is taken, or once was: names are never reused.");
                case BAD_NAME -> badName(link);
                case BAD_PASSWORD -> refused(link, Reason.BAD_PASSWORD, "The password breaks the rules.");
                case null, default -> other(link, answer);
            };
        } catch (IOException e) {
            throw lost(link, e);
        }
    }

    private Answer badName(Link link) throws IOException {
        return link.next(FOR_A_TEXT) instanceof MessageEvent.Text text
                ? refused(link, Reason.BAD_NAME, text.text())
                : refused(
                        link,
                        Reason.BAD_NAME,
                        "The name " + user + " breaks the rules: it must begin with a letter or digit, contain only"
                                + " letters, digits and . _ -, have at most 32 bytes, and resemble nobody else's.");
    }

    private static Event ask(Link link, Command command) throws IOException {
        link.send(List.of(command));
        return next(link);
    }

    /** Returns the code of a refusal; null if the answer has none. */
    private static @Nullable Code code(Event answer) {
        return answer instanceof SessionEvent.Refused refused ? refused.code() : null;
    }

    private static Answer done(Link link) {
        link.close();
        return new Done();
    }

    private static Event next(Link link) throws IOException {
        Event event = link.next(PATIENCE);
        if (event == null) {
            throw new IOException("The server closed the connection, or does not answer.");
        }
        return event;
    }

    private static Refused refused(Link link, Reason reason, String text) {
        link.close();
        return new Refused(reason, text);
    }

    private static Refused other(Link link, Event answer) throws IOException {
        if (answer instanceof MessageEvent.Text text) {
            return refused(link, Reason.OTHER, text.text());
        }
        throw new IOException("The server gave an unexpected answer.");
    }

    private static ClientFailure lost(Link link, IOException why) {
        link.abort();
        return new ClientFailure(ClientFailure.NO_SERVER, String.valueOf(why.getMessage()));
    }
}
