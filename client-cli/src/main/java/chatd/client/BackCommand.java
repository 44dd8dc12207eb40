package chatd.client;

import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code back}. */
@Command(
        name = "back",
        description = {
            "Takes a message of the account's own back: its text or file is deleted from the server, for everybody;",
            "that it was sent, and that it was taken back, stays in the log."
        },
        footerHeading = Main.EXAMPLE,
        footer = "  chat-client --password-file pw alice@localhost back 12")
final class BackCommand extends ScriptCommand {
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
        try (ScriptSession session = session()) {
            printer.stored(main().out(), session.numbered().takeBack(number));
        }
    }
}
