package chatd.client.command;

import chatd.client.input.SizeLimits;
import chatd.client.login.Dialogue;
import chatd.client.login.Sessions;
import chatd.client.net.ClientFailure;
import chatd.client.net.Link;
import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import chatd.client.talk.exchange.LoginExchange;
import chatd.protocol.json.Carrier;
import chatd.protocol.value.Secret;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** The base of the script commands: each does one thing, and never asks whether to trust a server. */
@Command(mixinStandardHelpOptions = true)
public abstract class ScriptCommand implements Callable<Integer> {
    /** The heading above the example of a command. */
    public static final String EXAMPLE = "%nExample:%n";

    /** The heading above several examples. */
    public static final String EXAMPLES = "%nExamples:%n";

    @ParentCommand
    private Context context;

    protected Context context() {
        return context;
    }

    @Override
    public final Integer call() throws IOException {
        try {
            run();
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (UnknownServer e) {
            throw Dialogue.refusal(context.address(), e);
        }
    }

    protected abstract void run() throws IOException, UnknownServer, InterruptedException;

    /** Returns whether the command needs what {@code chat/1} does not carry. */
    protected boolean needsChatJson() {
        return false;
    }

    /** Rejects the words after {@code --} if this machine's locale could not represent their characters. */
    protected void checkWords() {
        if (context().words().stream().anyMatch(word -> word.indexOf('\uFFFD') >= 0)) {
            throw context()
                    .usageError(
                            "the text has characters that this machine's locale lacks: set LC_ALL=C.UTF-8, or give the"
                                    + " text on standard input");
        }
    }

    /** Returns the text: the words after {@code --}, or else the rest of standard input after the password. */
    protected String text() throws IOException {
        String text = context().words().isEmpty()
                ? context().password().rest().strip()
                : String.join(" ", context().words());
        SizeLimits.checkText(text);
        return text;
    }

    protected LoginExchange login() {
        Link.Connector server = context.server();
        String json = Carrier.LINES.protocol();
        if (needsChatJson() && !server.offers(json)) {
            throw new ClientFailure(ClientFailure.FAILED, "This needs " + json + "; see --protocol.");
        }
        return new LoginExchange(
                needsChatJson() ? server.speaking(json) : server, context.user(), LoginExchange.Device.fresh(true));
    }

    /** Logs in, for one operation. */
    protected ScriptSession session() throws IOException, UnknownServer {
        return session(ScriptSession.ignoringListener(), false);
    }

    /**
     * Logs in.
     *
     * @param reconnects whether to reconnect after a loss, if that is possible without losing anything
     */
    protected ScriptSession session(ScriptSession.Listener listener, boolean reconnects)
            throws IOException, UnknownServer {
        context.address();
        Secret password = context.password().require();
        LoginExchange login = login();
        return switch (login.logIn(password)) {
            case LoginExchange.LoggedIn in -> {
                ScriptSession.ScriptView heard = new ScriptSession.ScriptView(listener);
                Sessions sessions = new Sessions(login, heard, Optional.empty(), reconnects, key -> {});
                yield new ScriptSession(sessions.begin(in, password), heard);
            }
            case LoginExchange.Refused(LoginExchange.Reason reason, String text)
            when reason == LoginExchange.Reason.OTHER && context.hasCertificate() ->
                // It may be about the client's certificate, which is not temporary.
                throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, text);
            case LoginExchange.Refused refused -> throw failure(refused);
            case LoginExchange.Done done -> throw new IllegalStateException("unexpected answer to a login");
        };
    }

    /** Returns the failure for a refused login. */
    protected static ClientFailure failure(LoginExchange.Refused refused) {
        return switch (refused.reason()) {
            case MUST_CHANGE ->
                new ClientFailure(
                        ClientFailure.LOG_IN_REFUSED,
                        refused.text()
                                + " Run chat-client in a terminal, without a command, or use its command `passwd`.");
            // A refusal without a code of its own is temporary.
            case OTHER -> new ClientFailure(ClientFailure.TRY_LATER, refused.text());
            default -> new ClientFailure(ClientFailure.LOG_IN_REFUSED, refused.text());
        };
    }

    /** Throws a failure if the answer is a refusal. */
    protected static void throwIfRefused(LoginExchange.Answer answer) {
        if (answer instanceof LoginExchange.Refused(LoginExchange.Reason reason, String text)) {
            throw new ClientFailure(
                    switch (reason) {
                        case NAME_TAKEN -> ClientFailure.CONFLICT;
                        case NO_SUCH_USER, WRONG_PASSWORD, DISABLED -> ClientFailure.LOG_IN_REFUSED;
                        default -> ClientFailure.FAILED;
                    },
                    reason == LoginExchange.Reason.BAD_PASSWORD ? text + " " + Dialogue.RULES : text);
        }
    }
}
