package chatd.client;

import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.Errand;
import chatd.client.talk.Door;
import chatd.protocol.value.Secret;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** The base of the script commands, which log in, do one thing, and never ask whether to trust a server. */
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

    Door door() {
        return new Door(main.server(), main.user());
    }

    /** Logs in. */
    Errand errand() throws IOException, UnknownServer {
        main.address();
        Secret password = main.password().require();
        return switch (door().logIn(password)) {
            case Door.In in -> new Errand(in, main.user());
            case Door.Refused(Door.Reason reason, String text)
            when reason == Door.Reason.MUST_CHANGE ->
                throw new ClientFailure(
                        ClientFailure.LOG_IN_REFUSED, text + " In a terminal without a command, or by `passwd`.");
            case Door.Refused(Door.Reason reason, String text) ->
                throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, text);
            case Door.Done done -> throw new IllegalStateException("a log in has another answer");
        };
    }

    /** Throws a failure if the answer is a refusal. */
    static void accept(Door.Answer answer) {
        if (answer instanceof Door.Refused(Door.Reason reason, String text)) {
            throw new ClientFailure(
                    switch (reason) {
                        case NAME_TAKEN -> ClientFailure.CONFLICT;
                        case NO_SUCH_USER, WRONG_PASSWORD -> ClientFailure.LOG_IN_REFUSED;
                        default -> ClientFailure.NO;
                    },
                    reason == Door.Reason.BAD_PASSWORD ? text + " " + Dialogue.RULES : text);
        }
    }
}
