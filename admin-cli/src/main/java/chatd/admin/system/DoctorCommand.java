package chatd.admin.system;

import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.doctor.Doctor;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Verdict;
import chatd.text.SafeText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin doctor}. */
@Command(
        name = "doctor",
        description = {
            "Examines this machine and its daemon, whether that runs or not, and says what to do.",
            "Looks at configuration, certificate, ports and names, database, disks, clock, memory, log, index, backups and"
                    + " systemd's units. Changes nothing. Run it as root.",
            "Exit code 1: something is wrong; 2: nothing is, but something could not be looked at."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {"  chat-admin doctor", "  chat-admin doctor --verbose", "  chat-admin doctor -o json"})
public final class DoctorCommand implements Callable<Integer> {
    /** Exit code if something could not be looked at, which is neither good nor bad. */
    private static final int NOT_SEEN = 2;

    /** What stands before a finding: the verdict, and the check's name. */
    private static final String COLUMNS = "%-8s%-22s ";

    @ParentCommand
    private Program program;

    @Option(
            names = {"-v", "--verbose"},
            description = "Also why what is in order matters.")
    private boolean verbose;

    @Option(
            names = "--config",
            paramLabel = "PATH",
            description = "The configuration file of a daemon that is not running; default: /etc/chatd/chatd.toml.")
    private @Nullable Path config;

    /** The result, as JSON. */
    private record Result(boolean healthy, List<Finding> findings) {}

    @Override
    public Integer call() throws IOException {
        List<Finding> findings = Doctor.examine(program.daemon(), config);
        long wrong = count(findings, Verdict.WRONG);
        long unknown = count(findings, Verdict.UNKNOWN);
        if (program.isJson()) {
            Format.json(program.out(), new Result(wrong + unknown == 0, findings));
        } else {
            findings.forEach(this::print);
            program.out().println();
            program.out().println(summary(wrong, unknown, count(findings, Verdict.ADVICE)));
        }
        return wrong > 0 ? Exit.FAILED : unknown > 0 ? NOT_SEEN : Exit.OK;
    }

    private static long count(List<Finding> findings, Verdict verdict) {
        return findings.stream().filter(finding -> finding.verdict() == verdict).count();
    }

    private static String summary(long wrong, long unknown, long advice) {
        return (wrong == 0 ? "Nothing is wrong" : wrong == 1 ? "One thing is wrong" : wrong + " things are wrong")
                + (unknown == 0 ? "" : "; " + unknown + " could not be looked at")
                + (advice == 0 ? "" : "; " + advice + " to know about")
                + ".";
    }

    private void print(Finding finding) {
        String word = switch (finding.verdict()) {
            case OK -> "ok";
            case ADVICE -> "note";
            case WRONG -> "WRONG";
            case UNKNOWN -> "unknown";
        };
        boolean isOk = finding.verdict() == Verdict.OK;
        line(COLUMNS.formatted(word, finding.check()), finding.found(), finding.verdict() == Verdict.WRONG);
        String indent = COLUMNS.formatted("", "");
        if (!isOk || verbose) {
            line(indent, "Why: " + finding.why(), false);
        }
        if (!finding.remedy().isEmpty()) {
            line(indent, "Do:  " + finding.remedy(), false);
        }
        if (!finding.command().isEmpty()) {
            program.out().println(indent + "     " + SafeText.line(finding.command()));
        }
    }

    /** Prints a text that wraps, on a terminal, beside what comes before it. */
    private void line(String before, String text, boolean isBold) {
        String lines = program.display().wrapped(SafeText.line(text), before.length());
        program.out().println(before + (isBold ? program.display().bold(lines) : lines));
    }
}
