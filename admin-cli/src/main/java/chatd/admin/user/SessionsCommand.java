package chatd.admin.user;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.SessionCalls;
import chatd.admin.system.AccountNames;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Table;
import chatd.admin.terminal.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code chat-admin session}. */
@Command(
        name = "session",
        description = "Shows who is online, and ends sessions.",
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin session list")
public final class SessionsCommand implements Runnable {
    @ParentCommand
    private Program program;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw Program.missingSubcommand(spec);
    }

    @Command(
            name = "list",
            description = "Lists who is online, from where, and how much is waiting to be sent to them.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin session list -o json")
    int list() {
        List<SessionCalls.Session> sessions = new ArrayList<>();
        program.daemon().call(SessionCalls.LIST, Nothing.NOTHING, part -> sessions.addAll(part.sessions()));
        if (program.isJson()) {
            Format.json(program.out(), sessions);
        } else {
            new Table<SessionCalls.Session>()
                    .column("SESSION", SessionCalls.Session::session)
                    .column("NAME", SessionCalls.Session::name)
                    .column("ADDRESS", SessionCalls.Session::address)
                    .column("PORT", each -> Integer.toString(each.port()))
                    .column("DIALECT", SessionCalls.Session::dialect)
                    .column("SINCE", each -> Timestamp.format(each.since()))
                    .column("UNSENT BYTES", each -> Long.toString(each.unsent()))
                    .print(sessions, program.display(), program.out());
        }
        return Exit.OK;
    }

    @Command(
            name = "kick",
            description = "Ends all sessions of a user, or one session; the user is notified, and may log in again.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {"  chat-admin session kick alice", "  chat-admin session kick s7f3a0012"})
    int kick(
            @Parameters(
                            paramLabel = "USER|SESSION",
                            completionCandidates = AccountNames.class,
                            description = "A user, or the id of a session, as shown by `session list`.")
                    String whose) {
        List<SessionCalls.Session> ended = program.daemon()
                .call(SessionCalls.KICK, new SessionCalls.SessionOrUser(whose))
                .sessions();
        if (program.isJson()) {
            Format.json(program.out(), ended);
        } else {
            program.out()
                    .println("Ended: "
                            + ended.stream()
                                    .map(each -> each.session() + " of " + Format.userLabel(each.name(), each.number()))
                                    .collect(Collectors.joining(", ")));
        }
        return Exit.OK;
    }
}
