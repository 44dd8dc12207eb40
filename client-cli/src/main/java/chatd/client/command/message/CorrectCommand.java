package chatd.client.command.message;

import chatd.client.command.ScriptCommand;
import chatd.client.talk.resume.ResumedSession;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code correct}. */
@Command(
        name = "correct",
        description = {
            "Replaces one of the account's own texts (by the text after --, or else from standard input).",
            "Exit code 0 means that it is stored."
        },
        footerHeading = ScriptCommand.EXAMPLE,
        footer = "  chat-client --password-file pw alice@localhost correct 12 -- Lunch at one?")
public final class CorrectCommand extends AmendCommand {
    @Override
    protected long amend(ResumedSession session, long message) throws IOException, InterruptedException {
        return session.amendments().correct(message, text());
    }
}
