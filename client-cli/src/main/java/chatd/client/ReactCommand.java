package chatd.client;

import chatd.client.net.UnknownServer;
import chatd.client.screen.TypedLine;
import chatd.client.script.ScriptSession;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code react}. */
@Command(
        name = "react",
        description = "Reacts to a message with an emoji, or the code of an emoticon, such as /wx.",
        footerHeading = Main.EXAMPLES,
        footer = {
            "  chat-client --password-file pw alice@localhost react 12 👍",
            "  chat-client --password-file pw alice@localhost react --off 12 👍"
        })
final class ReactCommand extends ScriptCommand {
    @Mixin
    private MessagePrinter printer;

    @Parameters(paramLabel = "NUMBER", index = "0", description = "The message's number.")
    private long number;

    @Parameters(paramLabel = "EMOJI", index = "1", description = "What it reacts with.")
    private String emoji = "";

    @Option(names = "--off", description = "No longer.")
    private boolean isOff;

    @Override
    boolean isNumbered() {
        return true;
    }

    @Override
    void run() throws IOException, UnknownServer, InterruptedException {
        try (ScriptSession session = session()) {
            printer.stored(main().out(), session.numbered().react(number, TypedLine.emoji(emoji), !isOff));
        }
    }
}
