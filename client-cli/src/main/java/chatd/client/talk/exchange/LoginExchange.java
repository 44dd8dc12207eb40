package chatd.client.talk.exchange;

import chatd.client.net.ClientFailure;
import chatd.client.net.Link;
import chatd.client.net.UnknownServer;
import chatd.protocol.chat1.Chat1;
import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.Document;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.User;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The operations that need no session: logging in, registering and changing the password. Each uses a connection of its
 * own, so that the user may take any time between two answers. Thread-safe.
 */
public final class LoginExchange {
    /**
     * How long to wait for the text that may follow a refused registration; the protocol does not say whether one will.
     */
    private static final Duration TEXT_TIMEOUT = Duration.ofMillis(500);

    /** How long to wait for an answer: a server that throttles password guessing answers only after some seconds. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

    private final Link.Connector server;
    private final String user;
    private final Device device;

    public LoginExchange(Link.Connector server, String user, Device device) {
        this.server = server;
        this.user = user;
        this.device = device;
    }

    /**
     * What a login says about this client; {@code chat/1} carries nothing of it.
     *
     * @param label another login with the same label displaces this one
     * @param quiet whether this session alone does not make its user online
     * @param remember whether to ask for a key for the next login
     */
    public record Device(String label, boolean quiet, boolean remember) {
        /** Returns a device with a new label, so that no other session is displaced. */
        public static Device fresh(boolean quiet) {
            byte[] random = new byte[8];
            new SecureRandom().nextBytes(random);
            return new Device("chat-client-" + HexFormat.of().formatHex(random), quiet, false);
        }
    }

    /** Returns the same, limited to one dialect. */
    public LoginExchange speaking(String dialect) {
        return new LoginExchange(server.speaking(dialect), user, device);
    }

    /** Returns the same for another account. */
    public LoginExchange as(String another) {
        return new LoginExchange(server, another, device);
    }

    /** Returns the server. */
    public Link.Connector server() {
        return server;
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
        DISABLED,
        NAME_TAKEN,
        BAD_NAME,
        BAD_PASSWORD,
        /** A refusal without a code of its own, explained by the text. It may be temporary. */
        OTHER
    }

    /** The server's answer. */
    public sealed interface Answer {}

    /** Success; for a login see {@link LoggedIn}. */
    public record Done() implements Answer {}

    /**
     * A successful login; the link belongs to the caller.
     *
     * @param settings the account's settings document
     */
    public record LoggedIn(Link link, SessionEvent.Welcome welcome, Document settings) implements Answer {}

    /** @param text a sentence for the user, which may quote the server */
    public record Refused(Reason reason, String text) implements Answer {}

    /**
     * Logs in with the password.
     *
     * @throws ClientFailure if the server can't be reached or is not trusted, or the connection is lost
     */
    public Answer logIn(Secret password) throws UnknownServer {
        return attempt(new SessionCommand.LogIn(
                new User.Named(user), password, device.label(), device.quiet(), device.remember(), ""));
    }

    /** Logs in with the key that this device was given by its last login; otherwise like {@link #logIn}. */
    public Answer logInByKey(Secret key) throws UnknownServer {
        try {
            return attempt(
                    new SessionCommand.LogInByKey(new User.Named(user), key, device.label(), device.quiet(), ""));
        } catch (IllegalArgumentException e) {
            return new Refused(
                    Reason.OTHER,
                    "The server speaks only chat/1, which has no keys: log in with --protocol chat/1 and your password.");
        }
    }

    /**
     * Continues a session whose connection was lost; otherwise like {@link #logIn}.
     *
     * @param after the number of the last message that the session was sent
     */
    public Answer resume(Secret token, long after) throws UnknownServer {
        return attempt(new SessionCommand.Resume(new User.Named(user), token, after, ""));
    }

    /** One operation over a link of its own. */
    private interface Operation {
        Answer run(Link link) throws IOException;
    }

    /** Thrown if the server supports less of the dialect than this client does. */
    private static final class Unsupported extends IOException {
        private static final long serialVersionUID = 1L;

        Unsupported(String text) {
            super(text);
        }
    }

    /** Runs an operation; over {@code chat/1} if the server does not support enough of the other dialect. */
    private static Answer over(Link.Connector to, Operation operation) throws UnknownServer {
        Link link = to.connect();
        try {
            return operation.run(link);
        } catch (Link.MalformedInput | Unsupported e) {
            link.abort();
            if (to.offers(Chat1.ALPN) && !link.dialect().equals(Chat1.ALPN)) {
                return over(to.speaking(Chat1.ALPN), operation);
            }
            throw new ClientFailure(
                    ClientFailure.NO_SERVER,
                    "The server may be too old for this client: it does not speak today's " + link.dialect() + ". "
                            + e.getMessage());
        } catch (IOException e) {
            throw lost(link, e);
        }
    }

    private Answer attempt(SessionCommand login) throws UnknownServer {
        return over(server, link -> {
            Event answer = ask(link, login);
            if (answer instanceof SessionEvent.Welcome in) {
                return loggedIn(link, in);
            }
            return switch (code(answer)) {
                case WRONG_PASSWORD -> refused(link, Reason.WRONG_PASSWORD, "The password is wrong.");
                case NO_SUCH_USER -> noSuchUser(link);
                case MUST_CHANGE_PASSWORD ->
                    refused(link, Reason.MUST_CHANGE, "This is a one-time password, which must be changed first.");
                case DISABLED -> refused(link, Reason.DISABLED, "The account is disabled.");
                case THROTTLED -> refused(link, Reason.OTHER, "There were too many wrong passwords. Try again later.");
                case null, default -> otherRefusal(link, answer);
            };
        });
    }

    private static LoggedIn loggedIn(Link link, SessionEvent.Welcome in) throws IOException {
        Document settings = in.settings();
        if (settings != null) {
            return new LoggedIn(link, in, settings);
        }
        if (next(link) instanceof UserEvent.Settings found) {
            return new LoggedIn(link, in, found.document());
        }
        throw new IOException("The server did not send the settings.");
    }

    private Refused noSuchUser(Link link) {
        return refused(link, Reason.NO_SUCH_USER, "There is no user called " + user + ".");
    }

    /** Changes the password, including one that must be changed. */
    public Answer changePassword(Secret old, Secret chosen) throws UnknownServer {
        return over(server, link -> {
            Event answer = ask(link, new AccountCommand.ChangePassword(new User.Named(user), old, chosen));
            if (answer instanceof UserEvent.PasswordChanged) {
                return done(link);
            }
            return switch (code(answer)) {
                case WRONG_PASSWORD -> refused(link, Reason.WRONG_PASSWORD, "The old password is wrong.");
                case BAD_PASSWORD -> refused(link, Reason.BAD_PASSWORD, "The new password breaks the rules.");
                case NO_SUCH_USER -> noSuchUser(link);
                case null, default -> otherRefusal(link, answer);
            };
        });
    }

    /** Registers the account. */
    public Answer register(Secret password) throws UnknownServer {
        return over(server, link -> {
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
                case null, default -> otherRefusal(link, answer);
            };
        });
    }

    private Answer badName(Link link) throws IOException {
        return link.dialect().equals(Chat1.ALPN) && link.next(TEXT_TIMEOUT) instanceof MessageEvent.Text text
                ? refused(link, Reason.BAD_NAME, text.text())
                : refused(
                        link,
                        Reason.BAD_NAME,
                        "The name " + user + " breaks the rules: it must begin with a letter or digit, contain only"
                                + " letters, digits and . _ -, have at most 32 bytes, and resemble nobody else's.");
    }

    private static Event ask(Link link, Command command) throws IOException {
        link.send(List.of(command));
        Event answer = next(link);
        if (answer instanceof SessionEvent.Refused refused && refused.code() == Code.MALFORMED) {
            // The command is well-formed in today's dialect: the server is older.
            throw new Unsupported(refused.text());
        }
        return answer;
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
        Event event = link.next(ANSWER_TIMEOUT);
        if (event == null) {
            throw new IOException("The server closed the connection, or does not answer.");
        }
        return event;
    }

    private static Refused refused(Link link, Reason reason, String text) {
        link.close();
        return new Refused(reason, text);
    }

    private static Refused otherRefusal(Link link, Event answer) throws IOException {
        switch (answer) {
            case MessageEvent.Text text -> {
                return refused(link, Reason.OTHER, text.text());
            }
            case SessionEvent.Notice notice -> {
                return refused(link, Reason.OTHER, notice.text());
            }
            case SessionEvent.Refused told
            when !told.text().isEmpty() -> {
                return refused(link, Reason.OTHER, told.text());
            }
            default -> {}
        }
        throw new IOException("The server gave an unexpected answer.");
    }

    private static ClientFailure lost(Link link, IOException why) {
        link.abort();
        return new ClientFailure(ClientFailure.NO_SERVER, String.valueOf(why.getMessage()));
    }
}
