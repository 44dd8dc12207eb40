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
    private static final int MAX_COUNT = 10_000;

    @Option(names = "--unread", description = "Only those with something unread.")
    private boolean isUnreadOnly;

    @Option(names = "-n", paramLabel = "N", description = "How many at most; 50 by default.")
    private int count = 50;

    @Override
    protected List<Line> lines(ResumedSession session) throws IOException, InterruptedException {
        if (count < 1 || count > MAX_COUNT) {
            throw context().usageError("-n is 1 to " + MAX_COUNT);
        }
        return (isUnreadOnly
                        ? session.histories().unread()
                        : session.histories().conversations(count))
                .stream().limit(count).map(ConversationsCommand::line).toList();
    }

    private static Line line(ConversationSummary summary) {
        Unread unread = summary.conversation().unread();
        ObjectNode json = MessagePrinter.object("conversation")
                .put("with", summary.with())
                .put("unread", unread.count())
                .put("mentions", unread.mentions())
                .put("read", summary.conversation().read());
        json.set("last", MessagePrinter.object(summary.last()));
        return new Line(
                json,
                summary.with().isEmpty() ? "(everyone)" : summary.with(),
                summary.count() + (unread.mentions() > 0 ? "@" : ""),
                MessagePrinter.timeFormatter().format(summary.last().time()),
                summary.last().sender() + ": "
                        + (summary.last().isMessage()
                                ? (summary.last().isFile() ? "file " : "")
                                        + summary.last().text()
                                : "(taken back)"));
    }
}
