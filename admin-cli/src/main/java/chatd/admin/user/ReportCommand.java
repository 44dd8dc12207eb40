package chatd.admin.user;

import chatd.admin.api.ReportCalls;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Table;
import chatd.admin.terminal.Timestamp;
import chatd.text.SafeText;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
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
        program.daemon().call(ReportCalls.LIST, new ReportCalls.Which(closed), part -> reports.addAll(part.reports()));
        if (program.json()) {
            Format.json(program.out(), reports);
        } else {
            new Table<ReportCalls.Report>()
                    .column("REPORT", each -> Long.toString(each.number()))
                    .column("MESSAGE", each -> Long.toString(each.message()))
                    .column("BY", ReportCalls.Report::by)
                    .column("TIME", each -> Timestamp.shown(each.time()))
                    .column("CLOSED BY", ReportCalls.Report::closedBy)
                    .column("REASON", ReportCalls.Report::reason)
                    .print(reports, program.screen(), program.out());
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
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin report show 1043")
    int show(@Parameters(paramLabel = "REPORT", description = "The report's number.") long number) {
        ReportCalls.Whole whole = program.daemon().call(ReportCalls.SHOW, new ReportCalls.One(number));
        if (program.json()) {
            Format.json(program.out(), whole);
            return Exit.OK;
        }
        PrintStream out = program.out();
        ReportCalls.Report report = whole.report();
        Format.line(out, "report", Long.toString(report.number()));
        Format.line(out, "by", SafeText.line(report.by()));
        Format.line(out, "time", Timestamp.shown(report.time()));
        Format.line(out, "reason", SafeText.line(report.reason()));
        if (report.closed() != null) {
            Format.line(out, "closed", Timestamp.shown(report.closed()) + " by " + report.closedBy());
        }
        MessageCommand.print(whole.message(), out);
        if (whole.text() != null) {
            Format.line(out, "text", SafeText.text(whole.text()).replace("\n", "\n    "));
        }
        if (whole.file() != null) {
            Format.line(out, "file", SafeText.line(whole.file()) + ", " + Format.count(whole.size(), "byte"));
        }
        return Exit.OK;
    }

    @Command(
            name = "close",
            description = {
                "Closes a report.",
                "What was kept of its message is deleted: nobody can see it then who can't see it in the chat."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin report close 1043")
    int close(@Parameters(paramLabel = "REPORT", description = "The report's number.") long number) {
        ReportCalls.Report closed = program.daemon().call(ReportCalls.CLOSE, new ReportCalls.One(number));
        if (program.json()) {
            Format.json(program.out(), closed);
        } else {
            program.out().println("Report " + closed.number() + " closed.");
        }
        return Exit.OK;
    }
}
