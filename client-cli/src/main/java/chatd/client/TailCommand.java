package chatd.client;

import chatd.cli.StandardOutput;
import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.Errand;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tail}. */
@Command(
        name = "tail",
        description = "Prints what comes from now on, until it is interrupted.",
        footer = {"", "Example: chat-client --password-file pw log@localhost tail -o jsonl"})
final class TailCommand extends ScriptCommand {
    @Mixin
    private Printed printed;

    @Override
    void run() throws IOException, UnknownServer {
        try (Errand errand = errand()) {
            StandardOutput.whenUnread(() -> System.exit(0));
            errand.listen(event -> {
                printed.event(main().out(), event);
                if (main().out().checkError()) {
                    throw new ClientFailure(ClientFailure.NO, "What comes can't be printed any more.");
                }
            });
        }
    }
}
