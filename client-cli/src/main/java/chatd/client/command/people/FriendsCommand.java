package chatd.client.command.people;

import chatd.client.command.ListCommand;
import chatd.client.command.MessagePrinter;
import chatd.client.command.ScriptCommand;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.event.UserEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code friends}. */
@Command(
        name = "friends",
        description = "Lists the account's friends, and who asks to be one.",
        footerHeading = ScriptCommand.EXAMPLE,
        footer = "  chat-client --password-file pw alice@localhost friends")
public final class FriendsCommand extends ListCommand {
    @Override
    protected List<Line> lines(ResumedSession session) throws IOException, InterruptedException {
        List<Line> lines = new ArrayList<>();
        for (UserEvent.FoundUser friend : session.friends().all()) {
            lines.add(new Line(
                    MessagePrinter.object("friend").put("name", friend.name()).put("online", friend.online()),
                    friend.name(),
                    friend.online() ? "online" : "offline"));
        }
        session.friends()
                .pendingRequests()
                .forEach((name, text) -> lines.add(new Line(
                        MessagePrinter.object("request").put("name", name).put("text", text), name, "asks: " + text)));
        return lines;
    }
}
