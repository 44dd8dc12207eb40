package chatd.client.command.people;

import chatd.client.command.ListCommand;
import chatd.client.command.MessagePrinter;
import chatd.client.command.ScriptCommand;
import chatd.client.talk.item.ConversationSummary;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.value.people.Unread;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code conversations}. */
@Command(
        name = "conversations",
        description =
                "Lists the account's conversations, the newest first: with whom, what is unread, what was said last.",
        footerHeading = ScriptCommand.EXAMPLE,
        footer = "  chat-client --password-file pw alice@localhost conversations --unread")
public final class ConversationsCommand extends ListCommand {
    private static final int MOST = 10_000;

    @Option(names = "--unread", description = "Only those with something unread.")
    private boolean isUnread;

    @Option(names = "-n", paramLabel = "N", description = "How many at most; 50 by default.")
    private int count = 50;

    @Override
    protected List<Line> lines(ResumedSession session) throws IOException, InterruptedException {
        if (count < 1 || count > MOST) {
            throw context().usageError("-n is 1 to " + MOST);
        }
        return (isUnread ? session.histories().unread() : session.histories().conversations(count))
                .stream().limit(count).map(ConversationsCommand::line).toList();
    }

    private static Line line(ConversationSummary talked) {
        Unread unread = talked.conversation().unread();
        ObjectNode json = MessagePrinter.object("conversation")
                .put("with", talked.with())
                .put("unread", unread.count())
                .put("mentions", unread.mentions())
                .put("read", talked.conversation().read());
        json.set("last", MessagePrinter.object(talked.last()));
        return new Line(
                json,
                talked.with().isEmpty() ? "(everyone)" : talked.with(),
                talked.count() + (unread.mentions() > 0 ? "@" : ""),
                MessagePrinter.time().format(talked.last().time()),
                talked.last().sender() + ": "
                        + (talked.last().isMessage()
                                ? (talked.last().isFile() ? "file " : "")
                                        + talked.last().text()
                                : "(taken back)"));
    }
}
