package chatd.client.command.people;

import chatd.client.command.ListCommand;
import chatd.client.command.MessagePrinter;
import chatd.client.command.ScriptCommand;
import chatd.client.talk.resume.ResumedSession;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code who}. */
@Command(
        name = "who",
        description =
                "Lists up to 50 users with a part of their name that begins with TEXT, ignoring case and accents.",
        footerHeading = ScriptCommand.EXAMPLE,
        footer = "  chat-client --password-file pw alice@localhost who bo")
public final class WhoCommand extends ListCommand {
    @Parameters(
            paramLabel = "TEXT",
            arity = "0..1",
            description = "The beginning of a part of the name; by default all users match.")
    private String text = "";

    @Override
    protected List<Line> lines(ResumedSession session) throws IOException, InterruptedException {
        return session.find(text).stream()
                .map(user -> new Line(
                        MessagePrinter.addUser(MessagePrinter.object("user"), user),
                        user.name(),
                        user.online() ? "online" : "offline",
                        user.friend() ? "friend" : ""))
                .toList();
    }
}
