package chatd.client.command.message;

import chatd.client.command.ScriptCommand;
import chatd.client.talk.resume.ResumedSession;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code back}. */
@Command(
        name = "back",
        description = {
            "Takes back one of the account's own messages: its text or file is deleted, for everybody.",
            "The log still records that it was sent and taken back."
        },
        footerHeading = ScriptCommand.EXAMPLE,
        footer = "  chat-client --password-file pw alice@localhost back 12")
public final class BackCommand extends AmendCommand {
    @Override
    protected long amend(ResumedSession session, long message) throws IOException, InterruptedException {
        return session.amendments().takeBack(message);
    }
}
