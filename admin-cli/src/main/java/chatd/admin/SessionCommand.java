package chatd.admin;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

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
        List<JsonNode> sessions = main.daemon().list(Map.of("command", "session list"), "sessions");
        if (main.json()) {
            Shown.json(main.out(), sessions);
        } else {
            new Table()
                    .column("SESSION", "session")
                    .column("NAME", "name")
                    .column("ADDRESS", "address")
                    .column("PORT", "port")
                    .column("DIALECT", "dialect")
                    .column("SINCE", each -> Moment.shown(each.path("since").asString("")))
                    .column("UNSENT BYTES", "unsent")
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
        JsonNode ended = main.daemon().call(Map.of("command", "session kick", "session", whose));
        if (main.json()) {
            Shown.json(main.out(), ended);
        } else {
            main.out()
                    .println("Ended: "
                            + ended.valueStream()
                                    .map(each -> each.path("session").asString() + " of " + Shown.who(each))
                                    .collect(Collectors.joining(", ")));
        }
        return Exit.OK;
    }
}
