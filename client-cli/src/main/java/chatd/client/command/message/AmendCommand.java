package chatd.client.command.message;

import chatd.client.command.MessagePrinter;
import chatd.client.command.ScriptCommand;
import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import chatd.client.talk.resume.ResumedSession;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The base of the script commands that amend a message. */
abstract class AmendCommand extends ScriptCommand {
    @Mixin
    private MessagePrinter printer;

    @Parameters(paramLabel = "NUMBER", index = "0", description = "The message's number.")
    private long number;

    @Override
    protected final boolean needsChatJson() {
        return true;
    }

    @Override
    protected final void run() throws IOException, UnknownServer, InterruptedException {
        checkWords();
        try (ScriptSession session = session()) {
            printer.printStored(context().out(), amend(session.numbered(), number));
        } catch (IllegalArgumentException e) {
            throw new ClientFailure(ClientFailure.FAILED, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Amends the message, and blocks until that is stored.
     *
     * @return the number of the amendment; 0 if there was nothing to do
     */
    abstract long amend(ResumedSession session, long message) throws IOException, InterruptedException;
}
