package chatd.client;

import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code correct}. */
@Command(
        name = "correct",
        description = {
            "Gives a text of the account's own another text (after --, or else from standard input).",
            "Exit code 0 means that it is stored."
        },
        footerHeading = Main.EXAMPLE,
        footer = "  chat-client --password-file pw alice@localhost correct 12 -- Lunch at one?")
final class CorrectCommand extends ScriptCommand {
    @Mixin
    private MessagePrinter printer;

    @Parameters(paramLabel = "NUMBER", description = "The message's number.")
    private long number;

    @Override
    boolean isNumbered() {
        return true;
    }

    @Override
    void run() throws IOException, UnknownServer, InterruptedException {
        checkWords();
        try (ScriptSession session = session()) {
            printer.stored(main().out(), session.numbered().correct(number, text()));
        } catch (IllegalArgumentException e) {
            throw new ClientFailure(ClientFailure.NO, String.valueOf(e.getMessage()));
        }
    }
}
