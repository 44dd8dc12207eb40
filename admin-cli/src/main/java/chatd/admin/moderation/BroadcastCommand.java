package chatd.admin.moderation;

import chatd.admin.api.SessionCalls;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Input;
import chatd.admin.terminal.Program;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin broadcast}. */
@Command(
        name = "broadcast",
        description = {
            "Sends a text to everyone, as `server`.",
            "Users who are offline find it in their history. The log records its size, not its text."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {
            "  chat-admin broadcast 'The server will be away from 18:00 to 18:15.'",
            "  chat-admin broadcast - < notice.txt"
        })
public final class BroadcastCommand implements Callable<Integer> {
    @ParentCommand
    private Program program;

    @Parameters(paramLabel = "TEXT", arity = "1..*", description = "The text; - reads it from standard input.")
    private List<String> words;

    @Override
    public Integer call() {
        String text = String.join(" ", words);
        SessionCalls.Sent sent = program.daemon()
                .call(SessionCalls.BROADCAST, new SessionCalls.Broadcast(text.equals("-") ? Input.text() : text));
        if (program.isJson()) {
            Format.json(program.out(), sent);
        } else {
            program.out()
                    .println("Sent to everyone, as message "
                            + sent.message() + "; "
                            + Format.count(sent.online(), "user")
                            + (sent.online() == 1 ? " is" : " are") + " online.");
        }
        return Exit.OK;
    }
}
