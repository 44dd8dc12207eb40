package chatd.client.command.people;

import chatd.client.command.ListCommand;
import chatd.client.command.MessagePrinter;
import chatd.client.command.ScriptCommand;
import chatd.client.talk.resume.ResumedSession;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sessions}. */
@Command(
        name = "sessions",
        description = "Lists the account's sessions and remembered devices, or ends some.",
        footerHeading = ScriptCommand.EXAMPLE,
        footer = "  chat-client --password-file pw alice@localhost sessions --end-others")
public final class SessionsCommand extends ListCommand {
    @Option(names = "--end", paramLabel = "ID", description = "End this one first.")
    private @Nullable String end;

    @Option(names = "--end-others", description = "End all others first, and forget their devices.")
    private boolean endsOthers;

    @Override
    protected List<Line> lines(ResumedSession session) throws IOException, InterruptedException {
        if (end != null) {
            session.ownSessions().end(end);
        }
        if (endsOthers) {
            session.ownSessions().endOthers();
        }
        return session.ownSessions().list().stream()
                .map(one -> new Line(
                        MessagePrinter.object("session")
                                .put("session", one.session())
                                .put("device", one.device())
                                .put("dialect", one.dialect())
                                .put("address", one.address())
                                .put("since", one.since().toString())
                                .put("used", one.lastUsed().toString())
                                .put("this", one.isThis())
                                .put("remembered", one.remembered()),
                        one.session(),
                        one.dialect().isEmpty() ? "(not logged in)" : one.dialect(),
                        one.address(),
                        MessagePrinter.timeFormatter().format(one.lastUsed()),
                        (one.isThis() ? "this " : "") + (one.remembered() ? "remembered" : "")))
                .toList();
    }
}
