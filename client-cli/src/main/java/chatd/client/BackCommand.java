package chatd.client;

import chatd.client.talk.resume.ResumedSession;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code back}. */
@Command(
        name = "back",
        description = {
            "Takes a message of the account's own back: its text or file is deleted, for everybody.",
            "That it was sent, and that it was taken back, stays in the log."
        },
        footerHeading = Main.EXAMPLE,
        footer = "  chat-client --password-file pw alice@localhost back 12")
final class BackCommand extends AmendCommand {
    @Override
    long amend(ResumedSession session, long message) throws IOException, InterruptedException {
        return session.takeBack(message);
    }
}
