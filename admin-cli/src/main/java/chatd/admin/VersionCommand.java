package chatd.admin;

import chatd.admin.api.NotDone;
import chatd.admin.api.SystemCalls;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
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
            SystemCalls.Identity identity =
                    main.daemon().call(SystemCalls.STATS).identity();
            daemon = identity.version() + " on Java " + identity.java();
        } catch (NotDone e) {
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
