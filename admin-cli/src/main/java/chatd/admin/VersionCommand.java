package chatd.admin;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code chat-admin version}. */
@Command(
        name = "version",
        description = "Says the version of this program, and of the daemon where one answers.",
        mixinStandardHelpOptions = true,
        footerHeading = Main.EXAMPLE,
        footer = "  chat-admin version")
final class VersionCommand implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @Override
    public Integer call() {
        String daemon;
        try {
            JsonNode status = main.daemon().call(Map.of("command", "stats"));
            daemon = status.path("version").asString() + " on Java "
                    + status.path("java").asString();
        } catch (Failure e) {
            daemon = "not there";
        }
        if (main.json()) {
            Shown.json(
                    main.out(), new JsonMapper().valueToTree(Map.of("chat-admin", Main.version(), "daemon", daemon)));
        } else {
            main.out().println("chat-admin " + Main.version() + " on Java " + Runtime.version());
            main.out().println("daemon     " + daemon);
        }
        return Exit.OK;
    }
}
