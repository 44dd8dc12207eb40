package chatd.admin.user;

import chatd.admin.api.MessageCalls;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Question;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code chat-admin message}. */
@Command(
        name = "message",
        description = "Removes messages.",
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin message remove 1041")
public final class MessageCommand implements Runnable {
    @ParentCommand
    private Program program;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw Program.missingSubcommand(spec);
    }

    @Command(
            name = "remove",
            description = {
                "Takes a message back for everybody, whoever sent it. Asks first.",
                "Removed: its text or file, its earlier versions, the reactions to it. Kept: in the histories and in the"
                        + " log, that it was there. Its users are told that an administrator has taken it back."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin message remove 1041")
    int remove(
            @Parameters(paramLabel = "NUMBER", description = "The message's number, as in the log.") long number,
            @Option(names = "--yes", description = "Do not ask.") boolean yes) {
        if (!yes) {
            Question.ask("Remove message " + number + " for good, for everybody?");
        }
        MessageCalls.Removed removed = program.daemon().call(MessageCalls.REMOVE, new MessageCalls.Which(number));
        if (program.json()) {
            Format.json(program.out(), removed);
        } else {
            program.out().println("Message " + removed.message() + " removed.");
        }
        return Exit.OK;
    }
}
