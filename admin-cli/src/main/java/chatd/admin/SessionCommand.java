package chatd.admin;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.SessionCalls;
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
        footerHeading = Main.EXAMPLE,
        footer = "  chat-admin session list")
final class SessionCommand implements Runnable {
    @ParentCommand
    private Main main;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw Main.missing(spec);
    }

    @Command(
            name = "list",
            description = "Lists who is online, from where, and what waits to be sent to them.",
            mixinStandardHelpOptions = true,
            footerHeading = Main.EXAMPLE,
            footer = "  chat-admin session list -o json")
    int list() {
        List<SessionCalls.Session> sessions = new ArrayList<>();
        main.daemon().call(SessionCalls.LIST, Nothing.NOTHING, part -> sessions.addAll(part.sessions()));
        if (main.json()) {
            Shown.json(main.out(), sessions);
        } else {
            new Table<SessionCalls.Session>()
                    .column("SESSION", SessionCalls.Session::session)
                    .column("NAME", SessionCalls.Session::name)
                    .column("ADDRESS", SessionCalls.Session::address)
                    .column("PORT", each -> Integer.toString(each.port()))
                    .column("DIALECT", SessionCalls.Session::dialect)
                    .column("SINCE", each -> Moment.shown(each.since()))
                    .column("UNSENT BYTES", each -> Long.toString(each.unsent()))
                    .print(sessions, main.screen(), main.out());
        }
        return Exit.OK;
    }

    @Command(
            name = "kick",
            description = "Ends the session of a user, who is told so and may log in again.",
            mixinStandardHelpOptions = true,
            footerHeading = Main.EXAMPLES,
            footer = {"  chat-admin session kick alice", "  chat-admin session kick s7f3a0012"})
    int kick(
            @Parameters(
                            paramLabel = "NAME|SESSION",
                            completionCandidates = AccountNames.class,
                            description = "A user, or one session as session list names it.")
                    String whose) {
        List<SessionCalls.Session> ended = main.daemon()
                .call(SessionCalls.KICK, new SessionCalls.Whose(whose))
                .sessions();
        if (main.json()) {
            Shown.json(main.out(), ended);
        } else {
            main.out()
                    .println("Ended: "
                            + ended.stream()
                                    .map(each -> each.session() + " of " + Shown.who(each.name(), each.number()))
                                    .collect(Collectors.joining(", ")));
        }
        return Exit.OK;
    }
}
