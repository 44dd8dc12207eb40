package chatd.client.command.message;

import chatd.client.command.ScriptCommand;
import chatd.client.screen.TypedLine;
import chatd.client.talk.resume.ResumedSession;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code react}. */
@Command(
        name = "react",
        description = "Reacts to a message with an emoji, or the code of an emoticon, such as /wx.",
        footerHeading = ScriptCommand.EXAMPLES,
        footer = {
            "  chat-client --password-file pw alice@localhost react 12 👍",
            "  chat-client --password-file pw alice@localhost react --off 12 👍"
        })
public final class ReactCommand extends AmendCommand {
    @Parameters(paramLabel = "EMOJI", index = "1", description = "The emoji, or the code of an emoticon.")
    private String emoji = "";

    @Option(names = "--off", description = "No longer.")
    private boolean isOff;

    @Override
    protected long amend(ResumedSession session, long message) throws IOException, InterruptedException {
        return session.amendments().react(message, TypedLine.emoji(emoji), !isOff);
    }
}
