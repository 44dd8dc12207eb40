package chatd.admin.moderation;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.GroupCalls;
import chatd.admin.api.RetentionCalls;
import chatd.admin.terminal.Confirmation;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Progress;
import chatd.admin.terminal.Timestamp;
import chatd.text.Days;
import chatd.text.SafeText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code chat-admin retention}. */
@Command(
        name = "retention",
        description = "Shows for how long messages are kept, and deletes those that are older.",
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin retention run --dry-run")
public final class RetentionCommand implements Runnable {
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
                "Shows for how long messages are kept: as configured (retention.*), and of the groups with a rule of their own.",
                "Whose messages are kept meanwhile is shown by `hold list`."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin retention show")
    int show() {
        RetentionCalls.Rules rules = program.daemon().call(RetentionCalls.SHOW, Nothing.NOTHING);
        if (program.isJson()) {
            Format.json(program.out(), rules);
            return Exit.OK;
        }
        Format.line(program.out(), "to users", kept(rules, rules.direct()));
        Format.line(program.out(), "to groups", kept(rules, rules.group()));
        for (GroupCalls.Group group : rules.groups()) {
            Format.line(
                    program.out(),
                    "  G" + group.number(),
                    kept(rules, group.retention()) + " (" + SafeText.line(group.name()) + ")");
        }
        Format.line(program.out(), "to everyone", kept(rules, rules.everyone()));
        Format.line(program.out(), "holds", Integer.toString(rules.holds()));
        Format.line(
                program.out(),
                "last looked",
                rules.lastPass() == null ? "not since the daemon's start" : Timestamp.format(rules.lastPass()));
        return Exit.OK;
    }

    /** Returns for how long texts and files are kept, in words. */
    private static String kept(RetentionCalls.Rules rules, int texts) {
        boolean isShorter = rules.files() != Days.FOREVER && (texts == Days.FOREVER || rules.files() < texts);
        return Days.words(texts) + (isShorter ? ", files " + Days.words(rules.files()) : "");
    }

    @Command(
            name = "run",
            description = {
                "Deletes now what was kept long enough, which the daemon otherwise does once a day. Asks first.",
                "--dry-run says how much would be deleted by the configuration file as it is, also if that was not reloaded."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin retention run --dry-run")
    int run(
            @Option(names = "--dry-run", description = "Only print how much would be deleted.") boolean isDry,
            @Option(names = "--yes", description = "Do not ask.") boolean isConfirmed) {
        if (!isDry && !isConfirmed) {
            Confirmation.ask("Delete for good what was kept long enough?");
        }
        RetentionCalls.Extent extent;
        try (Progress progress = new Progress()) {
            extent = program.daemon()
                    .call(
                            RetentionCalls.RUN,
                            new RetentionCalls.Pass(isDry),
                            part -> progress.show(Format.count(part.texts() + part.files(), "message")));
        }
        if (program.isJson()) {
            Format.json(program.out(), extent);
            return Exit.OK;
        }
        String what = Format.count(extent.texts(), "text") + " and " + Format.count(extent.files(), "file") + " of "
                + Format.bytes(extent.bytes());
        String held = extent.held() == 0 ? "" : " " + Format.count(extent.held(), "message") + " on hold stay.";
        program.out()
                .println(
                        isDry
                                ? "Would be deleted: " + what + "." + held + " Nothing was done: this was a dry run."
                                : "Deleted: " + what + "." + held);
        return Exit.OK;
    }
}
