package chatd.admin.log;

import chatd.admin.api.AdminCall;
import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.LogCalls;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.cli.StandardOutput;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code chat-admin log}. */
@Command(
        name = "log",
        description = "Shows the audit log, and checks it.",
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin log tail -f",
        subcommands = {
            QueryCommand.class,
            VerifyCommand.class,
            FollowCommand.class,
            ProveCommand.class,
            ExportCommand.class
        })
public final class LogCommand implements Runnable {
    @ParentCommand
    Program program;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        throw Program.missingSubcommand(spec);
    }

    @Command(
            name = "tail",
            description = "Shows the last events of the open segment; with -o xml, as they stand in the document.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin log tail -n 20 -f")
    int tail(
            @Option(names = "-n", paramLabel = "N", defaultValue = "10", description = "Number of events; default: 10.")
                    int lines,
            @Option(
                            names = {"-f", "--follow"},
                            description = "Keep printing new events, until interrupted.")
                    boolean follow) {
        if (lines < 0) {
            throw new CommandFailure(Exit.USAGE, "-n must be 0 or more, not " + lines + ".");
        }
        if (follow) {
            StandardOutput.onReaderGone(() -> System.exit(Exit.OK));
        }
        try (EventPrinter printer = new EventPrinter(program)) {
            program.daemon().call(LogCalls.TAIL, new LogCalls.Tail(lines, follow), part -> {
                if (part.names() != null) {
                    printer.updateNames(part.names());
                }
                String line = part.line();
                if (line != null) {
                    printer.print(line, EventLine.parse(line));
                    program.out().flush();
                }
            });
        }
        return Exit.OK;
    }

    @Command(
            name = "publish",
            description = "Brings audit.xml up to date now, and prints its path.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin log publish")
    int publish() {
        return callAndPrint(LogCalls.PUBLISH, LogCalls.Published::file);
    }

    @Command(
            name = "rotate",
            description = "Closes the open segment, begins the next, and prints the path of the closed one.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin log rotate")
    int rotate() {
        return callAndPrint(LogCalls.ROTATE, LogCalls.Rotated::closed);
    }

    private <R> int callAndPrint(AdminCall<Nothing, Nothing, R> call, Function<R, String> shown) {
        R result = program.daemon().call(call);
        if (program.isJson()) {
            Format.json(program.out(), result);
        } else {
            program.out().println(shown.apply(result));
        }
        return Exit.OK;
    }

    @Command(
            name = "key",
            description = {
                "Prints the public key that verifies the log's seals: give it to auditors, for `log verify --key`.",
                "Its id is the first 16 hexadecimal digits of the SHA-256 of its DER encoding."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin log key > seal.pem")
    int key(
            @Option(names = "--change", description = "First generate a new key; the old one seals its announcement.")
                    boolean change) {
        LogCalls.Key result = program.daemon().call(change ? LogCalls.CHANGE_KEY : LogCalls.KEY);
        if (program.isJson()) {
            Format.json(program.out(), result);
        } else {
            program.out().println("# key " + result.id() + ", " + result.algorithm());
            program.out().print(result.pem());
            program.out().flush();
        }
        return Exit.OK;
    }

    @Command(
            name = "anchor",
            description = {
                "Seals the log now and prints the seal: keep it elsewhere, as an anchor.",
                "With it, `log verify --anchor` detects if the log's end was cut off, or all of it was rewritten,",
                "even by someone who has the key."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin log anchor >> /mnt/elsewhere/anchors")
    int anchor() {
        return callAndPrint(LogCalls.ANCHOR, LogCalls.Anchor::seal);
    }
}
