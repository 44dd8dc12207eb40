package chatd.admin.user;

import chatd.admin.api.MessageCalls;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Question;
import chatd.admin.terminal.Timestamp;
import chatd.text.SafeText;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code chat-admin message}. */
@Command(
        name = "message",
        description = "Shows what is known of messages, and removes them.",
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
            name = "show",
            description = {
                "Shows what is known of a message, but for what it says.",
                "What a reported message says is shown by `report show`, until the report is closed."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin message show 1041")
    int show(@Parameters(paramLabel = "NUMBER", description = "The message's number, as in the log.") long number) {
        MessageCalls.Message message = program.daemon().call(MessageCalls.SHOW, new MessageCalls.Which(number));
        if (program.json()) {
            Format.json(program.out(), message);
        } else {
            print(message, program.out());
            if (message.report() != null) {
                Format.line(program.out(), "reported", "see `report show " + message.report() + "`");
            }
        }
        return Exit.OK;
    }

    /** Prints what is known of a message, one line per fact. */
    static void print(MessageCalls.Message message, PrintStream out) {
        List<String> receivers = message.receivers();
        String takenBack = message.takenBack();
        Format.line(out, "message", message.number() + ", a " + message.kind());
        Format.line(out, "sent", Timestamp.shown(message.time()));
        Format.line(out, "from", SafeText.line(message.sender()));
        Format.line(out, "to", receivers == null ? "everyone" : SafeText.line(String.join(", ", receivers)));
        if (message.corrections() > 0) {
            Format.line(out, "corrected", Format.count(message.corrections(), "time"));
        }
        if (takenBack != null) {
            Format.line(out, "taken back", Timestamp.shown(takenBack));
        }
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
