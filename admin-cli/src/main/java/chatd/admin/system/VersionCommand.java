package chatd.admin.system;

import chatd.admin.api.CallFailure;
import chatd.admin.api.SystemCalls;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.json.JsonMapper;

/** {@code chat-admin version}. */
@Command(
        name = "version",
        description = "Prints the version of this program, and of the daemon if one answers.",
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin version")
public final class VersionCommand implements Callable<Integer> {
    @ParentCommand
    private Program program;

    @Override
    public Integer call() {
        String daemon;
        try {
            SystemCalls.Identity identity =
                    program.daemon().call(SystemCalls.STATS).identity();
            daemon = identity.version() + " on Java " + identity.java();
        } catch (CallFailure e) {
            daemon = "no answer";
        }
        if (program.isJson()) {
            Format.json(
                    program.out(),
                    new JsonMapper().valueToTree(Map.of("chat-admin", Program.version(), "daemon", daemon)));
        } else {
            program.out().println("chat-admin " + Program.version() + " on Java " + Runtime.version());
            program.out().println("daemon     " + daemon);
        }
        return Exit.OK;
    }
}
