package chatd.admin.moderation;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.RetentionCalls;
import chatd.admin.system.AccountNames;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Table;
import chatd.text.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code chat-admin hold}. */
@Command(
        name = "hold",
        description = {
            "Keeps the messages of a user or a group until a day, whatever their age.",
            "Of a user it keeps what they write, and what is written to them, but not what others write to groups and to everyone."
                    + " A user on hold can't be erased."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin hold add alice --until 2027-06-30 --why 'case 4711'")
public final class HoldCommand implements Runnable {
    private static final Pattern NUMBER = Pattern.compile("[Hh]?([1-9]\\d{0,9})");

    @ParentCommand
    private Program program;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw Program.missingSubcommand(spec);
    }

    @Command(
            name = "add",
            description = {
                "Adds a hold. Once this returns, nothing of it is deleted by age.",
                "It does not keep users from taking back and correcting what they wrote: messages.retract and messages.correct do."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin hold add G7 --until 2027-06-30 --why 'case 4711'")
    int add(
            @Parameters(
                            paramLabel = "USER|GROUP",
                            completionCandidates = AccountNames.class,
                            description =
                                    "A user's name, also of one who was deleted, U and a number, or G and the number of"
                                            + " a group.")
                    String who,
            @Option(names = "--until", paramLabel = "DATE", required = true, description = "The last day, by UTC.")
                    String until,
            @Option(
                            names = "--why",
                            paramLabel = "TEXT",
                            required = true,
                            description = "Why, for those who see the hold later. It is not logged.")
                    String why) {
        RetentionCalls.Hold added =
                program.daemon().call(RetentionCalls.HOLD_ADD, new RetentionCalls.NewHold(who, until, why));
        if (program.isJson()) {
            Format.json(program.out(), added);
        } else {
            program.out()
                    .println("The messages of " + named(added) + " are kept until " + added.until() + " (H"
                            + added.number() + ").");
        }
        return Exit.OK;
    }

    @Command(
            name = "list",
            description = "Lists all holds, also those that have ended.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin hold list -o json")
    int list() {
        List<RetentionCalls.Hold> holds = new ArrayList<>();
        program.daemon().call(RetentionCalls.HOLD_LIST, Nothing.NOTHING, part -> holds.addAll(part.holds()));
        if (program.isJson()) {
            Format.json(program.out(), holds);
        } else {
            new Table<RetentionCalls.Hold>()
                    .column("HOLD", each -> "H" + each.number())
                    .column("WHO", HoldCommand::named)
                    .column("UNTIL", each -> each.until() + (each.over() ? " (over)" : ""))
                    .column("BY", RetentionCalls.Hold::by)
                    .column("WHY", RetentionCalls.Hold::why)
                    .print(holds, program.display(), program.out());
        }
        return Exit.OK;
    }

    @Command(
            name = "remove",
            description = "Removes a hold: what was kept by it alone is deleted within a day, if it is old enough.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin hold remove H3")
    int remove(
            @Parameters(paramLabel = "HOLD", description = "Its number, such as H3, as shown by `hold list`.")
                    String typed) {
        Matcher number = NUMBER.matcher(typed);
        if (!number.matches()) {
            throw new CommandFailure(
                    Exit.USAGE,
                    "A hold is given by its number, such as H3, and not as " + SafeText.line(typed)
                            + ". `hold list` shows the numbers.");
        }
        RetentionCalls.Hold removed = program.daemon()
                .call(RetentionCalls.HOLD_REMOVE, new RetentionCalls.HoldNumber(Long.parseLong(number.group(1))));
        if (program.isJson()) {
            Format.json(program.out(), removed);
        } else {
            program.out().println("The messages of " + named(removed) + " are kept no longer than others'.");
        }
        return Exit.OK;
    }

    private static String named(RetentionCalls.Hold hold) {
        return SafeText.line(hold.name()) + " (" + hold.who() + ")";
    }
}
