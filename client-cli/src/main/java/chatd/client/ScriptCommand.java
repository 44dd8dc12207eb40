package chatd.client;

import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import chatd.client.talk.LoginExchange;
import chatd.protocol.value.Secret;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** The base of the script commands: each does one thing, and never asks whether to trust a server. */
@Command(mixinStandardHelpOptions = true)
abstract class ScriptCommand implements Callable<Integer> {
    @ParentCommand
    private Main main;

    Main main() {
        return main;
    }

    @Override
    public final Integer call() throws IOException {
        try {
            run();
            return 0;
        } catch (UnknownServer e) {
            throw Dialogue.refusal(main.address(), e);
        }
    }

    abstract void run() throws IOException, UnknownServer;

    LoginExchange login() {
        return new LoginExchange(main.server(), main.user());
    }

    /** Logs in. */
    ScriptSession session() throws IOException, UnknownServer {
        main.address();
        Secret password = main.password().require();
        return switch (login().logIn(password)) {
            case LoginExchange.In in -> new ScriptSession(in, main.user());
            case LoginExchange.Refused(LoginExchange.Reason reason, String text)
            when reason == LoginExchange.Reason.MUST_CHANGE ->
                throw new ClientFailure(
                        ClientFailure.LOG_IN_REFUSED, text + " Use a terminal without a command, or `passwd`.");
            case LoginExchange.Refused(LoginExchange.Reason reason, String text)
            when reason == LoginExchange.Reason.OTHER && !main.hasCertificate() ->
                // Without a code of its own it is temporary, unless it is about the client's certificate.
                throw new ClientFailure(ClientFailure.TRY_LATER, text);
            case LoginExchange.Refused(LoginExchange.Reason reason, String text) ->
                throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, text);
            case LoginExchange.Done done -> throw new IllegalStateException("unexpected answer to a login");
        };
    }

    /** Throws a failure if the answer is a refusal. */
    static void accept(LoginExchange.Answer answer) {
        if (answer instanceof LoginExchange.Refused(LoginExchange.Reason reason, String text)) {
            throw new ClientFailure(
                    switch (reason) {
                        case NAME_TAKEN -> ClientFailure.CONFLICT;
                        case NO_SUCH_USER, WRONG_PASSWORD -> ClientFailure.LOG_IN_REFUSED;
                        default -> ClientFailure.NO;
                    },
                    reason == LoginExchange.Reason.BAD_PASSWORD ? text + " " + Dialogue.RULES : text);
        }
    }
}
