package chatd.admin.log;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Input;
import chatd.admin.terminal.Program;
import chatd.audit.read.AuditorTerms;
import chatd.audit.read.VerifiedCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin log follow}. */
@Command(
        name = "follow",
        description = {
            "Copies the log line by line to another place, verifies each line before it is written, and keeps each seal as an"
                    + " anchor in DIR/anchors.",
            "Ends at once, with exit code 1, if the log is not the one that was copied before. Run again, it continues.",
            "Without --input it reads from the daemon, of this machine or, over ssh, of another."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {
            "  ssh -N -L /tmp/chatd.sock:/run/chatd/audit.sock chat.example.org &",
            "  chat-admin --socket /tmp/chatd.sock log follow --key seal.pem /srv/chatd-log",
            "  chat-admin log follow --key seal.pem --input /var/log/chatd.log /srv/chatd-log"
        })
final class FollowCommand implements Callable<Integer> {
    private static final Path STANDARD_INPUT = Path.of("-");

    @ParentCommand
    private LogCommand log;

    @Parameters(paramLabel = "DIR", description = "The directory of the copy; it is made if it is not there.")
    private Path directory;

    @Mixin
    private AuditorKeys auditor = new AuditorKeys();

    @Option(
            names = "--from",
            paramLabel = "SEQ",
            description = "Begin a new copy with the segment that has this event, not with the first one.")
    private @Nullable Long from;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "Read what a collector wrote, as `audit.forward` sent it; - is standard input.")
    private @Nullable Path input;

    @Option(names = "--once", description = "Copy what there is now, and end.")
    private boolean once;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (from != null && (from < 1 || input != null)) {
            throw new CommandFailure(
                    Exit.USAGE,
                    input == null
                            ? "--from is the number of an event, 1 or more, not " + from + "."
                            : "--from and --input exclude each other: a collector has what it has.");
        }
        AuditorTerms terms = auditor.terms(true);
        if (input != null && !input.equals(STANDARD_INPUT) && Files.isDirectory(Input.requireReadable(input))) {
            throw new CommandFailure(Exit.USAGE, input + " is a directory: name the file that the collector writes.");
        }
        try {
            return follow(VerifiedCopy.open(directory, terms), terms);
        } catch (VerifiedCopy.Wrong e) {
            return print(null, e);
        }
    }

    private int follow(VerifiedCopy copy, AuditorTerms terms) throws IOException, InterruptedException {
        try (Following following = new Following(copy, once)) {
            if (from != null && copy.lastSeq() > 0) {
                throw new CommandFailure(
                        Exit.CONFLICT,
                        directory + " has a copy up to seq " + copy.lastSeq()
                                + ", which continues there: leave out --from.");
            }
            if (terms.keys().isEmpty() && terms.anchors().isEmpty()) {
                Program.printError(
                        "without --key or --anchor nothing shows who wrote the log, only that it stays the same.");
            }
            if (copy.lastSeq() > 0 && !log.program.isJson()) {
                log.program.out().println("continues after seq " + copy.lastSeq());
                log.program.out().flush();
            }
            following.start();
            try {
                if (input == null) {
                    following.read(log.program.daemon(), from == null ? 1 : from);
                } else if (input.equals(STANDARD_INPUT)) {
                    following.read(System.in);
                } else {
                    following.read(input);
                }
                following.close();
                return print(copy, null);
            } catch (VerifiedCopy.Wrong e) {
                following.close();
                return print(copy, e);
            }
        }
    }

    private int print(@Nullable VerifiedCopy copy, VerifiedCopy.@Nullable Wrong wrong) {
        String what = wrong == null ? "" : String.valueOf(wrong.getMessage());
        long copied = copy == null ? 0 : copy.lastSeq();
        long genuine = copy == null ? 0 : copy.lastAuthenticSeq();
        if (log.program.isJson()) {
            Format.json(log.program.out(), new Result(copied, genuine, what));
        } else {
            if (wrong != null) {
                log.program.out().println("WRONG: " + what);
            }
            if (copy != null) {
                log.program.out().println(Following.state(copy));
            }
        }
        return wrong == null ? Exit.OK : Exit.FAILED;
    }

    /** What is printed as JSON. */
    private record Result(long copied, long genuine, String wrong) {}
}
