package chatd.client;

import chatd.cli.StandardOutput;
import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tail}. */
@Command(
        name = "tail",
        description = "Prints messages and presence changes as they arrive, until interrupted.",
        footer = {"", "Example: chat-client --password-file pw log@localhost tail -o jsonl"})
final class TailCommand extends ScriptCommand {
    @Mixin
    private MessagePrinter printer;

    @Override
    void run() throws IOException, UnknownServer {
        try (ScriptSession session = session()) {
            StandardOutput.onReaderGone(() -> System.exit(0));
            session.listen(event -> {
                printer.event(main().out(), event);
                if (main().out().checkError()) {
                    throw new ClientFailure(ClientFailure.NO, "Standard output can no longer be written.");
                }
            });
        }
    }
}
