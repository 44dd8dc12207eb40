package chatd.admin.moderation;

import chatd.admin.api.CallFailure;
import chatd.admin.api.ReportCalls;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Table;
import chatd.admin.terminal.Timestamp;
import chatd.text.SafeText;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code chat-admin report}. */
@Command(
        name = "report",
        description = "Shows messages that users have reported.",
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin report list")
public final class ReportCommand implements Runnable {
    private static final int MAX_CONTEXT = 20;

    @ParentCommand
    private Program program;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw Program.missingSubcommand(spec);
    }

    @Command(
            name = "list",
            description = "Lists the open reports.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin report list --closed")
    int list(@Option(names = "--closed", description = "List those that are closed, too.") boolean closed) {
        List<ReportCalls.Report> reports = new ArrayList<>();
        program.daemon()
                .call(ReportCalls.LIST, new ReportCalls.ListFilter(closed), part -> reports.addAll(part.reports()));
        if (program.isJson()) {
            Format.json(program.out(), reports);
        } else {
            new Table<ReportCalls.Report>()
                    .column("REPORT", each -> Long.toString(each.number()))
                    .column("MESSAGE", each -> Long.toString(each.message()))
                    .column("BY", ReportCalls.Report::by)
                    .column("TIME", each -> Timestamp.format(each.time()))
                    .column("CLOSED BY", ReportCalls.Report::closedBy)
                    .column("REASON", ReportCalls.Report::reason)
                    .print(reports, program.display(), program.out());
        }
        return Exit.OK;
    }

    @Command(
            name = "show",
            description = {
                "Shows a report, and its message as it was when it was reported.",
                "Once the report is closed, the message can't be seen any more."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {"  chat-admin report show 1043", "  chat-admin report show 1043 --context 5"})
    int show(
            @Parameters(paramLabel = "REPORT", description = "The report's number.") long number,
            @Option(
                            names = "--context",
                            paramLabel = "N",
                            description =
                                    "Also show this many messages before and after it, as whoever reported it sees them;"
                                            + " at most 20. The log says that they were shown.")
                    @Nullable
                    Integer context) {
        if (context != null && (context < 0 || context > MAX_CONTEXT)) {
            throw new CommandFailure(Exit.USAGE, "--context must be 0 to " + MAX_CONTEXT + ", not " + context + ".");
        }
        ReportCalls.FullReport whole =
                program.daemon().call(ReportCalls.SHOW, new ReportCalls.ReportAndContext(number, context));
        if (program.isJson()) {
            Format.json(program.out(), whole);
            return Exit.OK;
        }
        PrintStream out = program.out();
        ReportCalls.Report report = whole.report();
        Format.line(out, "report", Long.toString(report.number()));
        Format.line(out, "by", SafeText.line(report.by()));
        Format.line(out, "time", Timestamp.format(report.time()));
        Format.line(out, "reason", SafeText.line(report.reason()));
        if (report.closed() != null) {
            Format.line(out, "closed", Timestamp.format(report.closed()) + " by " + report.closedBy());
        }
        MessageCommand.print(whole.message(), out);
        if (whole.text() != null) {
            Format.line(out, "text", SafeText.text(whole.text()).replace("\n", "\n    "));
        }
        if (whole.file() != null) {
            Format.line(out, "file", SafeText.line(whole.file()) + ", " + Format.count(whole.size(), "byte"));
        }
        whole.notes()
                .forEach(note -> Format.line(
                        out,
                        "note",
                        Timestamp.format(note.time()) + " by " + note.by() + ": " + SafeText.line(note.text())));
        if (context != null && report.closed() != null) {
            out.println();
            out.println("The messages around it are shown only while the report is open.");
        } else if (context != null) {
            print(whole, out);
        }
        return Exit.OK;
    }

    /** Prints the messages around a reported one, with a placeholder for it. */
    private static void print(ReportCalls.FullReport whole, PrintStream out) {
        out.println();
        boolean isPast = false;
        for (ReportCalls.ContextMessage nearby : whole.context()) {
            if (!isPast && nearby.message() > whole.message().number()) {
                isPast = true;
                out.println("    (the reported message)");
            }
            String said = nearby.file() != null ? "file " + nearby.file() : nearby.text();
            out.println(Timestamp.format(nearby.time()) + "  " + SafeText.line(nearby.sender()) + ": "
                    + (said == null ? "(taken back)" : SafeText.text(said).replace("\n", "\n    ")));
        }
        if (!isPast) {
            out.println("    (the reported message)");
        }
    }

    @Command(
            name = "note",
            description = {
                "Notes something about a report, such as what was agreed on; also about one that is closed.",
                "`report show` shows the notes, to administrators and moderators. They are not deleted with the report."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin report note 1043 \"talked to both, parents informed\"")
    int note(
            @Parameters(paramLabel = "REPORT", description = "The report's number.") long number,
            @Parameters(paramLabel = "TEXT", arity = "1..*", description = "At most 1,000 characters.")
                    List<String> words) {
        ReportCalls.Report noted =
                program.daemon().call(ReportCalls.NOTE, new ReportCalls.NewNote(number, String.join(" ", words)));
        if (program.isJson()) {
            Format.json(program.out(), noted);
        } else {
            program.out().println("Noted about report " + noted.number() + ".");
        }
        return Exit.OK;
    }

    @Command(
            name = "close",
            description = {
                "Closes reports.",
                "The kept copies of their messages are deleted: after that, only those who can see them in the chat can see them."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin report close 1043")
    int close(
            @Parameters(paramLabel = "REPORT", arity = "1..*", description = "The reports' numbers.")
                    List<Long> numbers) {
        List<ReportCalls.Report> closed = new ArrayList<>();
        int exit = Exit.OK;
        for (long number : new LinkedHashSet<>(numbers)) {
            try {
                closed.add(program.daemon().call(ReportCalls.CLOSE, new ReportCalls.ReportNumber(number)));
                if (!program.isJson()) {
                    program.out().println("Report " + number + " closed.");
                }
            } catch (CallFailure e) {
                exit = Exit.of(e.code());
                Program.printError(String.valueOf(e.getMessage()));
            }
        }
        if (program.isJson() && !closed.isEmpty()) {
            Format.json(program.out(), numbers.size() == 1 ? closed.getFirst() : closed);
        }
        return exit;
    }
}
